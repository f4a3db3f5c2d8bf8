package dev.revoker.chaos;

import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request as it was sent.
 *
 * @param key null if the record has no readable key
 */
record SentRequest(
    Source source,
    String lane,
    Mix mix,
    @Nullable Secret key,
    @Nullable Instant notAfter,
    Instant sentAt) {
  /** Kinds of requests. */
  enum Mix {
    PLAIN,
    /** Its {@code not_after} is near. */
    SOON,
    /** Its {@code not_after} has passed. */
    LATE,
    /** For a key that another request has too. */
    AGAIN,
    NO_SUCH_KEY,
    MALFORMED,
    UNKNOWN_ACCOUNT,
    /** With its own session, which is not valid. */
    OWN_TOKEN,
    /** For a key of another account. */
    OTHER_ACCOUNT,
    /** For a key of the worker's second account. */
    SECOND_ACCOUNT,
    /** Hostile and valid. */
    HOSTILE,
    /** Hostile and not valid. */
    HOSTILE_INVALID;

    boolean valid() {
      return this != MALFORMED && this != UNKNOWN_ACCOUNT && this != HOSTILE_INVALID;
    }

    boolean hostile() {
      return this == HOSTILE || this == HOSTILE_INVALID;
    }
  }

  /** Whether all calls for its key are calls for this request. */
  boolean alone() {
    return key != null && mix != Mix.AGAIN;
  }

  boolean urgent() {
    return lane.equals("urgent");
  }

  @Override
  public String toString() {
    return "%s %s, lane %s, sent %s, not after %s".formatted(source, mix, lane, sentAt, notAfter);
  }
}
