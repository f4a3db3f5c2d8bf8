package dev.revoker.publish;

import dev.revoker.model.Source;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A result that was sent, as it was sent: what is kept holds nothing of the request but what was
 * published, least of all its key.
 */
record Sent(Source source, ProducerRecord<byte[], byte[]> record, Future<RecordMetadata> outcome) {
  int bytes() {
    return record.value().length;
  }

  /** Whether a broker has it. */
  boolean isTaken() {
    return outcome.state() == Future.State.SUCCESS;
  }

  /** By the clock that the topic goes by; only once it is taken, as what follows. */
  long timestampMs() {
    return outcome.resultNow().timestamp();
  }

  TopicPartition partition() {
    return new TopicPartition(outcome.resultNow().topic(), outcome.resultNow().partition());
  }

  long offset() {
    return outcome.resultNow().offset();
  }
}
