package dev.revoker.submit;

import dev.revoker.time.Time;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How long a command has waited, and when it is to print what it waits for. One thread. */
public final class WaitClock {
  private static final long SIGN_NANOS = Duration.ofSeconds(25).toNanos();

  private final Time time;
  private final @Nullable Duration timeout;
  private final long start;
  private long lastSign;

  /**
   * Starts now.
   *
   * @param timeout after this the wait is over; null for no limit
   */
  public WaitClock(Time time, @Nullable Duration timeout) {
    this.time = time;
    this.timeout = timeout;
    this.start = time.nanos();
    this.lastSign = start;
  }

  /** Whether the time is used up. */
  boolean isOver() {
    return timeout != null && time.nanos() - start >= timeout.toNanos();
  }

  /** Whether another line about the wait is due; at least every 30 s. */
  boolean isSignDue() {
    if (time.nanos() - lastSign < SIGN_NANOS) {
      return false;
    }
    lastSign = time.nanos();
    return true;
  }
}
