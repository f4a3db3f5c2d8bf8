package dev.revoker.submit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongPredicate;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** Sends the rows of one pass, those that are wanted, and gives up at the first that fails. */
final class Sender implements AutoCloseable {
  private static final Duration LEAVE = Duration.ofSeconds(5);
  private static final Duration CLOSE = Duration.ofSeconds(2);
  private static final byte[] JSON = "application/json".getBytes(StandardCharsets.UTF_8);

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final Batch batch;
  private final Ledger ledger;
  private final Prints prints;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private volatile boolean stopped;
  private final AtomicLong rows = new AtomicLong();

  Sender(
      Producer<byte[], byte[]> producer, String topic, Batch batch, Ledger ledger, Prints prints) {
    this.producer = producer;
    this.prints = prints;
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
        if (row instanceof Row.Good good) {
          rows.incrementAndGet();
          if (wanted.test(good.number())) {
            send(good);
          }
        }
      }
      producer.flush();
    } catch (KafkaException failed) {
      failure.compareAndSet(null, failed);
    } catch (IllegalStateException closed) {
      // Left in the middle of a row.
      failure.compareAndSet(null, closed);
    }
    return failure.get();
  }

  /** How many rows of the pass could be sent, wanted or not. */
  long rows() {
    return rows.get();
  }

  /** Stops, and waits a little until the brokers have what was sent. Any thread. */
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

  private void send(Row.Good row) {
    // The record has no key: it would only be one more place for something secret to end up in.
    ProducerRecord<byte[], byte[]> request = new ProducerRecord<>(topic, row.value());
    request
        .headers()
        .add("ce_id", batch.requestId(row.number()).getBytes(StandardCharsets.UTF_8))
        .add("content-type", JSON)
        .add(Prints.HEADER, row.fingerprint().getBytes(StandardCharsets.UTF_8));
    prints.note(row.number(), row.fingerprint());
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
