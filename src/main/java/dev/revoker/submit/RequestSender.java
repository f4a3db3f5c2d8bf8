package dev.revoker.submit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongPredicate;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Sends the wanted rows of one pass, and stops at the first failure. */
final class RequestSender implements Runnable, AutoCloseable {
  /** Names the key to people who look at the topic; neither workers nor {@code submit} read it. */
  private static final String FINGERPRINT_HEADER = "key_fingerprint";

  private static final Duration LEAVE = Duration.ofSeconds(5);
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final byte[] JSON = "application/json".getBytes(StandardCharsets.UTF_8);

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final SubmitBatch batch;
  private final BatchProgress progress;
  private final SentRecords sent;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final AtomicLong rows = new AtomicLong();
  private final InputScan scan;
  private final LongPredicate wanted;
  private volatile boolean stopped;

  /**
   * Sends nothing before {@link #run}.
   *
   * @param wanted which rows to send
   */
  RequestSender(
      Producer<byte[], byte[]> producer,
      String topic,
      SubmitBatch batch,
      BatchProgress progress,
      SentRecords sent,
      InputScan scan,
      LongPredicate wanted) {
    this.producer = producer;
    this.topic = topic;
    this.batch = batch;
    this.progress = progress;
    this.sent = sent;
    this.scan = scan;
    this.wanted = wanted;
  }

  /** Sends, and waits until the brokers have everything. {@link #failure} tells how it ended. */
  @Override
  public void run() {
    try {
      for (Row row = scan.next(); row != null && goesOn(); row = scan.next()) {
        if (row instanceof Row.Valid valid) {
          rows.incrementAndGet();
          if (wanted.test(valid.number())) {
            send(valid);
          }
        }
      }
      producer.flush();
    } catch (IOException | RuntimeException failed) {
      // An IllegalStateException too: leave() closes the producer in the middle of a row.
      failure.compareAndSet(null, failed);
    }
  }

  /** Why not everything was sent; null while nothing failed. */
  @Nullable Exception failure() {
    return failure.get();
  }

  /** How many valid rows the pass had, wanted or not. */
  long rows() {
    return rows.get();
  }

  /** Stops, and gives the brokers a little time to take what was sent. Any thread. */
  void leave() {
    stop();
    producer.close(LEAVE);
  }

  /** No more rows are sent. Any thread. */
  void stop() {
    stopped = true;
  }

  private boolean goesOn() {
    return !stopped && failure.get() == null;
  }

  private void send(Row.Valid row) {
    // The record has no key: a key would be one more place for something secret to end up in.
    ProducerRecord<byte[], byte[]> request = new ProducerRecord<>(topic, row.value());
    request
        .headers()
        .add("ce_id", batch.requestId(row.number()).getBytes(StandardCharsets.UTF_8))
        .add("content-type", JSON)
        .add(FINGERPRINT_HEADER, row.fingerprint().getBytes(StandardCharsets.UTF_8));
    // Counted before it is sent: its result can come before its acknowledgement.
    progress.sent(row.number());
    sent.sending();
    try {
      var unused = producer.send(request, (at, failed) -> acknowledged(row.number(), at, failed));
    } catch (KafkaException | IllegalStateException failed) {
      acknowledged(row.number(), null, failed);
    }
  }

  private void acknowledged(long row, @Nullable RecordMetadata at, @Nullable Exception failed) {
    if (failed == null && at != null && at.hasOffset()) {
      sent.acknowledged(new TopicPartition(at.topic(), at.partition()), at.offset(), row);
      return;
    }
    sent.failed();
    progress.unsent(row);
    failure.compareAndSet(
        null,
        failed == null
            ? new KafkaException("the brokers did not say at which offset row " + row + " is")
            : failed);
  }

  @Override
  public void close() {
    producer.close(CLOSE);
  }
}
