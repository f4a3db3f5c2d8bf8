package dev.revoker.submit;

import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Shows the results that are wanted, and knows when all of a batch have come. Labels and ids are
 * claims of whoever wrote the request, so a claim never ends the wait early: a batch is as large as
 * the largest size that was claimed, every request that names the batch needs a result, and two
 * keys for one row count as a failure. One thread.
 */
final class WatchedResults {
  private static final String DOUBT =
      "Somebody else may use this batch's id: compare the key fingerprints, or let submit --resume"
          + " --wait look for the results of your file";

  private final Watch.Wanted wanted;
  private final boolean json;
  private final Console console;
  private final BitSet rows = new BitSet();
  private final KeyFingerprintIndex keys = new KeyFingerprintIndex();
  private final @Nullable OpenRequests requests;
  private long size;
  private boolean sizesDiffer;
  private boolean keysDiffer;
  private long shown;
  private boolean allSucceeded = true;

  WatchedResults(Watch.Wanted wanted, boolean json, Console console) {
    this.wanted = wanted;
    this.json = json;
    this.console = console;
    this.requests =
        wanted.isWholeBatch() && wanted.batch() != null ? new OpenRequests(wanted.batch()) : null;
  }

  /** Notes the record if it is a request of the batch that is wanted. */
  void takeRequest(ConsumerRecord<byte[], byte[]> record) {
    if (requests != null) {
      requests.takeRequest(record);
    }
  }

  /** Shows the record if it is a wanted result. */
  void take(ConsumerRecord<byte[], byte[]> record) {
    if (console.isClosed() || (wanted.request() != null && !isKeyed(record, wanted.request()))) {
      return;
    }
    ResultRecord result = ResultRecord.of(record);
    Source source = result == null ? null : result.source();
    if (requests != null && source != null) {
      requests.answered(source);
    }
    if (result == null
        || (wanted.fingerprint() != null && !wanted.fingerprint().equals(result.fingerprint()))
        || (wanted.batch() != null && !isOfBatch(result, wanted.batch()))) {
      return;
    }
    shown++;
    allSucceeded &= result.outcome().success();
    if (json) {
      console.printJson(result.json().toString());
    } else {
      console.printLines(result.line(console.columns()));
    }
  }

  long shown() {
    return shown;
  }

  /** What has no result yet. */
  String missing() {
    if (wanted.follow()) {
      return "waiting for results; " + shown + " shown so far";
    }
    if (isComplete() && openRequests() > 0) {
      return "no result yet for " + Submission.requests(openRequests()) + " with this batch's id";
    }
    if (wanted.isWholeBatch() && size > 0) {
      return size - rows.cardinality() + " of " + size + " requests have no result yet";
    }
    if (wanted.request() != null) {
      return "the request " + wanted.request() + " has no result yet";
    }
    if (wanted.isEverything()) {
      return "not all results are shown yet";
    }
    return (wanted.batch() == null ? "the key" : "the batch " + wanted.batch())
        + " has no result yet";
  }

  /** Whether each row of the batch has a result, or the request or the key has one. */
  boolean isComplete() {
    return wanted.isWholeBatch() ? size > 0 && rows.cardinality() >= size : shown > 0;
  }

  /** How many requests name the batch and have no result yet, as far as the records were read. */
  long openRequests() {
    return requests == null ? 0 : requests.count();
  }

  /** Whether every result that was shown is a success, and no row has results of two keys. */
  boolean allSucceeded() {
    return allSucceeded && !keysDiffer;
  }

  private boolean isOfBatch(ResultRecord result, String batch) {
    SubmitBatch.Place place = result.claimedPlace();
    if (place == null || !result.claimedBatch().equals(batch)) {
      return false;
    }
    if (place.isPossible()) {
      count(place, result.fingerprint());
    }
    return true;
  }

  private void count(SubmitBatch.Place place, String fingerprint) {
    rows.set((int) place.row());
    if (size > 0 && size != place.size() && !sizesDiffer) {
      sizesDiffer = true;
      console.tell(
          "results of this batch claim different sizes (%d and %d): waiting for the larger. "
              + DOUBT,
          size,
          place.size());
    }
    size = Math.max(size, place.size());
    if (!keys.isNoted(place.row())) {
      keys.note(place.row(), fingerprint);
    } else if (KeyFingerprintIndex.isFingerprint(fingerprint)
        && !keys.matches(place.row(), fingerprint)
        && !keysDiffer) {
      keysDiffer = true;
      console.tell("row " + place.row() + " has results of two keys. " + DOUBT);
    }
  }

  private static boolean isKeyed(ConsumerRecord<byte[], byte[]> record, String id) {
    byte @Nullable [] key = record.key();
    return key != null && new String(key, StandardCharsets.UTF_8).equals(id);
  }
}
