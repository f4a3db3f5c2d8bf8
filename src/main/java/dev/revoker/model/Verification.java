package dev.revoker.model;

import java.time.Instant;
import java.util.Locale;

/**
 * What logins with the key itself showed.
 *
 * @param username who the key logs in as
 * @param before the login before the first removal
 * @param after the last login after the removals
 * @param checkedAt when the last of these logins was answered
 */
public record Verification(String username, Login before, Login after, Instant checkedAt) {
  /** The end of a login with the key. */
  public enum Login {
    /** The key logs in. */
    ACCEPTED,
    /** The API refused the login. */
    REFUSED,
    /** There was no such login, or it had no usable answer. */
    UNTRIED;

    /** The word in the result message. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
