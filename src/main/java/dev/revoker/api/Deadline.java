package dev.revoker.api;

import dev.revoker.time.Time;

/**
 * Bounds what the current thread does until {@link #close()}: when the time is over, the thread is
 * interrupted, which on a virtual thread ends any wait and closes the socket it waits for. The
 * interrupt never outlives the deadline, so what the thread does next is not hit by it.
 *
 * <p>May stand inside another one. Made and closed on the thread that it bounds.
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
