package dev.revoker.submit;

import dev.revoker.model.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Finds the batch's results among all that the topic holds. A result belongs to a row only if its
 * {@code source} is a record of the batch. One thread.
 */
final class ResultCollector {
  private static final int MAX_FAILURES_KEPT = 10;

  /** Enough for the results of a second; reading pauses above. */
  private static final long MAX_EARLY_BYTES = 4L << 20;

  private final BatchProgress progress;
  private final SentRecords sent;
  private final @Nullable ResultSpool spool;
  private final Consumer<ConsumerRecord<byte[], byte[]>> listener;
  private final List<ResultRecord> failures = new ArrayList<>();

  /** Results whose request may be one of the batch that is not acknowledged yet. */
  private List<Early> early = new ArrayList<>();

  private long earlyBytes;

  private record Early(ResultRecord result, Source source, int bytes) {}

  /**
   * Starts without results.
   *
   * @param spool keeps the results for a report; null where there will be none
   * @param listener gets every record of the results topic
   */
  ResultCollector(
      BatchProgress progress,
      SentRecords sent,
      @Nullable ResultSpool spool,
      Consumer<ConsumerRecord<byte[], byte[]>> listener) {
    this.progress = progress;
    this.sent = sent;
    this.spool = spool;
    this.listener = listener;
  }

  /** Takes the record if it is a result of the batch. */
  void take(ConsumerRecord<byte[], byte[]> record) {
    listener.accept(record);
    ResultRecord result = ResultRecord.of(record);
    Source source = result == null ? null : result.source();
    if (result == null || source == null || takeBySource(result, source)) {
      return;
    }
    if (sent.mayBecomeKnown(source)) {
      int bytes = Math.max(0, record.serializedValueSize());
      early.add(new Early(result, source, bytes));
      earlyBytes += bytes;
    }
  }

  /** Takes those early results whose requests have been acknowledged since. */
  void settle() {
    if (early.isEmpty()) {
      return;
    }
    List<Early> open = new ArrayList<>();
    earlyBytes = 0;
    for (Early one : early) {
      // Asked first: an acknowledgement between the two questions must not lose the result.
      boolean may = sent.mayBecomeKnown(one.source());
      if (!takeBySource(one.result(), one.source()) && may) {
        open.add(one);
        earlyBytes += one.bytes();
      }
    }
    early = open;
  }

  /** Whether reading should pause until some early results are settled. */
  boolean isFull() {
    return earlyBytes > MAX_EARLY_BYTES;
  }

  /** Takes the result if its request is known; false if it is not. */
  boolean takeBySource(ResultRecord result, Source source) {
    long row = sent.rowOf(source);
    if (row == 0) {
      return false;
    }
    boolean succeededBefore = progress.succeeded(row);
    progress.answered(row, result.outcome());
    keep(row, result, succeededBefore);
    return true;
  }

  /** Takes the result of a request whose record is no longer in its topic. */
  void takeOfRow(long row, ResultRecord result) {
    boolean succeededBefore = progress.succeeded(row);
    progress.answeredBefore(row, result.outcome());
    keep(row, result, succeededBefore);
  }

  /** The first results that are not successes. */
  List<ResultRecord> failures() {
    return failures;
  }

  /** Failures of an earlier run: their rows are sent again. */
  void forgetFailures() {
    failures.clear();
  }

  private void keep(long row, ResultRecord result, boolean succeededBefore) {
    if (!result.outcome().success() && failures.size() < MAX_FAILURES_KEPT) {
      failures.add(result);
    }
    try {
      if (spool != null && (result.outcome().success() || !succeededBefore)) {
        spool.put(row, result);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
