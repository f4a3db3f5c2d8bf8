package dev.revoker.chaos;

import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request as it was sent.
 *
 * @param key null where the record names none that could be read
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
    /** For a key that another request is about, too. */
    AGAIN,
    NO_SUCH_KEY,
    MALFORMED,
    UNKNOWN_ACCOUNT,
    /** Comes with a session of its own, which nobody opened. */
    OWN_TOKEN,
    /** For a key of an account that the worker's session has no access to. */
    OTHER_ACCOUNT,
    /** Written to do harm, and valid. */
    HOSTILE,
    /** Written to do harm, and not valid. */
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
