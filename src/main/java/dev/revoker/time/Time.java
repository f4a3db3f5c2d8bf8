package dev.revoker.time;

import java.time.Instant;

/**
 * The wall clock, the steady clock and the timers. Tests and the simulation have their own
 * implementations.
 */
public interface Time {
  /** Wall-clock time: for what is compared with times that others wrote. */
  Instant now();

  /** Steady nanoseconds from an arbitrary origin: for durations. */
  long nanos();

  /**
   * Runs the task once, after the delay, on the timer's own thread: the task must be short and must
   * not block.
   *
   * @param delayMs milliseconds; zero or less means as soon as may be
   */
  Timer after(long delayMs, Runnable task);

  /** Steady milliseconds from an arbitrary origin. */
  default long millis() {
    return nanos() / 1_000_000;
  }

  /** A task that was scheduled. */
  interface Timer {
    /** The task will not start any more, unless it has started already. */
    void cancel();
  }
}
