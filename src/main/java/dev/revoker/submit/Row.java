package dev.revoker.submit;

import org.jspecify.annotations.Nullable;

/** A row as it stands to be sent, or why it may not be. Prints nothing of a request. */
sealed interface Row {
  /** The first row is 1; a CSV's header is none. */
  long number();

  /** Where it starts; the first line of the input is 1. */
  long line();

  /**
   * It may be sent.
   *
   * @param value the record's value; holds the key
   */
  @SuppressWarnings("ArrayRecordComponent") // Kafka takes this very array
  record Good(
      long number,
      long line,
      String requestId,
      @Nullable String account,
      String fingerprint,
      byte[] value)
      implements Row {
    @Override
    public String toString() {
      return "Good[number=" + number + "]";
    }
  }

  /** The worker would reject it; the reason has fixed words. */
  record Bad(long number, long line, String why) implements Row {}
}
