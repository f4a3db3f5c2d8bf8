package dev.revoker.model;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The result of a request. Contains no secret.
 *
 * @param request what it answers
 * @param account the account whose session removed the key, else the account that was asked for;
 *     null where neither is known
 * @param httpStatus of the last answer to a remove_api_key, or null where none came
 * @param error null on success only
 * @param attempts how many times remove_api_key was called for the request, probes included
 * @param uncertainAttempts how many of those may have removed the key without saying so
 * @param verification null where the key's login was not tried
 * @param revokedBy only on {@link Outcome#ALREADY_REVOKED}
 */
public record Result(
    Request request,
    Outcome outcome,
    KeyState keyState,
    @Nullable String account,
    @Nullable Integer httpStatus,
    @Nullable ResultError error,
    int attempts,
    int uncertainAttempts,
    @Nullable Verification verification,
    @Nullable RevokedBy revokedBy,
    Instant completedAt) {

  /** A result of the account that was asked for, without verification. */
  public Result(
      Request request,
      Outcome outcome,
      KeyState keyState,
      @Nullable Integer httpStatus,
      @Nullable ResultError error,
      int attempts,
      int uncertainAttempts,
      Instant completedAt) {
    this(
        request,
        outcome,
        keyState,
        request.echo().account(),
        httpStatus,
        error,
        attempts,
        uncertainAttempts,
        null,
        null,
        completedAt);
  }

  /** The answer to a record that is not a valid request. */
  public static Result rejected(Request.Invalid request, Instant now) {
    return new Result(
        request, Outcome.REJECTED, KeyState.UNKNOWN, null, request.error(), 0, 0, now);
  }

  /** Whether sending the same request again later can help. */
  public boolean retriable() {
    return outcome.retriable()
        || (error != null
            && (error.type().equals(ResultError.STILL_ACTIVE)
                || error.type().equals(ResultError.UNKNOWN_ENCRYPTION_KEY)));
  }

  /** What is known of the key after its request ended. */
  public enum KeyState {
    /** Proven: the key no longer logs in. */
    INACTIVE,
    /** Proven by an accepted login: the key logs in. */
    ACTIVE,
    /** Nothing was removed: treat the key as live. */
    ASSUMED_ACTIVE,
    /** Nothing is known: an attempt was uncertain, or the answer says nothing about the key. */
    UNKNOWN;

    /** The word in the result message. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

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

  /**
   * The earlier result that says that a key was revoked.
   *
   * @param requestId of the request that had the key removed
   * @param completedAt of that request's result
   */
  public record RevokedBy(String requestId, Instant completedAt) {}
}
