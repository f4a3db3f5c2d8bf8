package dev.revoker.engine;

import dev.revoker.message.ResultWriter;
import dev.revoker.model.Result;
import dev.revoker.model.Source;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The results of the transaction under way, and which of them were too large: those are sent again
 * in short. Whether a record is too large only the sending tells, for the client and the broker
 * have a limit each.
 */
final class Transaction {
  private static final Logger LOG = LoggerFactory.getLogger(Transaction.class);

  private final ResultWriter writer;
  private final String topic;
  private final List<Sent> sent = new ArrayList<>();
  private final Set<Source> tooLarge = new HashSet<>();

  /** A record whose sending failed may be in the producer all the same, and nobody is told. */
  private boolean stranded;

  /** All is sent, and the commit is not asked for yet. */
  private boolean underWay;

  Transaction(ResultWriter writer, String topic) {
    this.writer = writer;
    this.topic = topic;
  }

  void begin() {
    sent.clear();
    stranded = false;
    underWay = false;
  }

  /** A failure comes out of {@link #commit} too. */
  void send(Producer<byte[], byte[]> producer, Result result) {
    Source source = result.request().source();
    Result fitting = tooLarge.contains(source) ? ShortResult.of(result) : result;
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, writer.key(fitting), writer.value(fitting));
    writer.headers(fitting).forEach(header -> record.headers().add(header.name(), header.value()));
    // Kafka's appends it first, and then finds that it is in an error state.
    stranded = true;
    Sent one = new Sent(source, record.value().length, producer.send(record));
    stranded = false;
    sent.add(one);
    if (one.outcome().state() == Future.State.FAILED) {
      // More would only be stranded, or wait as long as this one did.
      throw notTaken(one.outcome().exceptionNow());
    }
  }

  /**
   * Commits, once brokers have taken all that was sent. Kafka's producer can commit without what it
   * was given a moment before: its sender looks for records first, and for the commit then
   * (docs/kafka-notes.md).
   *
   * @param timeoutMs to wait for each record at most
   * @throws TimeoutException where that, or the commit, takes longer: to be called again
   * @throws KafkaException for a record that was not taken and will not be, and what the commit
   *     throws
   */
  void commit(Producer<byte[], byte[]> producer, long timeoutMs) {
    underWay = true;
    awaitTaken(timeoutMs);
    underWay = false;
    producer.commitTransaction();
  }

  /** Whether it is to be committed as soon as brokers have taken all of it. */
  boolean isUnderWay() {
    return underWay;
  }

  private void awaitTaken(long timeoutMs) {
    for (Sent one : sent) {
      try {
        one.outcome().get(timeoutMs, TimeUnit.MILLISECONDS);
      } catch (java.util.concurrent.TimeoutException late) {
        throw new TimeoutException("no broker has taken the results yet", late);
      } catch (ExecutionException refused) {
        throw notTaken(one.outcome().exceptionNow());
      } catch (InterruptedException interrupted) {
        throw new InterruptException(interrupted);
      }
    }
  }

  /** Once it is aborted: whether the producer may still hold any of it. */
  boolean isLeftBehind() {
    return stranded || sent.stream().anyMatch(one -> !one.outcome().isDone());
  }

  void committed() {
    sent.forEach(one -> tooLarge.remove(one.source()));
  }

  /**
   * Once it is not going to be committed: finds the one that was too large, to be sent in short
   * from now on. Of several it is the largest: Kafka blames what was sent beside it, too.
   *
   * @return whether there is one that was not sent in short already
   */
  boolean shorten() {
    Optional<Sent> largest =
        sent.stream().filter(Transaction::wasTooLarge).max(Comparator.comparingInt(Sent::bytes));
    if (largest.isEmpty() || !tooLarge.add(largest.get().source())) {
      return false;
    }
    LOG.atWarn()
        .addKeyValue("source", largest.get().source())
        .addKeyValue("bytes", largest.get().bytes())
        .log(
            "a result is larger than the results topic takes: it is sent without reason,"
                + " requested_by, requested_at and labels");
    return true;
  }

  private static KafkaException notTaken(Throwable cause) {
    return new KafkaException("a result was not taken: " + ProducerErrors.describe(cause), cause);
  }

  private static boolean wasTooLarge(Sent one) {
    return one.outcome().state() == Future.State.FAILED
        && one.outcome().exceptionNow() instanceof RecordTooLargeException;
  }
}
