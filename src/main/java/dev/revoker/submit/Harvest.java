package dev.revoker.submit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** The results of one batch, out of all that the topic holds. One thread, but for the ledger. */
final class Harvest {
  private static final int MOST_FAILURES_KEPT = 10;

  private final Batch batch;
  private final Ledger ledger;
  private final @Nullable Spool spool;
  private final List<String> failures = new ArrayList<>();

  private final Prints prints;
  private final long rows;

  /**
   * Begins with nothing.
   *
   * @param spool to keep the results in; null where nobody will ask for them
   */
  Harvest(Batch batch, Ledger ledger, Prints prints, long rows, @Nullable Spool spool) {
    this.batch = batch;
    this.ledger = ledger;
    this.prints = prints;
    this.rows = rows;
    this.spool = spool;
  }

  Ledger ledger() {
    return ledger;
  }

  Prints prints() {
    return prints;
  }

  /** Takes it if it is a result of the batch, and of the key that the row is about. */
  void take(ConsumerRecord<byte[], byte[]> record) {
    Answer answer = Answer.of(record);
    Batch.Place place = answer != null && answer.batch().equals(batch.id()) ? answer.place() : null;
    if (answer == null || place == null || place.row() > rows) {
      return;
    }
    String fingerprint = answer.text("key_fingerprint");
    if (prints.areOfTwoKeys(place.row(), fingerprint)) {
      // Another file was sent as the same batch.
      return;
    }
    boolean before = ledger.succeeded(place.row());
    ledger.answered(place.row(), answer.outcome());
    if (answer.outcome().success()) {
      prints.noteFirst(place.row(), fingerprint);
    } else if (failures.size() < MOST_FAILURES_KEPT) {
      failures.add(Watch.line(answer));
    }
    if (answer.outcome().success() || !before) {
      keep(place.row(), answer);
    }
  }

  /** The first of what did not succeed, for people. */
  List<String> failures() {
    return failures;
  }

  /** What failed in an earlier run is tried again, and no news. */
  void forgetFailures() {
    failures.clear();
  }

  /** Whether the row succeeded, or is under way, with another key than this. */
  boolean contradicts(Row.Good row) {
    return (ledger.succeeded(row.number()) || ledger.isUnderWay(row.number()))
        && prints.differ(row.number(), row.fingerprint());
  }

  private void keep(long row, Answer answer) {
    try {
      if (spool != null) {
        spool.put(row, answer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
