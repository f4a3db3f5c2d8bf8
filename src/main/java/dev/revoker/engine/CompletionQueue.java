package dev.revoker.engine;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** So many completions do not wake a blocked loop. */
  private final AtomicInteger quiet = new AtomicInteger();

  private final Runnable wakeup;
  private final WakeupSignal wakeupSignal;

  CompletionQueue(Runnable wakeup, WakeupSignal wakeupSignal) {
    this.wakeup = wakeup;
    this.wakeupSignal = wakeupSignal;
  }

  /** Any thread. */
  void add(TrackedRequest request) {
    queue.add(request);
    if (quiet.getAndDecrement() <= 0 || request.isPrompt()) {
      wake();
    } else {
      wakeupSignal.send();
    }
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
   * @param completions so many may be queued without ending the poll, unless one is prompt
   * @return false if there is something to do, so that the thread must not block
   */
  boolean mayBlock(int completions) {
    polling.set(true);
    int queued = queue.size();
    if (queued <= completions
        && queue.stream().noneMatch(TrackedRequest::isPrompt)
        && !signalled.getAndSet(false)) {
      // A completion between the two lines wakes the loop too early, which does no harm.
      quiet.set(completions - queued);
      return true;
    }
    polling.set(false);
    return false;
  }

  /** The poll of the loop's thread has ended. */
  void polled() {
    quiet.set(0);
    polling.set(false);
  }

  private void wake() {
    if (polling.compareAndSet(true, false)) {
      wakeup.run();
    }
    wakeupSignal.send();
  }
}
