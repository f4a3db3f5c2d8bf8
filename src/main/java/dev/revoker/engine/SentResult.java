package dev.revoker.engine;

import dev.revoker.model.Source;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** A result that was given to the producer, and the broker's answer. */
record SentResult(Source source, int bytes, Future<RecordMetadata> answer) {
  boolean isRefused() {
    return answer.state() == Future.State.FAILED;
  }

  boolean isTooLarge() {
    return isRefused() && answer.exceptionNow() instanceof RecordTooLargeException;
  }
}
