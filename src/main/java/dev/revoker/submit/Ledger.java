package dev.revoker.submit;

import dev.revoker.model.Outcome;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of each row, in two bytes a row. A row that succeeded once has succeeded. Any thread.
 */
final class Ledger {
  private static final int MOST_UNDER_WAY = 127;
  private static final List<Outcome> OUTCOMES = List.of(Outcome.values());

  /** How many requests of a row have no result yet. */
  private final byte[] underWay;

  /** One more than its index; 0 where there is none yet. */
  private final byte[] outcome;

  private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
  private long waiting;
  private long sent;

  /** For rows 1 to this. */
  Ledger(long rows) {
    if (rows > Integer.MAX_VALUE - 16) {
      throw new IllegalArgumentException("too many rows for one batch: " + rows);
    }
    underWay = new byte[(int) rows + 1];
    outcome = new byte[(int) rows + 1];
  }

  /** A request of this row is on its way. */
  synchronized void sent(long row) {
    if (known(row) && underWay[(int) row] < MOST_UNDER_WAY) {
      waiting += underWay[(int) row] == 0 ? 1 : 0;
      underWay[(int) row]++;
      sent++;
    }
  }

  /** It never got there. */
  synchronized void unsent(long row) {
    sent--;
    landed(row);
  }

  /** A result of this row came; false where the row is none of ours. */
  synchronized boolean answered(long row, Outcome how) {
    if (!known(row)) {
      return false;
    }
    landed(row);
    Outcome before = outcome(row);
    if (before == null || !before.success()) {
      if (before != null) {
        counts.merge(before, -1, Integer::sum);
      }
      counts.merge(how, 1, Integer::sum);
      outcome[(int) row] = (byte) (OUTCOMES.indexOf(how) + 1);
    }
    return true;
  }

  private void landed(long row) {
    if (underWay[(int) row] > 0) {
      underWay[(int) row]--;
      waiting -= underWay[(int) row] == 0 ? 1 : 0;
    }
  }

  /** How the row ended; null where nothing is known yet. */
  synchronized @Nullable Outcome outcome(long row) {
    int code = outcome[(int) row];
    return code == 0 ? null : OUTCOMES.get(code - 1);
  }

  synchronized boolean succeeded(long row) {
    Outcome how = outcome(row);
    return how != null && how.success();
  }

  synchronized boolean isUnderWay(long row) {
    return underWay[(int) row] > 0;
  }

  /** How many rows have a request without a result. */
  synchronized long waiting() {
    return waiting;
  }

  /** How many requests were counted as sent. */
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

  /** How many rows ended how; only what happened. */
  synchronized Map<Outcome, Integer> counts() {
    Map<Outcome, Integer> map = new EnumMap<>(counts);
    map.values().removeIf(count -> count == 0);
    return map;
  }

  private boolean known(long row) {
    return row > 0 && row < outcome.length;
  }
}
