package dev.revoker.submit;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;

/** Why it cannot go on, in one line for people. Holds nothing of what was read. */
public final class Trouble extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean usage;

  private Trouble(String message, boolean usage) {
    super(message);
    this.usage = usage;
  }

  /** It failed. */
  static Trouble failed(String message) {
    return new Trouble(message, false);
  }

  /** It was asked wrongly. */
  static Trouble usage(String message) {
    return new Trouble(message, true);
  }

  /**
   * Kafka failed. Its own words are kept only where they help: a time-out's do not.
   *
   * @param doing what was tried, as "reading results"
   */
  static Trouble ofKafka(String doing, Throwable failure, String brokers) {
    return switch (failure) {
      case TimeoutException late ->
          failed(
              doing
                  + ": no broker at "
                  + brokers
                  + " answers; see bootstrap.servers and the network");
      case AuthenticationException refused ->
          failed(doing + ": the brokers refuse the login: " + refused.getMessage());
      case AuthorizationException refused ->
          failed(doing + ": the brokers do not allow it: " + refused.getMessage());
      default -> failed(doing + ": " + chain(failure));
    };
  }

  /** Whether the command line or the input's name is at fault. */
  public boolean isUsage() {
    return usage;
  }

  /** What is wrong; never null. */
  public String text() {
    return String.valueOf(getMessage());
  }

  /** Kafka often wraps the telling cause. */
  private static String chain(Throwable failure) {
    StringBuilder line = new StringBuilder(described(failure));
    for (Throwable cause = failure.getCause();
        cause != null && failure instanceof KafkaException;
        cause = cause.getCause()) {
      line.append(": ").append(described(cause));
    }
    return line.toString();
  }

  private static String described(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
