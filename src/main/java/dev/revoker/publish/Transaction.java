package dev.revoker.publish;

import dev.revoker.message.ResultWriter;
import dev.revoker.model.Result;
import dev.revoker.model.Source;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
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

  Transaction(ResultWriter writer, String topic) {
    this.writer = writer;
    this.topic = topic;
  }

  void begin() {
    sent.clear();
  }

  /** A failure comes out of the commit too, which can't succeed after it. */
  void send(Producer<byte[], byte[]> producer, Result result) {
    Source source = result.request().source();
    Result fitting = tooLarge.contains(source) ? ShortResult.of(result) : result;
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, writer.key(fitting), writer.value(fitting));
    writer.headers(fitting).forEach(header -> record.headers().add(header.name(), header.value()));
    send(producer, source, record);
  }

  /** The same record once more. */
  void again(Producer<byte[], byte[]> producer, Sent one) {
    send(producer, one.source(), one.record());
  }

  /** The same, to the same partition. */
  void touch(Producer<byte[], byte[]> producer, Sent one) {
    ProducerRecord<byte[], byte[]> record = one.record();
    send(
        producer,
        one.source(),
        new ProducerRecord<>(
            record.topic(),
            one.partition().partition(),
            record.key(),
            record.value(),
            record.headers()));
  }

  private void send(
      Producer<byte[], byte[]> producer, Source source, ProducerRecord<byte[], byte[]> record) {
    sent.add(new Sent(source, record, producer.send(record)));
  }

  /** Whether brokers have taken all that was sent. */
  boolean isTaken() {
    return sent.stream().allMatch(Sent::isTaken);
  }

  /** What was sent since it began. */
  List<Sent> sent() {
    return sent;
  }

  void committed() {
    sent.forEach(one -> tooLarge.remove(one.source()));
  }

  /**
   * Once it is aborted: finds what was too large, to be sent in short from now on.
   *
   * @return whether there is any that was not sent in short already
   */
  boolean shorten() {
    boolean more = false;
    for (Sent one : sent) {
      if (wasTooLarge(one) && tooLarge.add(one.source())) {
        more = true;
        LOG.atWarn()
            .addKeyValue("source", one.source())
            .addKeyValue("bytes", one.bytes())
            .log(
                "a result is larger than the results topic takes: it is sent without reason,"
                    + " requested_by, requested_at and labels");
      }
    }
    return more;
  }

  private static boolean wasTooLarge(Sent one) {
    return one.outcome().state() == Future.State.FAILED
        && one.outcome().exceptionNow() instanceof RecordTooLargeException;
  }
}
