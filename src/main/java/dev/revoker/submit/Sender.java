package dev.revoker.submit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongPredicate;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Sends the rows of one pass, those that are wanted, and gives up at the first that fails. */
final class Sender implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final byte[] JSON = "application/json".getBytes(StandardCharsets.UTF_8);

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final Batch batch;
  private final Ledger ledger;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private volatile boolean stopped;

  Sender(Producer<byte[], byte[]> producer, String topic, Batch batch, Ledger ledger) {
    this.producer = producer;
    this.topic = topic;
    this.batch = batch;
    this.ledger = ledger;
  }

  /**
   * Sends and waits until the brokers have everything.
   *
   * @param wanted which rows
   * @return why it gave up, or null
   */
  @Nullable Exception send(Pass pass, LongPredicate wanted) throws IOException {
    try {
      for (Row row = pass.next(); row != null && goesOn(); row = pass.next()) {
        if (row instanceof Row.Good good && wanted.test(good.number())) {
          send(good);
        }
      }
      producer.flush();
    } catch (KafkaException failed) {
      failure.compareAndSet(null, failed);
    }
    return failure.get();
  }

  /** No more rows are sent. Any thread. */
  void stop() {
    stopped = true;
  }

  private boolean goesOn() {
    return !stopped && failure.get() == null;
  }

  private void send(Row.Good row) {
    // The record has no key: it would only be one more place for something secret to end up in.
    ProducerRecord<byte[], byte[]> request = new ProducerRecord<>(topic, row.value());
    request
        .headers()
        .add("ce_id", batch.requestId(row.number()).getBytes(StandardCharsets.UTF_8))
        .add("content-type", JSON);
    // Counted first, for its result may be here before the acknowledgement is.
    ledger.sent(row.number());
    var unused =
        producer.send(
            request,
            (at, failed) -> {
              if (failed != null) {
                ledger.unsent(row.number());
                failure.compareAndSet(null, failed);
              }
            });
  }

  @Override
  public void close() {
    producer.close(CLOSE);
  }
}
