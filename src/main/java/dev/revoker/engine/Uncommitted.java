package dev.revoker.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Requests that are answered and whose results are not committed, in the order in which they were
 * answered. Used by the loop's thread alone.
 */
final class Uncommitted {
  /** A transaction's size is bounded too: the rest is the next one's. */
  private static final int MAX_BATCH = 1000;

  private final CompletionQueue completions;
  private final List<TrackedRequest> answered = new ArrayList<>();

  Uncommitted(CompletionQueue completions) {
    this.completions = completions;
  }

  /** Takes what has completed since, and forgets what is no longer waited for. */
  void take() {
    for (TrackedRequest next = completions.next(); next != null; next = completions.next()) {
      if (!next.partition.holds(next)) {
        // Late: its partition was given up, or the broker had its answer already.
        continue;
      }
      if (next.result() == null) {
        next.partition.release(next);
      } else {
        answered.add(next);
      }
    }
    forget();
  }

  private void forget() {
    answered.removeIf(pending -> !pending.partition.holds(pending));
  }

  /** What the next transaction is to take: not of a partition whose state is to be read first. */
  List<TrackedRequest> next() {
    // Once more: what was let go of since is read again, and answered then.
    forget();
    return answered.stream().filter(pending -> !pending.partition.stale).limit(MAX_BATCH).toList();
  }

  void committed(Collection<TrackedRequest> some) {
    answered.removeAll(Set.copyOf(some));
  }

  boolean isEmpty() {
    return answered.isEmpty();
  }

  int size() {
    return answered.size();
  }
}
