package dev.revoker.engine;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.Producer;

/** One Kafka transaction: what it commits, and how far it is. Used by one thread. */
final class Transaction {
  /** The next step; a step that was not acknowledged in time is repeated. */
  enum Step {
    BEGIN,
    SEND_OFFSETS,
    SEND_RESULTS,
    AWAIT_RESULTS,
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
}
