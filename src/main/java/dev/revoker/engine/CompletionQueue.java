package dev.revoker.engine;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Hands completed requests from the threads of the API calls to the loop's thread, and wakes that
 * thread. The consumer's wakeup ends a poll; because each wakeup costs an exception, it is used
 * only while the loop blocks in a poll. The {@link WakeupSignal} ends every other wait.
 */
final class CompletionQueue {
  private final Queue<TrackedRequest> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean polling = new AtomicBoolean();
  private final AtomicBoolean signalled = new AtomicBoolean();
  private final Runnable wakeup;
  private final WakeupSignal wakeupSignal;

  CompletionQueue(Runnable wakeup, WakeupSignal wakeupSignal) {
    this.wakeup = wakeup;
    this.wakeupSignal = wakeupSignal;
  }

  /** Any thread. */
  void add(TrackedRequest request) {
    queue.add(request);
    wake();
  }

  /** Makes the loop take another turn, though no request has completed. Any thread. */
  void signal() {
    signalled.set(true);
    wake();
  }

  /** The next completed request, or null. The loop's thread. */
  @Nullable TrackedRequest next() {
    return queue.poll();
  }

  /**
   * The loop's thread is about to block in a poll.
   *
   * @return false if there is something to do, so that the thread must not block
   */
  boolean mayBlock() {
    polling.set(true);
    if (queue.isEmpty() && !signalled.getAndSet(false)) {
      return true;
    }
    polling.set(false);
    return false;
  }

  /** The poll of the loop's thread has ended. */
  void polled() {
    polling.set(false);
  }

  private void wake() {
    if (polling.compareAndSet(true, false)) {
      wakeup.run();
    }
    wakeupSignal.send();
  }
}
