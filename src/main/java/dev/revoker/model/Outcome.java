package dev.revoker.model;

import java.util.Locale;

/**
 * How a request ended. Each outcome has a fixed status, and says whether sending the same request
 * again can help.
 */
public enum Outcome {
  /** The API answered 204 to this request, or verification proved that the key was removed. */
  REVOKED(true, false),
  /** The account has no such key, and an earlier result says that this key was revoked. */
  ALREADY_REVOKED(true, false),
  /**
   * The account has no such key, and no earlier result says why: a wrong key, a wrong account, or a
   * key that was removed before, perhaps by an uncertain attempt at this request.
   */
  NOT_FOUND(false, false),
  /** The API refused, and no retry can change it; or the key is protected. */
  REFUSED(false, false),
  /** The account has no session: its login was refused, or a new token was rejected. */
  SESSION_FAILED(false, true),
  /** Every attempt failed in a way that may pass, or {@code hold.max.ms} is over. */
  UNAVAILABLE(false, true),
  /** An answer outside the API's contract, or a key that still logs in after a 204. */
  UNEXPECTED(false, false),
  /** {@code not_after} had passed. */
  EXPIRED(false, false),
  /** The request is not valid; the API was not called. */
  REJECTED(false, false);

  private final boolean success;
  private final boolean retriable;

  Outcome(boolean success, boolean retriable) {
    this.success = success;
    this.retriable = retriable;
  }

  /** Whether the result's status is {@code success}. */
  public boolean success() {
    return success;
  }

  /**
   * Whether sending the same request again later can help. {@link Result#retriable()} knows the
   * error type as well.
   */
  public boolean retriable() {
    return retriable;
  }

  /** The word in the result message and in the meters' {@code outcome} label. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
