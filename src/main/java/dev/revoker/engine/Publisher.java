package dev.revoker.engine;

import dev.revoker.message.ResultWriter;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends results and offsets in one transaction. Used by one thread, which each call of Kafka's
 * blocks for at most {@code max.block.ms}, or {@code delivery.timeout.ms}. Never throws for a
 * failure of Kafka's: a {@link Publication} tells.
 */
public final class Publisher {
  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  private final Supplier<Producer<byte[], byte[]>> newProducer;
  private final Transaction transaction;
  private final Patience patience = new Patience();
  private final long maxBlockMs;

  private @Nullable Producer<byte[], byte[]> producer;
  private boolean abortDue;

  /** What the transaction under way still lacks: its offsets are sent, and the answer is due. */
  private @Nullable Batch waiting;

  /**
   * Makes no producer yet.
   *
   * @param newProducer a transactional producer; each has the same transactional.id, so that a new
   *     one ends what the one before it left open
   * @param maxBlockMs the producers' {@code max.block.ms}
   */
  public Publisher(
      Supplier<Producer<byte[], byte[]>> newProducer,
      ResultWriter writer,
      String topic,
      long maxBlockMs) {
    this.newProducer = newProducer;
    this.transaction = new Transaction(writer, topic);
    this.maxBlockMs = maxBlockMs;
  }

  /**
   * Makes a producer and ends whatever transaction its predecessor left open; does nothing if there
   * is one.
   *
   * @return Committed when it stands, Aborted when it is to be tried again
   */
  public Publication open() {
    if (producer != null) {
      return new Publication.Committed();
    }
    Producer<byte[], byte[]> fresh;
    try {
      fresh = newProducer.get();
    } catch (KafkaException failed) {
      return ProducerErrors.ofConstruction(failed);
    }
    try {
      fresh.initTransactions();
    } catch (RuntimeException failed) {
      fresh.close(Duration.ZERO);
      return ProducerErrors.kindOf(failed) instanceof Publication.Fatal fatal
          ? fatal
          : new Publication.Aborted(ProducerErrors.describe(failed));
    }
    producer = fresh;
    abortDue = false;
    return new Publication.Committed();
  }

  /**
   * Sends and commits. Only after {@link #open}, and not while the outcome of the last transaction
   * is unknown.
   */
  public Publication publish(Batch batch) {
    Producer<byte[], byte[]> current = current();
    if (abortDue) {
      // The committed offsets are compared again after this abort, before the next transaction.
      return finishAbort();
    }
    transaction.begin();
    abortDue = true;
    patience.begins();
    try {
      current.beginTransaction();
    } catch (RuntimeException failed) {
      return failed(failed);
    }
    return send(batch);
  }

  /** Whether an aborted transaction has not ended yet: {@link #finishAbort} must follow. */
  public boolean isAbortDue() {
    return abortDue;
  }

  /** Asks again for an abort that timed out. */
  public Publication finishAbort() {
    return abort(new Publication.Aborted("the last transaction is aborted first"));
  }

  /**
   * Goes on with the transaction whose end is {@link Publication.Unknown}: sends what is not sent
   * yet, and commits, again if the answer to that is what is unknown.
   */
  public Publication resume() {
    Batch batch = waiting;
    if (batch == null) {
      return commit();
    }
    return Patience.connected(current())
        ? send(batch)
        : new Publication.Unknown("no connection to a broker");
  }

  private Publication send(Batch batch) {
    Producer<byte[], byte[]> current = current();
    waiting = null;
    double heard = Patience.heard(current);
    try {
      // Offsets first: this waits until the broker is done with the transaction before, and asks
      // again soon. Results that come too early wait in the broker, for 20 ms at a time
      // (add.partitions.to.txn.retry.backoff.ms).
      if (!batch.offsets().isEmpty()) {
        current.sendOffsetsToTransaction(batch.offsets(), batch.group());
      }
    } catch (TimeoutException unanswered) {
      if (patience.ends(current, heard)) {
        patience.begins();
        return failed(unanswered);
      }
      // No abort while the brokers are away: it would wait as long as this did. Sending the same
      // offsets twice does no harm.
      waiting = batch;
      return new Publication.Unknown(ProducerErrors.describe(unanswered));
    } catch (RuntimeException failed) {
      return failed(failed);
    }
    try {
      batch.results().forEach(result -> transaction.send(current, result));
    } catch (RuntimeException failed) {
      return failed(failed);
    }
    return commit();
  }

  private Publication commit() {
    Producer<byte[], byte[]> current = current();
    try {
      transaction.commit(current, maxBlockMs);
    } catch (TimeoutException unanswered) {
      // Thrown as such, and not as a cause, it says that the records, or the commit, are under way.
      // After a commit the producer takes nothing but the same call.
      return new Publication.Unknown(ProducerErrors.describe(unanswered));
    } catch (RuntimeException failed) {
      return failed(failed);
    }
    abortDue = false;
    transaction.committed();
    return new Publication.Committed();
  }

  /**
   * Lets go of the producer. Results that are under way are committed if brokers take them in half
   * of this time; by itself the producer would abort them, as it does any other open transaction.
   */
  public void close(Duration timeout) {
    Duration left = timeout;
    if (producer != null && transaction.isUnderWay()) {
      left = timeout.dividedBy(2);
      try {
        transaction.commit(producer, left.toMillis());
      } catch (RuntimeException failed) {
        LOG.atInfo()
            .addKeyValue("cause", ProducerErrors.describe(failed))
            .log("the last results may not be committed: the next owner finds out");
      }
    }
    drop(left);
  }

  private void drop(Duration timeout) {
    if (producer != null) {
      producer.close(timeout);
      producer = null;
      waiting = null;
    }
  }

  private Publication failed(RuntimeException failed) {
    Publication kind = ProducerErrors.kindOf(failed);
    return switch (kind) {
      case Publication.Aborted aborted -> abort(aborted);
      case Publication.ProducerLost lost -> lost(lost.why());
      case Publication.Fatal fatal when fatal.cause() instanceof RecordTooLargeException ->
          tooLarge(fatal);
      default -> kind;
    };
  }

  private Publication tooLarge(Publication.Fatal fatal) {
    boolean shorter = transaction.shorten();
    Publication ended =
        abort(new Publication.Aborted("a result is larger than the results topic takes"));
    return shorter ? ended : fatal;
  }

  private Publication abort(Publication.Aborted aborted) {
    Producer<byte[], byte[]> current = current();
    double heard = Patience.heard(current);
    try {
      if (abortDue) {
        current.abortTransaction();
        abortDue = false;
      }
      // As with a commit: what it still holds could go out with the next transaction.
      return transaction.isLeftBehind() ? lost("an abort may have left results behind") : aborted;
    } catch (TimeoutException unanswered) {
      // It goes on in the background, and is asked for again before the next transaction. Never to
      // end where offsets go before it that a broker refuses for ever: of a topic that is gone.
      return patience.ends(current, heard) ? lost(ProducerErrors.describe(unanswered)) : aborted;
    } catch (RuntimeException failed) {
      return ProducerErrors.kindOf(failed) instanceof Publication.Fatal fatal
          ? fatal
          : lost(ProducerErrors.describe(failed));
    }
  }

  private Publication lost(String why) {
    LOG.atWarn()
        .addKeyValue("cause", why)
        .log("the producer can no longer be used: a new one goes on from the committed state");
    drop(Duration.ZERO);
    return new Publication.ProducerLost(why);
  }

  private Producer<byte[], byte[]> current() {
    if (producer == null) {
      throw new IllegalStateException("the publisher is not open: a bug");
    }
    return producer;
  }
}
