package dev.revoker.resilience;

import dev.revoker.time.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The hold after a 429, which every call of every lane and account waits out. Calls that were under
 * way when it began may bring more 429s: together they are one. Guarded by the dispatcher's lock.
 */
final class Throttle {
  private static final Logger LOG = LoggerFactory.getLogger(Throttle.class);

  private final Backoff backoff;
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
  Throttle(Backoff backoff, Time time, Runnable wake) {
    this.backoff = backoff;
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

  /** How many holds have begun: a call keeps it, to tell which holds it knows of. */
  int begun() {
    return begun;
  }

  /** A call that was started after so many holds was answered, and not by a 429. */
  void passed(int begunBefore) {
    if (begunBefore == begun) {
      inARow = 0;
    }
  }

  /**
   * A call that was started after so many holds was answered by a 429.
   *
   * @param retryAfterMs what the API asked for; none or 0 means the back-off
   */
  void answered429(int begunBefore, @Nullable Long retryAfterMs) {
    long askedMs = backoff.capped(retryAfterMs);
    boolean news = begunBefore == begun;
    if (news) {
      begun++;
      inARow++;
    } else if (askedMs <= 0) {
      return;
    }
    long delayMs = askedMs > 0 ? askedMs : backoff.delayMs(inARow, null);
    long newUntilMs = time.millis() + delayMs;
    if (newUntilMs > untilMs) {
      untilMs = newUntilMs;
      time.after(delayMs, wake);
    }
    if (news) {
      LOG.atLevel(inARow == 1 ? Level.WARN : Level.DEBUG)
          .addKeyValue("retryAfterMs", retryAfterMs)
          .addKeyValue("holdMs", delayMs)
          .log("the API answered 429: holding every call back, no attempt is spent");
    }
  }
}
