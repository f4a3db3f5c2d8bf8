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
  private final long retryAfterMaxMs;
  private final DoubleSupplier random;

  /**
   * Takes its chance from outside, so that a test can repeat it.
   *
   * @param random uniform in [0, 1)
   */
  Backoff(Config.Retry retry, DoubleSupplier random) {
    this.exponential =
        IntervalFunction.ofExponentialBackoff(retry.initialBackoffMs(), 2.0, retry.maxBackoffMs());
    this.retryAfterMaxMs = retry.retryAfterMaxMs();
    this.random = random;
  }

  /**
   * The wait before the next call.
   *
   * @param failures in a row, at least 1
   * @param retryAfterMs what the API asked for; it wins where it is longer, up to {@code
   *     retry.after.max.ms}
   */
  long delayMs(int failures, @Nullable Long retryAfterMs) {
    double full = exponential.apply(failures);
    long jittered = Math.max(1, Math.round(full * (0.5 + random.getAsDouble() / 2)));
    return Math.max(jittered, capped(retryAfterMs));
  }

  /** What the API asked for, at most {@code retry.after.max.ms}; 0 where it asked for nothing. */
  long capped(@Nullable Long retryAfterMs) {
    return retryAfterMs == null ? 0 : Math.min(retryAfterMs, retryAfterMaxMs);
  }
}
