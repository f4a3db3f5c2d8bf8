package dev.revoker;

import dev.revoker.config.Config;
import org.apache.kafka.common.KafkaException;

/**
 * One line for a failure of Kafka's clients, which often wrap the cause that says what is wrong.
 */
final class KafkaFailure {
  private KafkaFailure() {}

  /** The messages of all causes, without any part of a secret among the settings. */
  static String describe(KafkaException failed, Config.Kafka settings) {
    StringBuilder line = new StringBuilder(settings.redact(failed.getMessage()));
    for (Throwable cause = failed.getCause(); cause != null; cause = cause.getCause()) {
      line.append(": ").append(settings.redact(cause.getMessage()));
    }
    return line.toString();
  }
}
