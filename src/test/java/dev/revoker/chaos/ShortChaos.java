package dev.revoker.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A short schedule for each protocol, and one on three brokers: {@code mvn -Pchaos verify
 * -Dit.test=ShortChaos}. {@link LongChaos} runs long schedules, and {@code -Dchaos.seed=X} replays
 * one.
 */
class ShortChaos {
  @ParameterizedTest
  @CsvSource({"284, 1, classic, 2", "277, 1, consumer, 2", "132, 3, consumer, 2"})
  void everyGuaranteeHolds(long seed, int brokers, String protocol, int kills) throws Exception {
    ChaosSchedule schedule = ChaosSchedule.of(seed, brokers, protocol, kills);
    List<String> violations = new ChaosRun(schedule, schedule.replay(kills)).perform().violations();
    assertThat(violations).isEmpty();
  }
}
