package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.resilience.ApiGate.Permit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Every permission that a call needs: a slot, the rate, the hold after a 429, the breaker. Guarded
 * by the dispatcher's lock.
 *
 * <p>The order matters. The slot and the rate are only looked at first; then the gate grants a
 * permit, which is scarce while the breaker is half-open; only with that permit are rate and slot
 * taken. So no permission is taken and not used.
 */
final class CallPermits {
  private final LaneBulkhead bulkhead;
  private final LaneRateLimiter rate;
  private final ApiGate gate;

  CallPermits(LaneBulkhead bulkhead, LaneRateLimiter rate, ApiGate gate) {
    this.bulkhead = bulkhead;
    this.rate = rate;
    this.gate = gate;
  }

  boolean slotFree(int lane) {
    return bulkhead.isFree(lane);
  }

  /** The permit for one call of a lane that has a free slot; null if it may not be made now. */
  @Nullable Permit tryAcquire(int lane) {
    if (!rate.isOpen(lane)) {
      return null;
    }
    Permit permit = gate.tryAcquire();
    if (permit != null) {
      rate.acquire(lane);
      bulkhead.acquire(lane);
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
    bulkhead.release(lane);
    return gate.answered(permit, answer, tookNanos, shown);
  }
}
