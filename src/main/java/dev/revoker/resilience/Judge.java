package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.model.KeyState;
import dev.revoker.model.Outcome;
import dev.revoker.model.ResultError;
import dev.revoker.resilience.Verdict.End;
import dev.revoker.resilience.Verdict.MayPass;
import dev.revoker.resilience.Verdict.RenewSession;
import dev.revoker.resilience.Verdict.Throttled;
import org.jspecify.annotations.Nullable;

/**
 * Tells what an answer means. Pure: decides, changes nothing. The words are those of the API's
 * documentation.
 */
final class Judge {
  /** The API's own trouble, reported as a 400: it may pass. */
  private static final String UNHANDLED_ERROR = "UNHANDLED_ERROR";

  private static final String BAD_API_TOKEN = "BAD_API_TOKEN";
  private static final String ITEM_NOT_FOUND = "ITEM_NOT_FOUND";

  private Judge() {}

  /**
   * Judges the answer to a remove_api_key.
   *
   * @param renewable whether the token came from a login of ours and was not rejected twice in a
   *     row
   */
  static Verdict removal(ApiAnswer answer, boolean renewable) {
    return switch (answer) {
      case ApiAnswer.Done done -> new End(Outcome.REVOKED, KeyState.INACTIVE, null);
      case ApiAnswer.Refused refused -> removalRefused(refused, renewable);
      case ApiAnswer.Session session ->
          unexpected("HTTP 200 is outside the API's contract for remove_api_key");
      case ApiAnswer.Unexpected unexpected -> unexpected(unexpected.why());
      case ApiAnswer.Throttled throttled -> new Throttled(throttled.retryAfterMs());
      case ApiAnswer.Failed failed -> new MayPass();
      case ApiAnswer.NoConnection none -> new MayPass();
      case ApiAnswer.NoAnswer none -> new MayPass();
    };
  }

  private static Verdict removalRefused(ApiAnswer.Refused refused, boolean renewable) {
    ResultError error = new ResultError(refused.errorType(), refused.errorComment());
    return switch (refused.errorType()) {
      case UNHANDLED_ERROR -> new MayPass();
      case BAD_API_TOKEN ->
          renewable
              ? new RenewSession()
              : new End(Outcome.SESSION_FAILED, KeyState.ASSUMED_ACTIVE, error);
      // No proof that an uncertain attempt removed the key: the API says the same of another
      // account's key.
      case ITEM_NOT_FOUND -> new End(Outcome.NOT_FOUND, KeyState.UNKNOWN, error);
      default -> new End(Outcome.REFUSED, KeyState.ASSUMED_ACTIVE, error);
    };
  }

  /**
   * Whether the call may have removed the key without saying so. A connection that could not be
   * made has not; nor has a 429, which says that the API did nothing.
   */
  static boolean uncertain(ApiAnswer answer) {
    return switch (answer) {
      case ApiAnswer.NoAnswer none -> true;
      case ApiAnswer.Failed failed -> true;
      case ApiAnswer.Refused refused -> refused.errorType().equals(UNHANDLED_ERROR);
      case ApiAnswer.Done done -> false;
      case ApiAnswer.Session session -> false;
      case ApiAnswer.Unexpected unexpected -> false;
      case ApiAnswer.Throttled throttled -> false;
      case ApiAnswer.NoConnection none -> false;
    };
  }

  /** Whether the token that the call was made with is no longer good. */
  static boolean tokenRejected(ApiAnswer answer) {
    return answer instanceof ApiAnswer.Refused refused && refused.errorType().equals(BAD_API_TOKEN);
  }

  /** Judges a login that gave no session. An End is for every request that waited for it. */
  static Verdict login(ApiAnswer answer) {
    return switch (answer) {
      case ApiAnswer.Session session ->
          throw new IllegalArgumentException("a session is no failure");
      case ApiAnswer.Refused refused ->
          refused.errorType().equals(UNHANDLED_ERROR)
              ? new MayPass()
              : sessionFailed(new ResultError(refused.errorType(), refused.errorComment()));
      case ApiAnswer.Done done ->
          sessionFailed(noSession("the login's answer, HTTP 204, is outside the API's contract"));
      case ApiAnswer.Unexpected unexpected ->
          sessionFailed(noSession("the login's answer does not fit: " + unexpected.why()));
      case ApiAnswer.Throttled throttled -> new Throttled(throttled.retryAfterMs());
      case ApiAnswer.Failed failed -> new MayPass();
      case ApiAnswer.NoConnection none -> new MayPass();
      case ApiAnswer.NoAnswer none -> new MayPass();
    };
  }

  /** Whether the breaker counts it as a failure; a 429 it does not count at all. */
  static boolean breakerFailure(ApiAnswer answer) {
    return switch (answer) {
      case ApiAnswer.Done done -> false;
      case ApiAnswer.Session session -> false;
      case ApiAnswer.Refused refused -> refused.errorType().equals(UNHANDLED_ERROR);
      // Any 400 but UNHANDLED_ERROR is no failure, one that is not the API's error JSON included.
      case ApiAnswer.Unexpected unexpected -> unexpected.status() != 400;
      case ApiAnswer.Throttled throttled -> false;
      case ApiAnswer.Failed failed -> true;
      case ApiAnswer.NoConnection none -> true;
      case ApiAnswer.NoAnswer none -> true;
    };
  }

  /** The answer in a few words, for an operator; they may hold what the API wrote. */
  static String describe(ApiAnswer answer) {
    return switch (answer) {
      case ApiAnswer.Refused refused -> "HTTP 400 " + refused.errorType();
      case ApiAnswer.NoConnection none -> "no connection: " + none.why();
      case ApiAnswer.NoAnswer none -> "no answer: " + none.why();
      case ApiAnswer other -> "HTTP " + other.httpStatus();
    };
  }

  /** The {@code result} label of the API call meter. */
  static String word(ApiAnswer answer) {
    return switch (answer) {
      case ApiAnswer.Done done -> "done";
      case ApiAnswer.Session session -> "session";
      case ApiAnswer.Refused refused -> "refused";
      case ApiAnswer.Throttled throttled -> "throttled";
      case ApiAnswer.Failed failed -> "failed";
      case ApiAnswer.Unexpected unexpected -> "unexpected";
      case ApiAnswer.NoConnection none -> "no_connection";
      case ApiAnswer.NoAnswer none -> "no_answer";
    };
  }

  /** The {@code result} label of the logins meter. */
  static String loginWord(ApiAnswer answer) {
    if (answer instanceof ApiAnswer.Session) {
      return "success";
    }
    return login(answer) instanceof End ? "refused" : "failed";
  }

  static @Nullable Long retryAfterMs(ApiAnswer answer) {
    return answer instanceof ApiAnswer.Failed failed ? failed.retryAfterMs() : null;
  }

  private static End unexpected(String why) {
    return new End(
        Outcome.UNEXPECTED,
        KeyState.UNKNOWN,
        new ResultError(ResultError.UNEXPECTED_RESPONSE, why));
  }

  private static End sessionFailed(ResultError error) {
    return new End(Outcome.SESSION_FAILED, KeyState.ASSUMED_ACTIVE, error);
  }

  private static ResultError noSession(String why) {
    return new ResultError(ResultError.SESSION_UNAVAILABLE, why);
  }
}
