package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.config.Config;
import dev.revoker.time.Time;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The delays before calls: before a request's call is made again, and before any call after a 429.
 * Guarded by the dispatcher's lock. Nothing sleeps.
 *
 * <p>Resilience4j's Retry counts the attempts of a request: each request has an async context,
 * which returns the delay before the next attempt, or -1 when none is left.
 *
 * <p>After a 429 no call of any lane or account is made until the hold is over. Calls that were in
 * flight when the hold began may bring further 429s, which belong to the same hold.
 */
final class Backoff {
  private static final Logger LOG = LoggerFactory.getLogger(Backoff.class);

  private final RetryRegistry registry;
  private final Retry retry;
  private final IntervalFunction exponential;
  private final long retryAfterMaxMs;
  private final DoubleSupplier random;
  private final Time time;
  private final Runnable wake;

  private int holdsBegun;
  private int holdsInARow;
  private long holdUntilMs;

  /**
   * Starts with no hold. Takes its randomness from outside, so that a test can repeat a run.
   *
   * @param random uniform in [0, 1)
   * @param wake called by a timer, without the lock, when a hold may be over
   */
  Backoff(Config.Retry config, DoubleSupplier random, Time time, Runnable wake) {
    this.exponential =
        IntervalFunction.ofExponentialBackoff(
            config.initialBackoffMs(), 2.0, config.maxBackoffMs());
    this.retryAfterMaxMs = config.retryAfterMaxMs();
    this.random = random;
    this.time = time;
    this.wake = wake;
    this.holdUntilMs = time.millis();
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

  RetryRegistry registry() {
    return registry;
  }

  // ---- of one request

  /** Counts the attempts of one request. */
  Retry.AsyncContext<ApiAnswer> begin() {
    return retry.asyncContext();
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
  private long cappedMs(@Nullable Long retryAfterMs) {
    return retryAfterMs == null ? 0 : Math.min(retryAfterMs, retryAfterMaxMs);
  }

  // ---- of all calls, after a 429

  /** How long calls are held back from now on; 0 where they are not. */
  long holdLeftMs() {
    return Math.max(0, holdUntilMs - time.millis());
  }

  /** How many holds have begun. A permit keeps the number of its time. */
  int holdsBegun() {
    return holdsBegun;
  }

  /** A call that was permitted after so many holds was answered, and not by a 429. */
  void passed(int begunBefore) {
    if (begunBefore == holdsBegun) {
      holdsInARow = 0;
    }
  }

  /**
   * A call that was permitted after so many holds was answered by a 429.
   *
   * @param retryAfterMs what the API asked for; none or 0 means the exponential delay
   */
  void throttled(int begunBefore, @Nullable Long retryAfterMs) {
    long askedMs = cappedMs(retryAfterMs);
    boolean first = begunBefore == holdsBegun;
    if (first) {
      holdsBegun++;
      holdsInARow++;
    } else if (askedMs <= 0) {
      return;
    }
    long delayMs = askedMs > 0 ? askedMs : delayMs(holdsInARow, null);
    long newUntilMs = time.millis() + delayMs;
    if (newUntilMs > holdUntilMs) {
      holdUntilMs = newUntilMs;
      time.after(delayMs, wake);
    }
    if (first) {
      LOG.atLevel(holdsInARow == 1 ? Level.WARN : Level.DEBUG)
          .addKeyValue("retryAfterMs", retryAfterMs)
          .addKeyValue("holdMs", delayMs)
          .log("the API answered 429: holding every call back, no attempt is spent");
    }
  }
}
