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
 * The rate limit over all lanes: this worker's share of the group's rate. More urgent lanes have
 * the same part of it reserved as of the slots. Lane i draws from limiters 0 to i: limiter 0 has
 * the whole rate, each further one what the lanes before it have not reserved. Guarded by the
 * dispatcher's lock, so that no other call comes between {@link #isOpen} and {@link #acquire}.
 *
 * <p>The limiters have the group's rate, and a clock that runs as slowly as the share is small. So
 * a share that changes never brings a burst.
 */
final class LaneRateLimiter {
  /** Small portions, so that the permissions of a second are not spent in its first millisecond. */
  private static final double PORTIONS_PER_SECOND = 50;

  private final List<AtomicRateLimiter> limiters = new ArrayList<>();
  private final Time time;
  private final Runnable wake;
  private long wakeAtNanos;

  /** Between 0 and 1. */
  private double share;

  /** Until then the share is this worker's, by the steady clock. */
  private long shareEndsNanos;

  private long readAtNanos;
  private double sharedNanos;

  /**
   * Starts with no share, and one portion for each lane.
   *
   * @param wake called by a timer, without the lock, when a lane may call again
   */
  LaneRateLimiter(Config.Limits limits, List<Config.Lane> lanes, Time time, Runnable wake) {
    this.time = time;
    this.wake = wake;
    this.wakeAtNanos = time.nanos();
    this.readAtNanos = wakeAtNanos;
    this.shareEndsNanos = wakeAtNanos;
    if (limits.ratePerSecond() == 0) {
      return;
    }
    int left = limits.maxInFlight();
    for (Config.Lane lane : lanes) {
      double rate = (double) limits.ratePerSecond() * left / limits.maxInFlight();
      limiters.add(limiter("api-" + lane.name(), rate));
      left -= lane.reserved();
    }
  }

  /**
   * From now on this worker has this share of the rate.
   *
   * @param forMs how long, unless it is renewed: then another worker may have it
   */
  void share(double ofGroup, long forMs) {
    sharedNanos();
    share = ofGroup;
    shareEndsNanos = readAtNanos + forMs * 1_000_000;
    wakeAtNanos = readAtNanos;
  }

  /** Whether the lane may call now; if not, {@code wake} runs when it may. */
  boolean isOpen(int lane) {
    if (limiters.isEmpty()) {
      return true;
    }
    if (share == 0 || time.nanos() - shareEndsNanos >= 0) {
      return false;
    }
    long waitNanos = 0;
    for (int i = 0; i <= lane && i < limiters.size(); i++) {
      waitNanos = Math.max(waitNanos, limiters.get(i).getDetailedMetrics().getNanosToWait());
    }
    if (waitNanos > 0) {
      wakeIn((long) Math.ceil(waitNanos / share));
    }
    return waitNanos == 0;
  }

  /** Takes a permission; only after {@link #isOpen} returned true. */
  void acquire(int lane) {
    for (int i = 0; i <= lane && i < limiters.size(); i++) {
      limiters.get(i).acquirePermission();
    }
  }

  List<RateLimiter> limiters() {
    return List.copyOf(limiters);
  }

  /** Sets one timer at a time; another only for a lane that may call earlier. */
  private void wakeIn(long waitNanos) {
    long nowNanos = time.nanos();
    long dueNanos = nowNanos + waitNanos;
    boolean set = wakeAtNanos - nowNanos > 0 && wakeAtNanos - dueNanos <= 0;
    if (!set) {
      wakeAtNanos = dueNanos;
      time.after((waitNanos + 999_999) / 1_000_000, wake);
    }
  }

  /** The limiters' clock. It stands still while this worker has no share. */
  private long sharedNanos() {
    long nowNanos = time.nanos();
    long ownNanos = Math.max(0, Math.min(nowNanos, shareEndsNanos) - readAtNanos);
    sharedNanos += share * ownNanos;
    readAtNanos = nowNanos;
    return (long) sharedNanos;
  }

  private AtomicRateLimiter limiter(String name, double rate) {
    int portion = (int) Math.max(1, Math.round(rate / PORTIONS_PER_SECOND));
    RateLimiterConfig config =
        RateLimiterConfig.custom()
            .limitForPeriod(portion)
            .limitRefreshPeriod(Duration.ofNanos(Math.round(portion / rate * 1e9)))
            .timeoutDuration(Duration.ZERO)
            .build();
    return new AtomicRateLimiter(name, config, this::sharedNanos);
  }
}
