package dev.revoker.engine;

import java.util.List;

/**
 * Decides when completed requests are worth a transaction. A transaction costs the brokers about
 * the same with one result as with a hundred. While a lane has more requests than slots, a few
 * milliseconds do not matter to its results, so they wait for others. The wait delays no call: the
 * lane has requests enough for its slots. Used by the loop's thread alone.
 */
final class CommitPacing {
  /** Results wait this many times as long as a transaction takes. */
  private static final int WAIT_PER_TRANSACTION = 4;

  private static final long LONGEST_WAIT_NANOS = 50_000_000;

  /**
   * The broker writes a transaction's markers after it has acknowledged the commit. What the next
   * transaction sends before that waits for 5 to 20 ms (docs/kafka-notes.md).
   */
  private static final long MARKERS_NANOS = 1_500_000;

  /** A smoothed average over about this many transactions. */
  private static final int AVERAGED = 8;

  private final List<Lane> lanes;
  private final int maxInFlight;
  private long transactionNanos;
  private long waitingSinceNanos;
  private boolean waiting;
  private long committedAtNanos;
  private boolean markersDue;

  CommitPacing(List<Lane> lanes, int maxInFlight) {
    this.lanes = lanes;
    this.maxInFlight = maxInFlight;
  }

  /** A transaction was committed. */
  void committed(long tookNanos, long nowNanos) {
    transactionNanos += (tookNanos - transactionNanos) / AVERAGED;
    waiting = false;
    committedAtNanos = nowNanos;
    markersDue = true;
  }

  /** How long the broker may still be writing the markers of the last transaction. */
  long markersNanos(long nowNanos) {
    long left = markersDue ? MARKERS_NANOS - (nowNanos - committedAtNanos) : 0;
    markersDue = left > 0;
    return Math.max(0, left);
  }

  /**
   * How long the results may wait for others, in milliseconds; 0 if they are committed now. The
   * results of the most urgent lane do not wait, nor do those of a partition that is revoked.
   */
  long waitMs(CompletionQueue completed, long nowNanos) {
    if (completed.isEmpty() || completed.anyPrompt() || completionsBeforeCommit(completed) == 0) {
      waiting = false;
      return 0;
    }
    if (!waiting) {
      waiting = true;
      waitingSinceNanos = nowNanos;
    }
    long atMostNanos = Math.min(WAIT_PER_TRANSACTION * transactionNanos, LONGEST_WAIT_NANOS);
    return Math.max(0, (atMostNanos - (nowNanos - waitingSinceNanos)) / 1_000_000);
  }

  /**
   * How many more requests may complete before results are committed. The commit begins while the
   * lane has as many requests without a result as with one, and enough for all slots: calls go on
   * while it lasts.
   */
  int completionsBeforeCommit(CompletionQueue completed) {
    int fewest = Integer.MAX_VALUE;
    for (Lane lane : lanes) {
      int done = completed.count(lane);
      int open = lane.requests() - done;
      if (!lane.prompt && lane.requests() > 0) {
        fewest = Math.min(fewest, Math.min(open - maxInFlight, (open - done) / 2));
      }
    }
    return fewest == Integer.MAX_VALUE ? 0 : Math.max(0, fewest);
  }
}
