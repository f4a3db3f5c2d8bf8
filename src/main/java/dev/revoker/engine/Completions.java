package dev.revoker.engine;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the calls' threads hand to the loop's thread, and how they wake it: out of a poll by the
 * consumer's wakeup, which is used only then, because each costs an exception; out of any other
 * wait by the bell.
 */
final class Completions {
  private final Queue<Pending> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean polling = new AtomicBoolean();
  private final AtomicBoolean signalled = new AtomicBoolean();
  private final Runnable wakeup;
  private final Bell bell;

  Completions(Runnable wakeup, Bell bell) {
    this.wakeup = wakeup;
    this.bell = bell;
  }

  /** Any thread. */
  void add(Pending pending) {
    queue.add(pending);
    wake();
  }

  /** Makes the loop look round with nothing completed. Any thread. */
  void signal() {
    signalled.set(true);
    wake();
  }

  /** The loop's thread; null when there is no more. */
  @Nullable Pending next() {
    return queue.poll();
  }

  /**
   * The loop's thread announces that it is about to block in a poll.
   *
   * @return false if there is something to do, so that it must not block
   */
  boolean mayBlock() {
    polling.set(true);
    if (queue.isEmpty() && !signalled.getAndSet(false)) {
      return true;
    }
    polling.set(false);
    return false;
  }

  /** The loop's thread is out of its poll. */
  void polled() {
    polling.set(false);
  }

  private void wake() {
    if (polling.compareAndSet(true, false)) {
      wakeup.run();
    }
    bell.ring();
  }
}
