package dev.revoker.submit;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Sends requests until there are no more, and stops at the first failure. */
final class RequestSender implements Runnable, AutoCloseable {
  private static final Duration LEAVE = Duration.ofSeconds(5);
  private static final Duration CLOSE = Duration.ofSeconds(2);

  private final Producer<byte[], byte[]> producer;
  private final Requests requests;
  private final BatchProgress progress;
  private final SentRecords sent;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private volatile boolean stopped;

  /** The requests to send, in their order. */
  @FunctionalInterface
  interface Requests {
    /** The next one, or null after the last. */
    @Nullable Outgoing next() throws IOException, CommandException, InterruptedException;
  }

  /** A record, and the row that it is sent for. */
  record Outgoing(long row, ProducerRecord<byte[], byte[]> request) {}

  /** Sends nothing before {@link #run}. */
  RequestSender(
      Producer<byte[], byte[]> producer,
      Requests requests,
      BatchProgress progress,
      SentRecords sent) {
    this.producer = producer;
    this.requests = requests;
    this.progress = progress;
    this.sent = sent;
  }

  /** Sends, and waits until the brokers have everything. {@link #failure} tells how it ended. */
  @Override
  public void run() {
    try {
      Outgoing next = requests.next();
      while (next != null && !stopped && failure.get() == null) {
        send(next);
        next = requests.next();
      }
      producer.flush();
    } catch (IOException | CommandException | InterruptedException | RuntimeException failed) {
      // An IllegalStateException too: leave() closes the producer in the middle of a row.
      failure.compareAndSet(null, failed);
    }
  }

  /** Why not everything was sent; null while nothing failed. */
  @Nullable Exception failure() {
    return failure.get();
  }

  /** Stops, and gives the brokers a little time to take what was sent. Any thread. */
  void leave() {
    stopped = true;
    producer.close(LEAVE);
  }

  private void send(Outgoing next) {
    // Counted before it is sent: its result can come before its acknowledgement.
    progress.sent(next.row());
    sent.sending();
    try {
      var unused =
          producer.send(next.request(), (at, failed) -> acknowledged(next.row(), at, failed));
    } catch (KafkaException | IllegalStateException failed) {
      acknowledged(next.row(), null, failed);
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
    stopped = true;
    producer.close(CLOSE);
  }
}
