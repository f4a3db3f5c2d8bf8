package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.model.Request;
import dev.revoker.model.Secret;
import org.jspecify.annotations.Nullable;

/**
 * The call that a task makes next. Scheduling, permits and waiting are the same for every kind; a
 * further kind is a record here and a case in {@link AnswerPolicy#next}. Immutable.
 */
sealed interface PlannedCall {
  /** The account whose session the call needs; null if the request has its own token. */
  @Nullable String account();

  /** The call itself, with that account's token; null where {@link #account()} is null. */
  ApiCall toApiCall(Request.Valid request, @Nullable Secret accountToken);

  /** Whether it counts in the result's {@code attempts}. */
  boolean isAttempt();

  /** The same call once more, after an answer that did not reject the session. */
  PlannedCall again();

  /** Whether the key may be removed by it although the answer does not say so. */
  default boolean uncertainAfter(ApiAnswer answer) {
    return isAttempt() && answer.uncertain();
  }

  /** The first call of a request. */
  static PlannedCall first(Request.Valid request) {
    if (request.apiToken() != null) {
      return new Removal(null, false);
    }
    String account = request.echo().account();
    if (account == null) {
      throw new IllegalStateException("a valid request has an account or a token of its own");
    }
    return new Removal(account, false);
  }

  /**
   * Removes the request's key.
   *
   * @param account null for the request's own token
   * @param renewed the API rejected the session of the call before this one
   */
  record Removal(@Nullable String account, boolean renewed) implements PlannedCall {
    @Override
    public ApiCall toApiCall(Request.Valid request, @Nullable Secret accountToken) {
      Secret token = accountToken == null ? request.apiToken() : accountToken;
      if (token == null) {
        throw new IllegalStateException("no token for a removal");
      }
      return new ApiCall.RemoveApiKey(token, request.key());
    }

    @Override
    public boolean isAttempt() {
      return true;
    }

    @Override
    public PlannedCall again() {
      return new Removal(account, false);
    }

    PlannedCall withRenewedSession() {
      return new Removal(account, true);
    }
  }
}
