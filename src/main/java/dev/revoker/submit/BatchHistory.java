package dev.revoker.submit;

import dev.revoker.model.Request;
import dev.revoker.model.ResultError;
import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;

/**
 * Finds out from the topics which rows of a batch were sent before, and their results. Anybody who
 * may write requests can name the batch and its rows, so a request counts only if it can be read
 * and removes the row's own key. A result counts if its {@code source} is such a request; where
 * that request is no longer in its topic, if it names the batch, the row and the row's own key.
 */
final class BatchHistory {
  private final SubmitBatch batch;
  private final RequestComposer validator;
  private final BatchProgress progress;
  private final SentRecords sent;
  private final ResultCollector collector;
  private final KeyFingerprintIndex keys;
  private long foreign;

  /**
   * Starts without records.
   *
   * @param keys the rows' own keys
   */
  BatchHistory(
      SubmitBatch batch,
      RequestComposer validator,
      KeyFingerprintIndex keys,
      BatchProgress progress,
      SentRecords sent,
      ResultCollector collector) {
    this.batch = batch;
    this.validator = validator;
    this.keys = keys;
    this.progress = progress;
    this.sent = sent;
    this.collector = collector;
  }

  /**
   * Reads the topics up to their ends; the reader of results continues from there. Requests are
   * read first: what has a result at that time was a request before.
   *
   * @throws CommandException where a topic cannot be read
   */
  void read(KafkaClients clients, List<String> requestTopics, TopicReader results)
      throws CommandException {
    try (TopicReader requests = TopicReader.of(clients, requestTopics)) {
      requests.drain(this::takeRequest);
    }
    results.drain(this::takeResult);
    collector.forgetFailures();
  }

  /** Whether the row is to be sent now. */
  boolean wants(long row) {
    return !progress.succeeded(row) && !progress.isInFlight(row);
  }

  /** How many records name the batch and a row, but not the row's key. */
  long foreign() {
    return foreign;
  }

  void takeRequest(ConsumerRecord<byte[], byte[]> record) {
    Header id = record.headers().lastHeader("ce_id");
    long row =
        id == null || id.value() == null
            ? 0
            : batch.rowOf(new String(id.value(), StandardCharsets.UTF_8));
    if (row == 0) {
      return;
    }
    Request request = validator.read(record.value());
    if (request instanceof Request.Invalid invalid
        && invalid.error().type().equals(ResultError.UNKNOWN_ENCRYPTION_KEY)) {
      // Only the worker can tell whose key it is; its result has the fingerprint.
      return;
    }
    if (RequestComposer.fault(request) == null
        && keys.matches(row, String.valueOf(request.echo().keyFingerprint()))) {
      sent.found(new TopicPartition(record.topic(), record.partition()), record.offset(), row);
      progress.sent(row);
    } else {
      foreign++;
    }
  }

  void takeResult(ConsumerRecord<byte[], byte[]> record) {
    ResultRecord result = ResultRecord.of(record);
    if (result == null) {
      return;
    }
    Source source = result.source();
    if (source != null && collector.takeBySource(result, source)) {
      return;
    }
    SubmitBatch.Place place = result.claimedPlace();
    if (place != null && result.claimedBatch().equals(batch.id())) {
      if (keys.matches(place.row(), result.fingerprint())) {
        collector.takeOfRow(place.row(), result);
      } else {
        foreign++;
      }
    }
  }
}
