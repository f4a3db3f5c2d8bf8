package dev.revoker.sandbox;

/**
 * What cielo24 does not document, and what the sandbox does instead. A client must work with every
 * choice.
 *
 * @param otherAccountKey the error of remove_api_key for a live key of another account
 * @param removedKeyLogin the error of a login with a removed key
 * @param parentRemoves whether a session of a parent account removes keys of its descendants;
 *     otherwise they are keys of another account
 * @param removalDelayMs for how long a removed key still logs in after the 204; a second removal
 *     gets ITEM_NOT_FOUND at once
 * @param lockAfterRefusedLogins after this many refused logins in a row an account accepts no
 *     login; 0 means never
 */
public record Undocumented(
    OtherAccountKey otherAccountKey,
    RemovedKeyLogin removedKeyLogin,
    boolean parentRemoves,
    long removalDelayMs,
    int lockAfterRefusedLogins) {
  /** What the vendor's own clients and their tests expect; no delay and no lock. */
  public static final Undocumented DEFAULTS =
      new Undocumented(
          OtherAccountKey.ACCOUNT_UNPRIVILEGED, RemovedKeyLogin.ACCOUNT_UNPRIVILEGED, true, 0, 0);

  public Undocumented {
    if (removalDelayMs < 0) {
      throw new IllegalArgumentException("removal_delay_ms: 0 or more, not " + removalDelayMs);
    }
    if (lockAfterRefusedLogins < 0) {
      throw new IllegalArgumentException(
          "lock_after_refused_logins: 0 or more, not " + lockAfterRefusedLogins);
    }
  }

  /** ITEM_NOT_FOUND is also the answer for a key that does not exist. */
  public enum OtherAccountKey {
    ITEM_NOT_FOUND,
    ACCOUNT_UNPRIVILEGED
  }

  /** LOGIN_INVALID is also the answer to a wrong password. */
  public enum RemovedKeyLogin {
    ACCOUNT_UNPRIVILEGED,
    LOGIN_INVALID
  }
}
