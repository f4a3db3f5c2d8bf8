package dev.revoker.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command: every scenario, every contender, round by round; then the reports. */
@Command(name = "bench", mixinStandardHelpOptions = true)
public final class Bench implements Callable<Integer> {
  @Option(
      names = "--quick",
      description = "So small that it takes a few minutes: checks, not figures.")
  private boolean quick;

  @Option(names = "--rounds", description = "How often each is measured (default: 3, quick: 1).")
  private @Nullable Integer rounds;

  @Option(names = "--scenarios", split = ",", description = "Only these ids.")
  private @Nullable List<String> scenarios;

  @Option(names = "--contenders", split = ",", description = "Only these ids.")
  private @Nullable List<String> contenders;

  @Option(
      names = "--docs",
      description = "Where BENCHMARKS.md and its charts go (default: target/bench).")
  private @Nullable Path docs;

  /** Has no need of anything. */
  public Bench() {}

  /** Exit code 1 where a decoy was believed or no sound run is left of something. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Bench()).execute(arguments));
  }

  /** A path in Maven's target folder. */
  static String target(String path) {
    return Path.of("target").toAbsolutePath().resolve(path).toString();
  }

  @Override
  public Integer call() throws Exception {
    Journal journal = new Journal(quick);
    Path folder = Path.of(target("bench"));
    Path logs = folder.resolve("logs").resolve(Long.toString(System.currentTimeMillis()));
    Duration quietAtMost = Duration.ofSeconds(quick ? 20 : 60);
    boolean sound;
    try (Stand stand = Stand.start(logs, quietAtMost)) {
      sound = decoysAreVoid(stand);
      for (Contender opponent : Scenarios.brokerWarmUp(quick).contenders()) {
        measured(stand, Scenarios.brokerWarmUp(quick), opponent);
      }
      int count = rounds != null ? rounds : quick ? 1 : 3;
      for (int round = 0; round < count; round++) {
        for (Scenario scenario : Scenarios.of(quick)) {
          if (scenarios == null || scenarios.contains(scenario.id())) {
            round(stand, scenario, round, journal);
          }
        }
        // After each: a run that is ended before its time leaves what it has.
        Reports.write(journal, folder, docs == null ? folder : docs);
      }
    }
    return sound && journal.complete() ? 0 : 1;
  }

  private void round(Stand stand, Scenario scenario, int round, Journal journal) {
    List<Contender> order =
        new ArrayList<>(
            scenario.contenders().stream()
                .filter(c -> contenders == null || contenders.contains(c.id()))
                .toList());
    // Who comes first has the coolest machine.
    Collections.rotate(order, round);
    for (Contender contender : order) {
      journal.add(scenario, contender, round, measured(stand, scenario, contender));
    }
  }

  private static Measured measured(Stand stand, Scenario scenario, Contender contender) {
    try {
      return scenario.measure(stand, contender);
    } catch (Exception e) {
      return Measured.voided(List.of(e.toString()));
    }
  }

  private static boolean decoysAreVoid(Stand stand) {
    Scenario scenario = Scenarios.decoys();
    boolean all = true;
    for (Contender decoy : scenario.contenders()) {
      Measured measured = measured(stand, scenario, decoy);
      boolean caught = !measured.faults().isEmpty();
      System.out.printf(
          "check: %-38s %s%n",
          decoy.title(), caught ? "void: " + measured.faults() : "BELIEVED: the harness is broken");
      all &= caught;
    }
    return all;
  }
}
