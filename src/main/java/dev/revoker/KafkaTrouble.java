package dev.revoker;

import org.apache.kafka.common.KafkaException;

/** Puts a failure of the Kafka clients, which often wrap the telling cause, into one line. */
final class KafkaTrouble {
  private KafkaTrouble() {}

  static String describe(KafkaException failed) {
    StringBuilder line = new StringBuilder(String.valueOf(failed.getMessage()));
    for (Throwable cause = failed.getCause(); cause != null; cause = cause.getCause()) {
      line.append(": ").append(cause.getMessage());
    }
    return line.toString();
  }
}
