package dev.revoker.submit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Finds out from the topics what became of a batch that was sent before, in part or whole: which
 * rows have succeeded, and which are under way.
 */
final class Resume {
  private final Batch batch;
  private final Harvest harvest;

  Resume(Batch batch, Harvest harvest) {
    this.batch = batch;
    this.harvest = harvest;
  }

  /**
   * Reads what the topics hold now; the reader of results stands behind that afterwards. The
   * requests come first: whatever has a result by then was a request before.
   *
   * @param requestTopics of which only the headers are looked at
   * @param again a reading of the input
   * @throws Trouble where a topic may not be read, or the input is not what was sent then
   */
  void lookBack(Brokers brokers, List<String> requestTopics, Tail results, Pass again)
      throws IOException, Trouble {
    try (Tail requests = Tail.of(brokers, requestTopics)) {
      requests.drain(this::count);
    }
    results.drain(harvest::take);
    harvest.forgetFailures();
    for (Row row = again.next(); row != null; row = again.next()) {
      if (row instanceof Row.Good good && harvest.contradicts(good)) {
        throw Trouble.usage(
            "line %d: this is not the key that was sent as row %d of %s. The file is another one, or"
                    .formatted(good.line(), good.number(), batch.id())
                + " fingerprint.secret is not the worker's. Nothing was sent");
      }
    }
  }

  /** Whether the row is to be sent now. */
  boolean wants(long row) {
    Ledger ledger = harvest.ledger();
    return !ledger.succeeded(row) && !ledger.isUnderWay(row);
  }

  private void count(ConsumerRecord<byte[], byte[]> request) {
    Header id = request.headers().lastHeader("ce_id");
    if (id != null && id.value() != null) {
      long row = batch.rowOf(new String(id.value(), StandardCharsets.UTF_8));
      harvest.ledger().sent(row);
      Header print = request.headers().lastHeader(Prints.HEADER);
      if (print != null && print.value() != null) {
        harvest.prints().note(row, new String(print.value(), StandardCharsets.UTF_8));
      }
    }
  }
}
