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

  RateShares(Config.Limits limits, List<Config.Lane> lanes, Time time) {
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

  /** Zero if the lane may call now, else the nanoseconds until it is worth asking again. */
  long waitNanos(int lane) {
    long wait = 0;
    for (int i = 0; i <= lane && i < limiters.size(); i++) {
      wait = Math.max(wait, limiters.get(i).getDetailedMetrics().getNanosToWait());
    }
    return wait;
  }

  /** Takes a permission; only after {@link #waitNanos} gave zero. */
  void take(int lane) {
    for (int i = 0; i <= lane && i < limiters.size(); i++) {
      limiters.get(i).acquirePermission();
    }
  }

  List<RateLimiter> limiters() {
    return List.copyOf(limiters);
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
