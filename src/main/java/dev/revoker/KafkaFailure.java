package dev.revoker;

import dev.revoker.config.KafkaConfig;
import org.apache.kafka.common.KafkaException;

/**
 * Describes a failure of a Kafka client in one line. Kafka's clients often wrap the cause that
 * names the mistake.
 */
final class KafkaFailure {
  private KafkaFailure() {}

  /** The messages of the exception and all its causes; secret settings are redacted. */
  static String describe(KafkaException failed, KafkaConfig settings) {
    StringBuilder line = new StringBuilder(settings.redact(failed.getMessage()));
    for (Throwable cause = failed.getCause(); cause != null; cause = cause.getCause()) {
      line.append(": ").append(settings.redact(cause.getMessage()));
    }
    return line.toString();
  }
}
