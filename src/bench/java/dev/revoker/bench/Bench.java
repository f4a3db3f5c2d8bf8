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

/** The command: every scenario, every implementation, round by round; then the reports. */
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

  @Option(names = "--implementations", split = ",", description = "Only these ids.")
  private @Nullable List<String> implementations;

  @Option(
      names = "--docs",
      description = "Where BENCHMARKS.md and its charts go (default: target/bench).")
  private @Nullable Path docs;

  /** No setup. */
  public Bench() {}

  /** Exit code 1 if a decoy's run counted, or if a scenario has no run that counts. */
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
    try (TestBed testBed = TestBed.start(logs, quietAtMost)) {
      sound = decoysAreVoid(testBed);
      for (Implementation opponent : Scenarios.brokerWarmUp(quick).implementations()) {
        measured(testBed, Scenarios.brokerWarmUp(quick), opponent);
      }
      int count = rounds != null ? rounds : quick ? 1 : 3;
      for (int round = 0; round < count; round++) {
        for (Scenario scenario : Scenarios.of(quick)) {
          if (scenarios == null || scenarios.contains(scenario.id())) {
            round(testBed, scenario, round, journal);
          }
        }
        // After each scenario, so that an interrupted benchmark leaves its results so far.
        Reports.write(journal, folder, docs == null ? folder : docs);
      }
    }
    return sound && journal.complete() ? 0 : 1;
  }

  private void round(TestBed testBed, Scenario scenario, int round, Journal journal) {
    List<Implementation> order =
        new ArrayList<>(
            scenario.implementations().stream()
                .filter(c -> implementations == null || implementations.contains(c.id()))
                .toList());
    // The first one has the coolest machine, so the order changes.
    Collections.rotate(order, round);
    for (Implementation implementation : order) {
      journal.add(scenario, implementation, round, measured(testBed, scenario, implementation));
    }
  }

  private static Measured measured(
      TestBed testBed, Scenario scenario, Implementation implementation) {
    try {
      return scenario.measure(testBed, implementation);
    } catch (Exception e) {
      return Measured.voided(List.of(e.toString()));
    }
  }

  private static boolean decoysAreVoid(TestBed testBed) {
    Scenario scenario = Scenarios.decoys();
    boolean all = true;
    for (Implementation decoy : scenario.implementations()) {
      Measured measured = measured(testBed, scenario, decoy);
      boolean caught = !measured.faults().isEmpty();
      System.out.printf(
          "check: %-38s %s%n",
          decoy.title(), caught ? "void: " + measured.faults() : "BELIEVED: the harness is broken");
      all &= caught;
    }
    return all;
  }
}
