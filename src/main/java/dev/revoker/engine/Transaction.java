package dev.revoker.engine;

import dev.revoker.model.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** One Kafka transaction: what it commits, and how far it is. Used by one thread. */
final class Transaction {
  /** The next step; a step that was not acknowledged in time is repeated. */
  enum Step {
    BEGIN,
    SEND_RESULTS,
    SEND_OFFSETS,
    COMMIT
  }

  final Producer<byte[], byte[]> producer;
  final CommitBatch batch;
  final ConsumerGroupMetadata group;
  final List<SentResult> sent = new ArrayList<>();
  final TimeoutBudget offsetsBudget;
  final TimeoutBudget abortBudget;

  Step next = Step.BEGIN;

  /**
   * {@code send} threw an exception. Kafka's producer appends a record before it finds that it is
   * in an error state, so it may hold this record.
   */
  boolean sendFailed;

  Transaction(Producer<byte[], byte[]> producer, CommitBatch batch, ConsumerGroupMetadata group) {
    this.producer = producer;
    this.batch = batch;
    this.group = group;
    this.offsetsBudget = new TimeoutBudget(producer);
    this.abortBudget = new TimeoutBudget(producer);
  }

  /** After the abort: whether the producer may still hold a record of this transaction. */
  boolean mayLeaveRecords() {
    return sendFailed || sent.stream().anyMatch(one -> !one.answer().isDone());
  }

  /** A result that was given to the producer, and the broker's answer. */
  record SentResult(Source source, int bytes, Future<RecordMetadata> answer) {
    boolean isRefused() {
      return answer.state() == Future.State.FAILED;
    }

    boolean isTooLarge() {
      return isRefused() && answer.exceptionNow() instanceof RecordTooLargeException;
    }
  }

  /**
   * How often one step of a transaction may time out. Time-outs while the brokers are away do not
   * count: the worker waits for them. A broker that answers and does not complete the step gets
   * three time-outs. Decided by the producer's own metrics. Used by one thread.
   */
  static final class TimeoutBudget {
    /** More than one: a broker that has just started still loads its state. */
    private static final int MAX_TIMEOUTS = 3;

    private final Producer<?, ?> producer;
    private double bytesBefore;
    private int timeouts;

    TimeoutBudget(Producer<?, ?> producer) {
      this.producer = producer;
    }

    /** Whether there is a connection to a broker, or one is being made: Kafka counts both. */
    boolean isConnected() {
      return metric("connection-count") > 0;
    }

    /** An attempt of the step begins. */
    void attempt() {
      bytesBefore = bytesReceived();
    }

    /** The attempt timed out. Returns whether the step has used up its time-outs. */
    boolean timedOut() {
      if (bytesReceived() > bytesBefore) {
        timeouts++;
      }
      return timeouts >= MAX_TIMEOUTS;
    }

    private double bytesReceived() {
      return metric("incoming-byte-total");
    }

    private double metric(String name) {
      return producer.metrics().entrySet().stream()
          .filter(metric -> metric.getKey().group().equals("producer-metrics"))
          .filter(metric -> metric.getKey().name().equals(name))
          .mapToDouble(metric -> ((Number) metric.getValue().metricValue()).doubleValue())
          .sum();
    }
  }
}
