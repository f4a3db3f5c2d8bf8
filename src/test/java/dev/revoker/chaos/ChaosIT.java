package dev.revoker.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A short schedule for each protocol, and one on three brokers. {@code mvn -Pchaos verify} runs
 * long ones; {@code -Dchaos.seed=X} and its like replay one.
 */
class ChaosIT {
  @ParameterizedTest
  @CsvSource({"1144, 1, classic, 3", "30664, 1, consumer, 3", "73879, 3, classic, 3"})
  void everyGuaranteeHolds(long seed, int brokers, String protocol, int kills) throws Exception {
    Schedule schedule = Schedule.of(seed, brokers, protocol, kills);
    List<String> violations = new Run(schedule, schedule.replay(kills)).perform().violations();
    assertThat(violations).isEmpty();
  }
}
