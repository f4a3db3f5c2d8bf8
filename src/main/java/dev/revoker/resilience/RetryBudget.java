package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.config.Config;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How often a call is repeated, and after which delay. Resilience4j's Retry counts: each request
 * has an async context, which returns the delay before the next attempt, or -1 when none is left.
 * Nothing sleeps.
 */
final class RetryBudget {
  private final RetryRegistry registry;
  private final Retry retry;
  private final IntervalFunction exponential;
  private final long retryAfterMaxMs;
  private final DoubleSupplier random;

  /**
   * Takes its randomness from outside, so that a test can repeat a run.
   *
   * @param random uniform in [0, 1)
   */
  RetryBudget(Config.Retry config, DoubleSupplier random) {
    this.exponential =
        IntervalFunction.ofExponentialBackoff(
            config.initialBackoffMs(), 2.0, config.maxBackoffMs());
    this.retryAfterMaxMs = config.retryAfterMaxMs();
    this.random = random;
    RetryConfig retryConfig =
        RetryConfig.<ApiAnswer>custom()
            .maxAttempts(config.maxAttempts())
            // AnswerPolicy decided that the call is repeated.
            .retryOnResult(answer -> true)
            .intervalBiFunction(
                (failures, answer) -> delayMs(failures, answer.get().retryAfterMs()))
            .build();
    this.registry = RetryRegistry.of(retryConfig);
    this.retry = registry.retry("api");
  }

  /** The count of one request. */
  Retry.AsyncContext<ApiAnswer> begin() {
    return retry.asyncContext();
  }

  RetryRegistry registry() {
    return registry;
  }

  /**
   * The delay before the next call: between half and all of the exponential interval, so that a
   * burst spreads.
   *
   * @param failures in a row, at least 1
   * @param retryAfterMs what the API asked for; it wins where it is longer, up to {@code
   *     retry.after.max.ms}
   */
  long delayMs(int failures, @Nullable Long retryAfterMs) {
    double full = exponential.apply(failures);
    long jittered = Math.max(1, Math.round(full * (0.5 + random.getAsDouble() / 2)));
    return Math.max(jittered, cappedMs(retryAfterMs));
  }

  /** What the API asked for, at most {@code retry.after.max.ms}; 0 where it asked for nothing. */
  long cappedMs(@Nullable Long retryAfterMs) {
    return retryAfterMs == null ? 0 : Math.min(retryAfterMs, retryAfterMaxMs);
  }
}
