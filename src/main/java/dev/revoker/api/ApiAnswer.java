package dev.revoker.api;

import dev.revoker.model.Secret;
import org.jspecify.annotations.Nullable;

/**
 * The result of one call. Failures are values. Their texts name no URL, but may contain what the
 * API wrote.
 */
public sealed interface ApiAnswer {
  /** 204: done. */
  record Done() implements ApiAnswer {}

  /** 200 to a login, with its ApiToken. */
  record Session(Secret apiToken) implements ApiAnswer {}

  /** 400 with the API's error JSON. The texts are the API's, not redacted, at most 64 KiB long. */
  record Refused(String errorType, String errorComment) implements ApiAnswer {
    /** What the error type means. Types that are not known here are final. */
    public Refusal meaning() {
      return switch (errorType) {
        case "ITEM_NOT_FOUND" -> Refusal.KEY_NOT_FOUND;
        case "ACCOUNT_UNPRIVILEGED" -> Refusal.UNPRIVILEGED;
        case "LOGIN_INVALID" -> Refusal.LOGIN_INVALID;
        case "BAD_API_TOKEN" -> Refusal.TOKEN_REJECTED;
        case "UNHANDLED_ERROR" -> Refusal.MAY_PASS;
        default -> Refusal.FINAL;
      };
    }
  }

  /** 429. */
  record Throttled(@Nullable Long retryAfterMs) implements ApiAnswer {}

  /** 5xx, 408 or 425: the failure may pass. */
  record Failed(int status, @Nullable Long retryAfterMs) implements ApiAnswer {}

  /** Any other answer. It is outside the API's contract. */
  record Unexpected(int status, String why) implements ApiAnswer {}

  /** Nothing was sent: no address, no connection, no TLS. */
  record NoConnection(String why) implements ApiAnswer {}

  /**
   * The request was sent, at least in part, and no complete answer came. The API may have acted.
   */
  record NoAnswer(String why) implements ApiAnswer {}

  /** What a 400 means for the caller. */
  enum Refusal {
    /** No such key for this account: it never existed, was removed, or is another account's. */
    KEY_NOT_FOUND,
    /** This account has no access; to a login with a key: the key was removed. */
    UNPRIVILEGED,
    /** Wrong user name, password or key. */
    LOGIN_INVALID,
    /** The session is no longer valid. */
    TOKEN_REJECTED,
    /** A failure of the API itself. */
    MAY_PASS,
    /** The same call will be refused again. */
    FINAL
  }

  /** Whether this is a 400 with that meaning. */
  default boolean means(Refusal meaning) {
    return this instanceof Refused refused && refused.meaning() == meaning;
  }

  /** Whether the same call may succeed later. */
  default boolean mayPass() {
    return switch (this) {
      case Failed failed -> true;
      case NoConnection none -> true;
      case NoAnswer none -> true;
      case Refused refused -> refused.meaning() == Refusal.MAY_PASS;
      case Done done -> false;
      case Session session -> false;
      case Throttled throttled -> false;
      case Unexpected unexpected -> false;
    };
  }

  /**
   * Whether the API may have acted without saying so. A connection that could not be made did
   * nothing; a 429 says that the API did nothing.
   */
  default boolean uncertain() {
    return mayPass() && !(this instanceof NoConnection);
  }

  /** What the API asked to wait before the next call; null where it did not ask. */
  default @Nullable Long retryAfterMs() {
    return switch (this) {
      case Throttled throttled -> throttled.retryAfterMs();
      case Failed failed -> failed.retryAfterMs();
      default -> null;
    };
  }

  /** The answer's HTTP status, or null where none came. */
  default @Nullable Integer httpStatus() {
    return switch (this) {
      case Done done -> 204;
      case Session session -> 200;
      case Refused refused -> 400;
      case Throttled throttled -> 429;
      case Failed failed -> failed.status();
      case Unexpected unexpected -> unexpected.status();
      case NoConnection none -> null;
      case NoAnswer none -> null;
    };
  }

  /** The answer in a few words, for an operator. They may contain what the API wrote. */
  default String describe() {
    return switch (this) {
      case Refused refused -> "HTTP 400 " + refused.errorType();
      case NoConnection none -> "no connection: " + none.why();
      case NoAnswer none -> "no answer: " + none.why();
      default -> "HTTP " + httpStatus();
    };
  }

  /** One of a few fixed words, for meters. */
  default String word() {
    return switch (this) {
      case Done done -> "done";
      case Session session -> "session";
      case Refused refused -> "refused";
      case Throttled throttled -> "throttled";
      case Failed failed -> "failed";
      case Unexpected unexpected -> "unexpected";
      case NoConnection none -> "no_connection";
      case NoAnswer none -> "no_answer";
    };
  }
}
