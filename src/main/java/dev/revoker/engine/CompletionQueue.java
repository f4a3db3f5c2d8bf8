package dev.revoker.engine;

import dev.revoker.engine.TrackedRequest.Completion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands completed requests from the threads of the API calls to the loop's thread, wakes that
 * thread, and holds them in the order of completion until they are committed. The consumer's wakeup
 * ends a poll; because each wakeup costs an exception, it is used only while the loop blocks in a
 * poll. The {@link WakeupSignal} ends every other wait.
 */
final class CompletionQueue {
  /** A transaction's size is bounded; the next transaction takes the rest. */
  private static final int MAX_BATCH = 1000;

  private final Queue<TrackedRequest> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean polling = new AtomicBoolean();
  private final AtomicBoolean signalled = new AtomicBoolean();

  /** How many more completions may be queued before a blocked loop is woken. */
  private final AtomicInteger quiet = new AtomicInteger();

  /** Taken from the queue, and not committed. The loop's thread. */
  private final List<TrackedRequest> completed = new ArrayList<>();

  private final Runnable wakeup;
  private final WakeupSignal wakeupSignal;

  CompletionQueue(Runnable wakeup, WakeupSignal wakeupSignal) {
    this.wakeup = wakeup;
    this.wakeupSignal = wakeupSignal;
  }

  // ---- any thread

  /** The request has a result, or was withdrawn. */
  void add(TrackedRequest request) {
    queue.add(request);
    if (quiet.getAndDecrement() <= 0 || request.isPrompt()) {
      wake();
    } else {
      wakeupSignal.send();
    }
  }

  /** Makes the loop take another turn, though no request has completed. */
  void signal() {
    signalled.set(true);
    wake();
  }

  // ---- the loop's thread

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
      // A completion since the size was read wakes the loop too early, which does no harm.
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

  /**
   * Takes the requests that completed since the last call, and discards requests of revoked
   * partitions.
   */
  void take() {
    for (TrackedRequest next = queue.poll(); next != null; next = queue.poll()) {
      if (!next.partition.holds(next)) {
        // Late: its partition was revoked, or the broker had its result already.
        continue;
      }
      switch (next.completion()) {
        case Completion.Answered answered -> completed.add(next);
        case Completion.Withdrawn withdrawn -> next.partition.release(next);
        case Completion.InFlight inFlight -> throw new IllegalStateException("queued: a bug");
      }
    }
    dropReleased();
  }

  private void dropReleased() {
    completed.removeIf(request -> !request.partition.holds(request));
  }

  /**
   * Requests for the next transaction: of no partition whose committed offsets must be read first.
   */
  List<TrackedRequest> forNextTransaction() {
    // Again: reading the committed offsets releases requests.
    dropReleased();
    return completed.stream()
        .filter(request -> request.partition.mayCommit())
        .limit(MAX_BATCH)
        .toList();
  }

  /** How many uncommitted results belong to this lane. */
  int count(Lane lane) {
    return (int) completed.stream().filter(one -> one.partition.lane == lane).count();
  }

  /** Whether an uncommitted result must not wait for others. */
  boolean anyPrompt() {
    return completed.stream().anyMatch(one -> one.isPrompt() || one.partition.isLeaving());
  }

  void committed(Collection<TrackedRequest> some) {
    completed.removeAll(Set.copyOf(some));
  }

  /** Whether no result waits for its commit. */
  boolean isEmpty() {
    return completed.isEmpty();
  }

  int size() {
    return completed.size();
  }

  private void wake() {
    if (polling.compareAndSet(true, false)) {
      wakeup.run();
    }
    wakeupSignal.send();
  }
}
