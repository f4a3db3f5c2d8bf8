package dev.revoker.engine;

import org.apache.kafka.clients.producer.Producer;

/** The result of one call of {@link TransactionalPublisher}. Expected failures are values here. */
sealed interface TransactionResult {
  /** A new producer is initialized. */
  record Opened(Producer<byte[], byte[]> producer) implements TransactionResult {}

  /** Results and offsets are committed. */
  record Committed() implements TransactionResult {}

  /** A step of the transaction was not acknowledged in time: resume the transaction. */
  record Unacknowledged(String why) implements TransactionResult {}

  /** Nothing is committed, and the producer can be used again. */
  record Aborted(String why) implements TransactionResult {}

  /** Nothing will be committed, but the abort was not acknowledged in time: abort again. */
  record AbortUnacknowledged(String why) implements TransactionResult {}

  /** There is no producer any more, and whether the transaction is committed is not known. */
  record ProducerLost(String why) implements TransactionResult {}

  /** Only an operator can fix this; the message names the cause and what to do. */
  record Fatal(String message, Throwable cause) implements TransactionResult {}
}
