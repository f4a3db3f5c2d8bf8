package dev.revoker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * As {@link SimulationTest}, with more seeds: {@code -Dsim.seeds=N} fresh ones from {@code
 * -Dsim.first=X}, and {@code -Dsim.attacks=N} attacks.
 */
class SimulationIT {
  private static final int FIXED = 100;
  private static final int FRESH = 60;
  private static final int ATTACKS = 10;

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
    long first = Long.getLong("sim.first", new SplittableRandom().nextLong() >>> 16);
    int fresh = Integer.getInteger("sim.seeds", FRESH);
    LongStream seeds =
        LongStream.concat(
            LongStream.rangeClosed(SimulationTest.FIXED + 1, FIXED),
            LongStream.range(first, first + fresh));
    assertThat(runs.run(seeds, Scenario.Weather.ANY)).isEmpty();
    assertThat(runs.met())
        .containsKeys("ALREADY_REVOKED", "STILL_LOGS_IN", "REMOVED_AFTER_A_LOGIN", "ACCOUNT_FOUND");
    assertThat(runs.met().get("WRONG_ACCOUNT_AFTER_UNCERTAIN_ATTEMPT")).isPositive();
  }

  @Test
  void urgentRequestsAreAnsweredInTimeDuringAnAttack() {
    int attacks = Integer.getInteger("sim.attacks", ATTACKS);
    assertThat(runs.run(LongStream.rangeClosed(1, attacks), Scenario.Weather.ATTACK)).isEmpty();
  }

  /** With a fault every ten minutes: memory does not grow, and nothing is unanswered at the end. */
  @Test
  void everyGuaranteeHoldsForADay() {
    assertThat(runs.run(LongStream.of(1), Scenario.Weather.A_DAY)).isEmpty();
  }
}
