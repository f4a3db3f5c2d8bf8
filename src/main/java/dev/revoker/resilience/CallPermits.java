package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.config.Config;
import dev.revoker.resilience.ApiGate.Permit;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Every permission that a call needs: a slot, the rate, the hold after a 429, the breaker. Guarded
 * by the dispatcher's lock.
 *
 * <p>The order matters. The slot and the rate are only looked at first; then the gate grants a
 * permit, which is scarce while the breaker is half-open; only with that permit are rate and slot
 * taken. So no permission is taken and not used.
 *
 * <p>The slots ({@code max.in.flight}) are shared by all lanes; some are reserved for more urgent
 * lanes.
 */
final class CallPermits {
  private final LaneRateLimiter rate;
  private final ApiGate gate;
  private final int maxInFlight;
  private final int[] reserved;
  private final int[] inFlight;
  private int allInFlight;

  CallPermits(int maxInFlight, List<Config.Lane> lanes, LaneRateLimiter rate, ApiGate gate) {
    this.maxInFlight = maxInFlight;
    this.reserved = lanes.stream().mapToInt(Config.Lane::reserved).toArray();
    this.inFlight = new int[lanes.size()];
    this.rate = rate;
    this.gate = gate;
  }

  /** Whether a slot is free that no more urgent lane has reserved. */
  boolean slotFree(int lane) {
    int free = maxInFlight - allInFlight;
    for (int moreUrgent = 0; moreUrgent < lane; moreUrgent++) {
      free -= Math.max(0, reserved[moreUrgent] - inFlight[moreUrgent]);
    }
    return free > 0;
  }

  /** The lane's calls in flight. */
  int inFlight(int lane) {
    return inFlight[lane];
  }

  /** The permit for one call of a lane that has a free slot; null if it may not be made now. */
  @Nullable Permit tryAcquire(int lane) {
    if (!rate.isOpen(lane)) {
      return null;
    }
    Permit permit = gate.tryAcquire();
    if (permit != null) {
      rate.acquire(lane);
      inFlight[lane]++;
      allInFlight++;
    }
    return permit;
  }

  /**
   * The call ended.
   *
   * @param shown redacts a text for the log
   * @return whether a failure that may pass spends an attempt
   */
  boolean release(
      int lane, Permit permit, ApiAnswer answer, long tookNanos, UnaryOperator<String> shown) {
    inFlight[lane]--;
    allInFlight--;
    return gate.answered(permit, answer, tookNanos, shown);
  }
}
