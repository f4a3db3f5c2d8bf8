package dev.revoker.ops;

import dev.revoker.time.Time;

/**
 * Interrupts work that takes too long. A thread that is interrupted while it reads from or writes
 * to a channel closes it, so a client that is too slow loses its connection and frees the thread.
 * For a ThreadPoolExecutor's threads, which forget a late interrupt before their next task.
 */
final class TimeLimit {
  private final Time time;
  private final long limitMs;

  TimeLimit(Time time, long limitMs) {
    this.time = time;
    this.limitMs = limitMs;
  }

  /** The same work, interrupted if it is not over in time. */
  Runnable around(Runnable work) {
    return () -> {
      Watch watch = new Watch(Thread.currentThread());
      Time.Timer timer = time.after(limitMs, watch::interrupt);
      try {
        work.run();
      } finally {
        timer.cancel();
        watch.end();
      }
    };
  }

  /** Interrupts only while the work lasts: the thread's next task is not to blame. */
  private static final class Watch {
    private final Thread worker;
    private boolean over;

    Watch(Thread worker) {
      this.worker = worker;
    }

    synchronized void interrupt() {
      if (!over) {
        worker.interrupt();
      }
    }

    synchronized void end() {
      over = true;
    }
  }
}
