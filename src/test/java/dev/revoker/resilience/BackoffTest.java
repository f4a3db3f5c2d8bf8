package dev.revoker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.config.Config;
import dev.revoker.time.ManualTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long is waited before a call is made again. */
class BackoffTest {
  private static final Config.Retry RETRY = new Config.Retry(5, 250, 30_000, 60_000);

  @ParameterizedTest
  @CsvSource({
    "1, 0, 125",
    "1, 0.5, 188",
    "1, 0.999999, 250",
    "2, 0, 250",
    "2, 0.999999, 500",
    "8, 0, 15000",
    "8, 0.999999, 30000",
    "60, 0.999999, 30000"
  })
  void theDelayIsBetweenHalfAndAllOfADoublingInterval(int failures, double chance, long ms) {
    assertThat(backoff(chance).delayMs(failures, null)).isEqualTo(ms);
  }

  @ParameterizedTest
  @CsvSource({"0, 188", "187, 188", "189, 189", "60000, 60000", "86400000, 60000"})
  void aLongerRetryAfterWinsUpToTheMaximum(long retryAfterMs, long ms) {
    assertThat(backoff(0.5).delayMs(1, retryAfterMs)).isEqualTo(ms);
  }

  private static Backoff backoff(double chance) {
    return new Backoff(RETRY, () -> chance, new ManualTime(), () -> {});
  }
}
