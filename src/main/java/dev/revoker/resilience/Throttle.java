package dev.revoker.resilience;

import dev.revoker.time.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The hold after a 429: no call of any lane or account is made until it is over. Calls that were in
 * flight when it began may bring further 429s, which belong to the same hold. Guarded by the
 * dispatcher's lock.
 */
final class Throttle {
  private static final Logger LOG = LoggerFactory.getLogger(Throttle.class);

  private final RetryBudget budget;
  private final Time time;
  private final Runnable wake;

  private int begun;
  private int inARow;
  private long untilMs;

  /**
   * Starts with no hold.
   *
   * @param wake called by a timer, without the lock, when a hold may be over
   */
  Throttle(RetryBudget budget, Time time, Runnable wake) {
    this.budget = budget;
    this.time = time;
    this.wake = wake;
    this.untilMs = time.millis();
  }

  boolean holding() {
    return leftMs() > 0;
  }

  /** How long calls are held back from now on; 0 where they are not. */
  long leftMs() {
    return Math.max(0, untilMs - time.millis());
  }

  /** How many holds have begun. A permit keeps the number of its time. */
  int begun() {
    return begun;
  }

  /** A call that was permitted after so many holds was answered, and not by a 429. */
  void passed(int begunBefore) {
    if (begunBefore == begun) {
      inARow = 0;
    }
  }

  /**
   * A call that was permitted after so many holds was answered by a 429.
   *
   * @param retryAfterMs what the API asked for; none or 0 means the back-off
   */
  void answered429(int begunBefore, @Nullable Long retryAfterMs) {
    long askedMs = budget.cappedMs(retryAfterMs);
    boolean first = begunBefore == begun;
    if (first) {
      begun++;
      inARow++;
    } else if (askedMs <= 0) {
      return;
    }
    long delayMs = askedMs > 0 ? askedMs : budget.delayMs(inARow, null);
    long newUntilMs = time.millis() + delayMs;
    if (newUntilMs > untilMs) {
      untilMs = newUntilMs;
      time.after(delayMs, wake);
    }
    if (first) {
      LOG.atLevel(inARow == 1 ? Level.WARN : Level.DEBUG)
          .addKeyValue("retryAfterMs", retryAfterMs)
          .addKeyValue("holdMs", delayMs)
          .log("the API answered 429: holding every call back, no attempt is spent");
    }
  }
}
