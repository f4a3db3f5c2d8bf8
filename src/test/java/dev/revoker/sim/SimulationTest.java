package dev.revoker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every guarantee, in runs that are determined by a seed; {@link SimulationIT} has more. {@code
 * -Dsim.seed=X -Dsim.weather=W} replays one run and prints its steps.
 */
class SimulationTest {
  /** Always the same. */
  static final int FIXED = 30;

  private static final int FRESH = 20;
  private static final int ATTACKS = 5;

  private static SimulationRuns runs;

  @BeforeAll
  static void start() {
    runs = new SimulationRuns();
  }

  @AfterAll
  static void stop() {
    runs.close();
  }

  @Test
  void everyGuaranteeHolds() {
    Long one = Long.getLong("sim.seed");
    if (one != null) {
      assertThat(runs.replay(one, weather())).isEmpty();
      return;
    }
    long first = new SplittableRandom().nextLong() >>> 16;
    LongStream seeds =
        LongStream.concat(LongStream.rangeClosed(1, FIXED), LongStream.range(first, first + FRESH));
    assertThat(runs.run(seeds, Scenario.Weather.ANY)).isEmpty();
  }

  @Test
  void urgentRequestsAreAnsweredInTimeDuringAnAttack() {
    assertThat(runs.run(LongStream.rangeClosed(1, ATTACKS), Scenario.Weather.ATTACK)).isEmpty();
  }

  /**
   * 27: a worker that was stopped during a rebalance did not poll. It kept the old generation,
   * could not commit its results, and the API was called again.
   */
  @ParameterizedTest
  @ValueSource(longs = {27, 2000750, 2001302, 2001379, 2002357})
  void seedsThatFailedOnceHold(long seed) {
    assertThat(runs.run(LongStream.of(seed), Scenario.Weather.ANY)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 8, 9})
  void theSameSeedIsTheSameRun(long seed) {
    Simulation.Outcome first = runs.run(seed, Scenario.Weather.ANY, false);
    Simulation.Outcome second = runs.run(seed, Scenario.Weather.ANY, true);

    assertThat(second.steps()).isEqualTo(first.steps());
    assertThat(second.hash()).isEqualTo(first.hash());
  }

  private static Scenario.Weather weather() {
    return Scenario.Weather.valueOf(System.getProperty("sim.weather", "ANY"));
  }
}
