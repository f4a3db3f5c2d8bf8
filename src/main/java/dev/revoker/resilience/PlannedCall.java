package dev.revoker.resilience;

import dev.revoker.api.ApiCall;
import dev.revoker.model.Credentials;
import dev.revoker.model.Request;
import dev.revoker.model.Secret;
import org.jspecify.annotations.Nullable;

/**
 * The call that a task makes next. Scheduling, permits and waiting are the same for every kind; a
 * further kind is a record here, a case in {@link AnswerPolicy#next}, and one in {@link
 * Task#answered} for what the task remembers of it. Immutable.
 */
sealed interface PlannedCall {
  /** The account whose session the call needs; null if it needs none. */
  default @Nullable String account() {
    return null;
  }

  /** The call itself, with that account's token; null where {@link #account()} is null. */
  ApiCall toApiCall(Request.Valid request, @Nullable Secret accountToken);

  /** Whether it counts in the result's {@code attempts}. */
  default boolean isAttempt() {
    return false;
  }

  /** The same call once more, after an answer that did not reject the session. */
  default PlannedCall again() {
    return this;
  }

  /**
   * Removes the request's key.
   *
   * @param account null where the token is given
   * @param token the request's own, or the key's own session; null for the account's session
   * @param renewed the API rejected the session of the call before this one
   */
  record Removal(@Nullable String account, @Nullable Secret token, boolean renewed)
      implements PlannedCall {
    static Removal by(String account) {
      return new Removal(account, null, false);
    }

    static Removal with(Secret token) {
      return new Removal(null, token, false);
    }

    @Override
    public ApiCall toApiCall(Request.Valid request, @Nullable Secret accountToken) {
      Secret used = token == null ? accountToken : token;
      if (used == null) {
        throw new IllegalStateException("no token for a removal");
      }
      return new ApiCall.RemoveApiKey(used, request.key());
    }

    @Override
    public boolean isAttempt() {
      return true;
    }

    @Override
    public Removal again() {
      return new Removal(account, token, false);
    }

    Removal withRenewedSession() {
      return new Removal(account, token, true);
    }
  }

  /**
   * Logs in with the request's key, which shows whether it is active.
   *
   * @param after after the removals, not before
   */
  record KeyLogin(String username, boolean after) implements PlannedCall {
    @Override
    public ApiCall.Login toApiCall(Request.Valid request, @Nullable Secret accountToken) {
      return new ApiCall.Login(new Credentials.SecureKey(username, request.key()));
    }
  }
}
