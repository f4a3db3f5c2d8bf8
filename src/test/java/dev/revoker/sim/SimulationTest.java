package dev.revoker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every guarantee, in runs that a seed decides. {@code -Dsim.seeds=N} runs N fresh seeds more,
 * {@code -Dsim.seed=X} replays one and prints its steps.
 */
class SimulationTest {
  private static final int FIXED = 250;
  private static final int FRESH = 50;
  private static final Map<String, Long> ASKED = new TreeMap<>();
  private static final Map<String, Long> MET = new TreeMap<>();
  private static LogWatch logs;

  @BeforeAll
  static void watchLogs() {
    logs = new LogWatch();
  }

  @AfterAll
  static void tell() {
    logs.close();
    System.out.println("guarantees asked: " + ASKED);
    System.out.println("faults met: " + MET);
  }

  @Test
  void everyGuaranteeHolds() {
    Long one = Long.getLong("sim.seed");
    if (one != null) {
      Simulation.Outcome outcome = run(one, true);
      outcome.log().forEach(System.out::println);
      assertThat(outcome.violation()).isNull();
      return;
    }
    long first = Long.getLong("sim.first", new SplittableRandom().nextLong() >>> 16);
    int fresh = Integer.getInteger("sim.seeds", FRESH);
    System.out.println("seeds 1 to " + FIXED + ", and " + fresh + " from " + first);
    List<String> failures = new ArrayList<>();
    LongStream.concat(LongStream.rangeClosed(1, FIXED), LongStream.range(first, first + fresh))
        .forEach(
            seed -> {
              Simulation.Outcome outcome = run(seed, false);
              if (outcome.violation() != null) {
                failures.add("-Dsim.seed=%d: %s".formatted(seed, outcome.violation()));
                System.out.println(failures.getLast());
              }
            });
    assertThat(failures).isEmpty();
  }

  /**
   * 27: asked to stop while a rebalance was under way, a worker did not poll, so that it kept the
   * old generation, committed nothing of what it had answered, and had it called again.
   */
  @ParameterizedTest
  @ValueSource(longs = {27, 2000750, 2001302, 2001379, 2002357})
  void whatWasFoundOnceDoesNotComeBack(long seed) {
    assertThat(run(seed, false).violation()).isNull();
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 8, 9})
  void theSameSeedIsTheSameRun(long seed) {
    Simulation.Outcome first = run(seed, false);
    Simulation.Outcome second = run(seed, true);

    assertThat(second.steps()).isEqualTo(first.steps());
    assertThat(second.hash()).isEqualTo(first.hash());
  }

  /** With a fault every ten minutes: nothing grows, and nothing is left at the end. */
  @Test
  void aWholeDay() {
    Simulation.Outcome outcome = run(1, Scenario.Weather.A_DAY, false);

    assertThat(outcome.violation()).isNull();
    System.out.println("a day: " + outcome.steps() + " steps, " + outcome.met());
  }

  private static Simulation.Outcome run(long seed, boolean logging) {
    return run(seed, Scenario.Weather.ANY, logging);
  }

  /** On a virtual thread, because the workers' threads are such: taking turns is then cheap. */
  private static Simulation.Outcome run(long seed, Scenario.Weather weather, boolean logging) {
    FutureTask<Simulation.Outcome> task =
        new FutureTask<>(
            () -> new Simulation(seed, new Scenario(seed, weather), logging).run(logs));
    Thread.ofVirtual().start(task);
    try {
      Simulation.Outcome outcome = task.get();
      outcome.asked().forEach((name, times) -> ASKED.merge(name, times, Long::sum));
      outcome.met().forEach((name, times) -> MET.merge(name, times, Long::sum));
      return outcome;
    } catch (Exception broken) {
      throw new IllegalStateException("seed " + seed, broken);
    }
  }
}
