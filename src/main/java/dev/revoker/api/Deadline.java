package dev.revoker.api;

import dev.revoker.time.Time;

/**
 * Bounds the time of the current thread until {@link #close()}. When the time is over it interrupts
 * the thread. On a virtual thread an interrupt ends any wait and closes the socket of that wait.
 * {@code close()} clears the interrupt, so it does not affect what the thread does next.
 *
 * <p>Deadlines may be nested. Created and closed on the thread that it bounds.
 */
final class Deadline implements AutoCloseable {
  private final Thread bounded = Thread.currentThread();
  private final Time.Timer timer;
  private boolean over;
  private boolean closed;

  Deadline(Time time, long afterMs) {
    timer = time.after(afterMs, this::expire);
  }

  /** Ends the time now. Any thread. */
  synchronized void expire() {
    if (!closed) {
      over = true;
      bounded.interrupt();
    }
  }

  /** Whether the time was over before {@link #close()}. */
  synchronized boolean over() {
    return over;
  }

  @Override
  public void close() {
    timer.cancel();
    synchronized (this) {
      closed = true;
      if (over) {
        Thread.interrupted();
      }
    }
  }
}
