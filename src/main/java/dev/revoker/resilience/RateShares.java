package dev.revoker.resilience;

import dev.revoker.config.Config;
import dev.revoker.time.Time;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The rate limit over all lanes, with the same share kept for the urgent ones as of the slots. The
 * limiter at index i is drawn on by lane i and all less urgent ones: the first carries the whole
 * rate, each further one what the lanes before it leave. Guarded by the dispatcher's lock, so that
 * looking and taking are one.
 */
final class RateShares {
  /**
   * Permissions come in small portions, so that a second's worth is not gone in its first
   * millisecond.
   */
  private static final double PORTIONS_PER_SECOND = 50;

  private final List<AtomicRateLimiter> limiters = new ArrayList<>();
  private final Time time;
  private final Runnable wake;
  private long wakeAtNanos;

  /**
   * Starts with one portion for each share.
   *
   * @param wake called by a timer, without the lock, when a lane may call again
   */
  RateShares(Config.Limits limits, List<Config.Lane> lanes, Time time, Runnable wake) {
    this.time = time;
    this.wake = wake;
    this.wakeAtNanos = time.nanos();
    if (limits.ratePerSecond() == 0) {
      return;
    }
    int left = limits.maxInFlight();
    for (Config.Lane lane : lanes) {
      double rate = (double) limits.ratePerSecond() * left / limits.maxInFlight();
      limiters.add(limiter("api-" + lane.name(), rate, time));
      left -= lane.reserved();
    }
  }

  /** Whether the lane may call now; if not, there is a wake when it is worth asking again. */
  boolean open(int lane) {
    long waitNanos = 0;
    for (int i = 0; i <= lane && i < limiters.size(); i++) {
      waitNanos = Math.max(waitNanos, limiters.get(i).getDetailedMetrics().getNanosToWait());
    }
    if (waitNanos > 0) {
      wakeIn(waitNanos);
    }
    return waitNanos == 0;
  }

  /** Takes a permission; only after {@link #open} said so. */
  void take(int lane) {
    for (int i = 0; i <= lane && i < limiters.size(); i++) {
      limiters.get(i).acquirePermission();
    }
  }

  List<RateLimiter> limiters() {
    return List.copyOf(limiters);
  }

  /** One wake is set at a time, unless a lane with a shorter wait comes after it was. */
  private void wakeIn(long waitNanos) {
    long nowNanos = time.nanos();
    long dueNanos = nowNanos + waitNanos;
    boolean set = wakeAtNanos - nowNanos > 0 && wakeAtNanos - dueNanos <= 0;
    if (!set) {
      wakeAtNanos = dueNanos;
      time.after((waitNanos + 999_999) / 1_000_000, wake);
    }
  }

  private static AtomicRateLimiter limiter(String name, double rate, Time time) {
    int portion = (int) Math.max(1, Math.round(rate / PORTIONS_PER_SECOND));
    RateLimiterConfig config =
        RateLimiterConfig.custom()
            .limitForPeriod(portion)
            .limitRefreshPeriod(Duration.ofNanos(Math.round(portion / rate * 1e9)))
            .timeoutDuration(Duration.ZERO)
            .build();
    return new AtomicRateLimiter(name, config, time::nanos);
  }
}
