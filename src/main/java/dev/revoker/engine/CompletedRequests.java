package dev.revoker.engine;

import dev.revoker.engine.TrackedRequest.Completion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Requests that have a result which is not committed, in the order of completion. Used by the
 * loop's thread alone.
 */
final class CompletedRequests {
  /** A transaction's size is bounded; the next transaction takes the rest. */
  private static final int MAX_BATCH = 1000;

  private final CompletionQueue queue;
  private final List<TrackedRequest> completed = new ArrayList<>();

  CompletedRequests(CompletionQueue queue) {
    this.queue = queue;
  }

  /**
   * Takes the requests that completed since the last call, and discards requests of revoked
   * partitions.
   */
  void take() {
    for (TrackedRequest next = queue.next(); next != null; next = queue.next()) {
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
  List<TrackedRequest> next() {
    // Again: reading the committed offsets releases requests.
    dropReleased();
    return completed.stream().filter(request -> !request.partition.stale).limit(MAX_BATCH).toList();
  }

  /** How many of them came in by this lane. */
  int count(Lane lane) {
    return (int) completed.stream().filter(one -> one.partition.lane == lane).count();
  }

  /** Whether one of them must not wait for others. */
  boolean anyPrompt() {
    return completed.stream().anyMatch(one -> one.isPrompt() || one.partition.leaving);
  }

  void committed(Collection<TrackedRequest> some) {
    completed.removeAll(Set.copyOf(some));
  }

  boolean isEmpty() {
    return completed.isEmpty();
  }

  int size() {
    return completed.size();
  }
}
