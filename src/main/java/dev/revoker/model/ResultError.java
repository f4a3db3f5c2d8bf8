package dev.revoker.model;

/**
 * Why a request did not succeed: the API's own ErrorType and ErrorComment, scrubbed of the
 * request's secrets, or the worker's own words.
 */
public record ResultError(String type, String comment) {
  /** The attempts are spent, or the hold is over. */
  public static final String API_UNAVAILABLE = "API_UNAVAILABLE";

  /** An answer outside the API's contract. */
  public static final String UNEXPECTED_RESPONSE = "UNEXPECTED_RESPONSE";

  /** No session, and the API gave no ErrorType of its own. */
  public static final String SESSION_UNAVAILABLE = "SESSION_UNAVAILABLE";

  /** {@code not_after} had passed. */
  public static final String EXPIRED = "EXPIRED";

  /** The key is protected; the API was not called. */
  public static final String PROTECTED_KEY = "PROTECTED_KEY";

  /** The API answered 204, and the key still logs in. */
  public static final String STILL_ACTIVE = "STILL_ACTIVE";

  /** The record is not a valid request. */
  public static final String MALFORMED_REQUEST = "MALFORMED_REQUEST";

  /** The request names an account that is not configured, or none where there is no default. */
  public static final String UNKNOWN_ACCOUNT = "UNKNOWN_ACCOUNT";

  /** The request is encrypted with a key that the worker does not have. */
  public static final String UNKNOWN_ENCRYPTION_KEY = "UNKNOWN_ENCRYPTION_KEY";
}
