package dev.revoker.resilience;

import dev.revoker.config.Config;
import io.github.resilience4j.core.IntervalFunction;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Exponential intervals with jitter: between half and the whole of what the exponent gives, so that
 * a burst spreads.
 */
final class Backoff {
  private final IntervalFunction exponential;
  private final DoubleSupplier random;

  /**
   * Takes its chance from outside, so that a test can repeat it.
   *
   * @param random uniform in [0, 1)
   */
  Backoff(Config.Retry retry, DoubleSupplier random) {
    this.exponential =
        IntervalFunction.ofExponentialBackoff(retry.initialBackoffMs(), 2.0, retry.maxBackoffMs());
    this.random = random;
  }

  /**
   * The wait before the next call.
   *
   * @param failures in a row, at least 1
   * @param retryAfterMs what the API asked for; a longer one wins
   */
  long delayMs(int failures, @Nullable Long retryAfterMs) {
    double full = exponential.apply(failures);
    long jittered = Math.max(1, Math.round(full * (0.5 + random.getAsDouble() / 2)));
    return retryAfterMs == null ? jittered : Math.max(jittered, retryAfterMs);
  }
}
