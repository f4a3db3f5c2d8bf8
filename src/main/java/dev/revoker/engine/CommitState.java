package dev.revoker.engine;

import org.apache.kafka.clients.producer.Producer;

/**
 * Where the commit path is. {@link Committer} performs the transitions, {@link
 * TransactionalPublisher} talks to the producer.
 *
 * <pre>
 * state           what happens                                       next state
 * NoProducer      a producer is created and initialized              Ready
 *                 that fails                                         NoProducer, after a pause
 * Ready           results or offsets are due: a transaction starts   InTransaction
 * InTransaction   it is committed                                    Ready
 *                 the brokers do not acknowledge a step in time      InTransaction, resumed after a pause
 *                 it fails and is aborted                            Ready; offsets are read again
 *                 it fails, the abort is not acknowledged in time    AbortDue
 *                 the producer fails                                 NoProducer; offsets are read again
 * AbortDue        it is aborted                                      Ready; offsets are read again
 *                 the abort is not acknowledged in time              AbortDue, after a pause
 *                 the same, though a broker answers, three times     NoProducer; offsets are read again
 * any             a bug, or an error that only an operator can fix   Failed
 * </pre>
 *
 * "Offsets are read again": no request of a partition is committed before {@link ProgressLoader}
 * has compared the partition's committed offsets with memory.
 */
sealed interface CommitState {
  /** There is no producer. */
  record NoProducer() implements CommitState {}

  /** The producer has no open transaction. */
  record Ready(Producer<byte[], byte[]> producer) implements CommitState {}

  /**
   * A transaction is open. Between two turns of the loop its outcome is unknown: it must be resumed
   * before anything else.
   */
  record InTransaction(Transaction transaction) implements CommitState {}

  /** The transaction must be aborted before the producer can be used again. */
  record AbortDue(Transaction transaction) implements CommitState {}

  /**
   * A step failed halfway, so memory may differ from what the broker has. Nothing is committed any
   * more; the partitions' next owner reads the committed offsets.
   *
   * @param last the state in which the step failed
   */
  record Failed(CommitState last) implements CommitState {}
}
