package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.model.Secret;

/** What the API may answer, by short names. */
final class ApiAnswers {
  static final ApiAnswer DONE = new ApiAnswer.Done();
  static final ApiAnswer FAILED = new ApiAnswer.Failed(503, null);
  static final ApiAnswer NO_ANSWER = new ApiAnswer.NoAnswer("timed out");
  static final ApiAnswer NO_CONNECTION = new ApiAnswer.NoConnection("connection refused");
  static final ApiAnswer THROTTLED = new ApiAnswer.Throttled(null);
  static final ApiAnswer NOT_FOUND = refused("ITEM_NOT_FOUND");
  static final ApiAnswer BAD_TOKEN = refused("BAD_API_TOKEN");
  static final ApiAnswer UNHANDLED = refused("UNHANDLED_ERROR");

  private ApiAnswers() {}

  static ApiAnswer refused(String type) {
    return new ApiAnswer.Refused(type, "comment on " + type);
  }

  static ApiAnswer throttled(long retryAfterMs) {
    return new ApiAnswer.Throttled(retryAfterMs);
  }

  static ApiAnswer session(String token) {
    return new ApiAnswer.Session(Secret.of(token));
  }
}
