package dev.revoker.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.stream.LongStream;

/** Runs seeds one after the other and counts checks and faults. */
final class SimulationRuns implements AutoCloseable {
  private final LogWatch logs = new LogWatch();
  private final Map<String, Long> asked = new TreeMap<>();
  private final Map<String, Long> met = new TreeMap<>();
  private int seeds;

  /** Runs one seed and prints its steps. Returns its violation, or nothing. */
  List<String> replay(long seed, Scenario.Weather weather) {
    Simulation.Outcome outcome = run(seed, weather, true);
    outcome.log().forEach(System.out::println);
    return violations(seed, weather, outcome);
  }

  /** Runs these seeds. Returns the violations, each with the command that replays it. */
  List<String> run(LongStream all, Scenario.Weather weather) {
    List<String> failures = new ArrayList<>();
    all.forEach(
        seed -> {
          List<String> found = violations(seed, weather, run(seed, weather, false));
          found.forEach(System.out::println);
          failures.addAll(found);
        });
    return failures;
  }

  /** On a virtual thread, as the workers' threads: switching between them is then cheap. */
  Simulation.Outcome run(long seed, Scenario.Weather weather, boolean logging) {
    FutureTask<Simulation.Outcome> task =
        new FutureTask<>(
            () -> new Simulation(seed, new Scenario(seed, weather), logging).run(logs));
    Thread.ofVirtual().start(task);
    try {
      Simulation.Outcome outcome = task.get();
      seeds++;
      outcome.asked().forEach((name, times) -> asked.merge(name, times, Long::sum));
      outcome.met().forEach((name, times) -> met.merge(name, times, Long::sum));
      return outcome;
    } catch (Exception broken) {
      throw new IllegalStateException("seed " + seed + ", " + weather, broken);
    }
  }

  /** The number of each fault and each kind of record. */
  Map<String, Long> met() {
    return met;
  }

  /** Prints the counts. */
  @Override
  public void close() {
    logs.close();
    System.out.println("simulation: " + seeds + " runs");
    System.out.println("checks by guarantee: " + asked);
    System.out.println("faults: " + met);
  }

  private static List<String> violations(
      long seed, Scenario.Weather weather, Simulation.Outcome outcome) {
    return outcome.violation() == null
        ? List.of()
        : List.of(
            "-Dsim.seed=%d -Dsim.weather=%s: %s".formatted(seed, weather, outcome.violation()));
  }
}
