package dev.revoker.submit;

import org.jspecify.annotations.Nullable;

/** A row that is ready to be sent, or the reason why it is not. Prints nothing of a request. */
sealed interface Row {
  /** The first row is 1; a CSV's header is not a row. */
  long number();

  /** The line where the row starts; the first line of the input is 1. */
  long line();

  /**
   * A request that a worker accepts.
   *
   * @param value the record's value; holds the key
   */
  @SuppressWarnings("ArrayRecordComponent") // Kafka takes this very array
  record Valid(
      long number,
      long line,
      String requestId,
      @Nullable String account,
      String fingerprint,
      byte[] value)
      implements Row {
    @Override
    public String toString() {
      return "Valid[number=" + number + "]";
    }
  }

  /** A row that the worker would reject; the reason has fixed words. */
  record Invalid(long number, long line, String why) implements Row {}
}
