package dev.revoker.submit;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;

/** Why a command cannot continue, in one line for people. Contains nothing of what was read. */
public final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean usage;
  private final boolean retriable;

  private CommandException(String message, boolean usage, boolean retriable) {
    super(message);
    this.usage = usage;
    this.retriable = retriable;
  }

  /** Something failed: exit code 1. With arguments, the text is a format. */
  public static CommandException failed(String text, Object... arguments) {
    return new CommandException(format(text, arguments), false, false);
  }

  /** The command line is wrong: exit code 2. With arguments, the text is a format. */
  public static CommandException usage(String text, Object... arguments) {
    return new CommandException(format(text, arguments), true, false);
  }

  /** Numbers have ASCII digits in every locale. A text without arguments stays as it is. */
  @SuppressWarnings("AnnotateFormatMethod")
  static String format(String text, Object... arguments) {
    return arguments.length == 0 ? text : String.format(Locale.ROOT, text, arguments);
  }

  /**
   * Kafka failed. Its message is kept only where it helps: that of a time-out does not.
   *
   * @param doing what was tried, such as "reading results"
   */
  static CommandException ofKafka(String doing, Throwable failure, String brokers) {
    String why =
        switch (failure) {
          case TimeoutException late ->
              "no broker at " + brokers + " answers; see bootstrap.servers and the network";
          case AuthenticationException refused ->
              "the brokers refuse the login: " + refused.getMessage();
          case AuthorizationException refused ->
              "the brokers do not allow it: " + refused.getMessage();
          default -> withCauses(failure);
        };
    return new CommandException(doing + ": " + why, false, failure instanceof RetriableException);
  }

  /** Why a file could not be used, with its name. */
  public static String ofFile(FileSystemException failure) {
    String file = String.valueOf(failure.getFile());
    return switch (failure) {
      case NoSuchFileException missing -> "there is no file or folder " + file;
      case AccessDeniedException denied -> "this user may not access " + file;
      case FileAlreadyExistsException there -> file + " exists already";
      case NotDirectoryException not -> file + " is not a folder";
      default ->
          file + ": " + (failure.getReason() == null ? "cannot be used" : failure.getReason());
    };
  }

  /** Whether the command line is wrong. */
  public boolean isUsage() {
    return usage;
  }

  /** Whether the brokers may answer when asked again. */
  boolean isRetriable() {
    return retriable;
  }

  /** The line; never null. */
  public String text() {
    return String.valueOf(getMessage());
  }

  /** Kafka often wraps the cause that says more. */
  private static String withCauses(Throwable failure) {
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
