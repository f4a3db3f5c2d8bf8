package dev.revoker.engine;

import dev.revoker.engine.Transaction.SentResult;
import dev.revoker.message.ResultWriter;
import dev.revoker.model.Result;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Talks to the producer: sends results and offsets in one transaction. Which call comes next is
 * decided by {@link Committer}. Each call blocks its thread for at most {@code max.block.ms} a
 * step. A failure of Kafka's is a {@link TransactionResult}, never an exception. Used by one
 * thread.
 */
public final class TransactionalPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(TransactionalPublisher.class);

  private final Supplier<Producer<byte[], byte[]>> newProducer;
  private final ResultWriter writer;
  private final String topic;

  /**
   * Results of this size or more are sent without the fields that only repeat the request. Each
   * refusal lowers it, so that whoever writes many large requests causes few aborted transactions.
   */
  private int shortenFromBytes = Integer.MAX_VALUE;

  /**
   * Creates no producer yet.
   *
   * @param newProducer a transactional producer; each has the same transactional.id, so that a new
   *     one ends the transaction that the one before it left open
   * @param topic the results topic
   */
  public TransactionalPublisher(
      Supplier<Producer<byte[], byte[]>> newProducer, ResultWriter writer, String topic) {
    this.newProducer = newProducer;
    this.writer = writer;
    this.topic = topic;
  }

  /** Creates a producer, which ends whatever transaction its predecessor left open. */
  TransactionResult open() {
    Producer<byte[], byte[]> producer;
    try {
      producer = newProducer.get();
    } catch (KafkaException failed) {
      return ProducerErrors.ofConstruction(failed);
    }
    try {
      producer.initTransactions();
      return new TransactionResult.Opened(producer);
    } catch (RuntimeException failed) {
      producer.close(Duration.ZERO);
      return ProducerErrors.kindOf(failed) instanceof TransactionResult.Fatal fatal
          ? fatal
          : new TransactionResult.ProducerLost(ProducerErrors.describe(failed));
    }
  }

  /**
   * Performs the steps of the transaction that are left, as far as the brokers acknowledge them.
   */
  TransactionResult advance(Transaction transaction) {
    try {
      if (transaction.next == Transaction.Step.BEGIN) {
        transaction.producer.beginTransaction();
        transaction.next = Transaction.Step.SEND_RESULTS;
      } else if (transaction.next == Transaction.Step.SEND_OFFSETS
          && !transaction.offsetsBudget.isConnected()) {
        return new TransactionResult.Unacknowledged("no connection to a broker");
      }
      if (transaction.next == Transaction.Step.SEND_RESULTS) {
        transaction.results().forEach(result -> send(transaction, result));
        transaction.next = Transaction.Step.SEND_OFFSETS;
      }
      if (transaction.next == Transaction.Step.SEND_OFFSETS) {
        sendOffsets(transaction);
        transaction.next = Transaction.Step.COMMIT;
      }
      transaction.producer.commitTransaction();
    } catch (TimeoutException unacknowledged) {
      return timedOut(transaction, unacknowledged);
    } catch (RuntimeException failed) {
      return failed(transaction, failed);
    }
    return new TransactionResult.Committed();
  }

  /**
   * Results before offsets: this call returns after the producer's sender thread has had its turn,
   * so that thread knows of every result before it is asked for the commit. Otherwise it could
   * commit without the last ones (docs/kafka-notes.md).
   */
  private static void sendOffsets(Transaction transaction) {
    if (!transaction.offsets().isEmpty()) {
      transaction.offsetsBudget.attempt();
      transaction.producer.sendOffsetsToTransaction(transaction.offsets(), transaction.group);
    }
  }

  private void send(Transaction transaction, Result result) {
    byte[] value = writer.value(result);
    boolean isShortened = value.length >= shortenFromBytes;
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            topic, writer.key(result), isShortened ? writer.shortValue(result) : value);
    writer.headers(result).forEach(record.headers()::add);
    transaction.sendFailed = true;
    SentResult one =
        new SentResult(
            result.request().source(),
            isShortened,
            record.value().length,
            transaction.producer.send(record));
    transaction.sendFailed = false;
    transaction.sent.add(one);
    if (one.isRefused()) {
      // The producer is in an error state: it would append the next records, or block for each.
      throw refused(one);
    }
  }

  private static KafkaException refused(SentResult one) {
    Throwable cause = one.answer().exceptionNow();
    return new KafkaException("a result was not taken: " + ProducerErrors.describe(cause), cause);
  }

  /**
   * A step that times out goes on in the producer. After a commit that timed out only the commit
   * may be called again; the same offsets can be sent again. An abort would wait as long as the
   * step did.
   */
  private TransactionResult timedOut(Transaction transaction, TimeoutException timeout) {
    return switch (transaction.next) {
      case SEND_OFFSETS ->
          transaction.offsetsBudget.timedOut()
              ? failed(transaction, timeout)
              : new TransactionResult.Unacknowledged(ProducerErrors.describe(timeout));
      case COMMIT -> new TransactionResult.Unacknowledged(ProducerErrors.describe(timeout));
      case BEGIN, SEND_RESULTS -> failed(transaction, timeout);
    };
  }

  private TransactionResult failed(Transaction transaction, RuntimeException failed) {
    TransactionResult kind = ProducerErrors.kindOf(failed);
    return switch (kind) {
      case TransactionResult.Aborted aborted -> abort(transaction, aborted.why());
      case TransactionResult.ProducerLost lost -> lost(transaction, lost.why());
      case TransactionResult.Fatal fatal when fatal.cause() instanceof RecordTooLargeException ->
          tooLarge(transaction, fatal);
      default -> kind;
    };
  }

  /**
   * Shortens results that are nearly as large as the largest one that was refused, from now on: the
   * producer blames the records that were sent beside it, too. A result that is too large without
   * these fields is fatal.
   */
  private TransactionResult tooLarge(Transaction transaction, TransactionResult.Fatal fatal) {
    Optional<SentResult> largest =
        transaction.sent.stream()
            .filter(one -> one.isTooLarge() && !one.isShortened())
            .max(Comparator.comparingInt(SentResult::bytes));
    TransactionResult aborted =
        abort(transaction, "a result is larger than the results topic takes");
    if (largest.isEmpty()) {
      return fatal;
    }
    int bytes = largest.get().bytes();
    shortenFromBytes = bytes - bytes / 4;
    LOG.atWarn()
        .addKeyValue("source", largest.get().source())
        .addKeyValue("bytes", bytes)
        .addKeyValue("shortenFromBytes", shortenFromBytes)
        .log(
            "a result is larger than the results topic takes: sending results of this size without"
                + " reason, requested_by, requested_at and labels. Raise the topic's"
                + " max.message.bytes, then restart the workers");
    return aborted;
  }

  /** Aborts the transaction, again if an abort was not acknowledged in time. */
  TransactionResult abort(Transaction transaction, String why) {
    transaction.abortBudget.attempt();
    try {
      transaction.producer.abortTransaction();
    } catch (TimeoutException unacknowledged) {
      // The producer sends the offsets of a deleted topic forever, and the abort would wait behind
      // them.
      String late = ProducerErrors.describe(unacknowledged);
      return transaction.abortBudget.timedOut()
          ? lost(transaction, late)
          : new TransactionResult.AbortUnacknowledged(why);
    } catch (RuntimeException failed) {
      return ProducerErrors.kindOf(failed) instanceof TransactionResult.Fatal fatal
          ? fatal
          : lost(transaction, ProducerErrors.describe(failed));
    }
    // A record that the producer still holds would go out with the next transaction.
    return transaction.mayLeaveRecords()
        ? lost(transaction, "an abort may have left results in the producer")
        : new TransactionResult.Aborted(why);
  }

  private static TransactionResult lost(Transaction transaction, String why) {
    LOG.atWarn()
        .addKeyValue("cause", why)
        .log("the producer failed: creating a new one and continuing from the committed offsets");
    transaction.producer.close(Duration.ZERO);
    return new TransactionResult.ProducerLost(why);
  }
}
