package dev.revoker.submit;

import dev.revoker.model.Outcome;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Each row's outcome and how many of its requests are in flight, in two bytes a row. A row that
 * succeeded once has succeeded. Safe on any thread.
 */
final class BatchProgress {
  private static final int MAX_IN_FLIGHT = 127;
  private static final List<Outcome> OUTCOMES = List.of(Outcome.values());

  /** How many requests of a row have no result yet. */
  private final byte[] inFlight;

  /** One more than the outcome's index; 0 where there is no outcome yet. */
  private final byte[] outcome;

  private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
  private long waiting;
  private long sent;

  /** For the rows 1 to {@code rows}. */
  BatchProgress(long rows) {
    if (rows > SubmitBatch.MAX_ROWS) {
      throw new IllegalArgumentException("too many rows for one batch: " + rows);
    }
    inFlight = new byte[(int) rows + 1];
    outcome = new byte[(int) rows + 1];
  }

  /** A request of this row is in flight. */
  synchronized void sent(long row) {
    if (isKnown(row) && inFlight[(int) row] < MAX_IN_FLIGHT) {
      waiting += inFlight[(int) row] == 0 ? 1 : 0;
      inFlight[(int) row]++;
      sent++;
    }
  }

  /** The request did not reach the brokers. */
  synchronized void unsent(long row) {
    sent--;
    landed(row);
  }

  /** A request that was counted by {@link #sent} has its result. */
  synchronized void answered(long row, Outcome how) {
    if (isKnown(row)) {
      landed(row);
      record(row, how);
    }
  }

  /** A request whose record is no longer in its topic had this result. */
  synchronized void answeredBefore(long row, Outcome how) {
    if (isKnown(row)) {
      record(row, how);
    }
  }

  private void record(long row, Outcome how) {
    Outcome before = outcome(row);
    if (before == null || !before.success()) {
      if (before != null) {
        counts.merge(before, -1, Integer::sum);
      }
      counts.merge(how, 1, Integer::sum);
      outcome[(int) row] = (byte) (OUTCOMES.indexOf(how) + 1);
    }
  }

  private void landed(long row) {
    if (inFlight[(int) row] > 0) {
      inFlight[(int) row]--;
      waiting -= inFlight[(int) row] == 0 ? 1 : 0;
    }
  }

  /** The row's outcome; null where there is none yet. */
  synchronized @Nullable Outcome outcome(long row) {
    int code = outcome[(int) row];
    return code == 0 ? null : OUTCOMES.get(code - 1);
  }

  synchronized boolean succeeded(long row) {
    Outcome how = outcome(row);
    return how != null && how.success();
  }

  synchronized boolean isInFlight(long row) {
    return inFlight[(int) row] > 0;
  }

  /** How many rows have a request without a result. */
  synchronized long waiting() {
    return waiting;
  }

  /** How many requests were sent. */
  synchronized long sent() {
    return sent;
  }

  /** How many rows have a result. */
  synchronized long answered() {
    return counts.values().stream().mapToLong(Integer::longValue).sum();
  }

  /** How many rows have succeeded. */
  synchronized long successes() {
    return counts.entrySet().stream()
        .filter(entry -> entry.getKey().success())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** How many rows have each outcome; outcomes without rows are left out. */
  synchronized Map<Outcome, Integer> counts() {
    Map<Outcome, Integer> map = new EnumMap<>(counts);
    map.values().removeIf(count -> count == 0);
    return map;
  }

  /** The same of all rows: a row whose key was sent for an earlier row has its outcome. */
  synchronized Map<Outcome, Integer> counts(RepeatedRows repeated) {
    Map<Outcome, Integer> map = counts();
    for (int row = 1; repeated.count() > 0 && row < outcome.length; row++) {
      Outcome of = outcome(repeated.firstOf(row));
      if (of != null) {
        map.merge(of, 1, Integer::sum);
      }
    }
    return map;
  }

  private boolean isKnown(long row) {
    return row > 0 && row < outcome.length;
  }
}
