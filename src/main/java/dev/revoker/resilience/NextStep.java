package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiAnswer.Refusal;
import dev.revoker.api.ApiCall;
import dev.revoker.model.Credentials;
import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.Result.RevokedBy;
import dev.revoker.model.Result.Verification.Login;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import org.jspecify.annotations.Nullable;

/**
 * What happens next to a task: what {@link AnswerPolicy} decides and {@link TaskSteps} applies. A
 * step is an end, a wait, or a {@link PlannedCall}. Immutable.
 */
sealed interface NextStep {
  /**
   * The request has its result.
   *
   * @param revokedBy the earlier result that this one refers to
   */
  record End(
      Outcome outcome,
      KeyState keyState,
      @Nullable ResultError error,
      @Nullable RevokedBy revokedBy)
      implements NextStep {
    End(Outcome outcome, KeyState keyState, @Nullable ResultError error) {
      this(outcome, keyState, error, null);
    }

    End with(KeyState other) {
      return new End(outcome, other, error, revokedBy);
    }
  }

  /** Memory is asked whether the key was revoked before; {@code ifUnknown} ends it otherwise. */
  record AskMemory(End ifUnknown) implements NextStep {}

  /**
   * This call is made as soon as one may be made, without spending an attempt.
   *
   * @param passedOver how the request would have ended without this call; kept in the task
   */
  record Call(PlannedCall next, @Nullable End passedOver) implements NextStep {
    Call(PlannedCall next) {
      this(next, null);
    }
  }

  /**
   * The same call is made again after the back-off; if no attempt is left, {@code whenSpent}
   * follows.
   */
  record Retry(PlannedCall same, NextStep whenSpent) implements NextStep {}

  /** The same call is made again once the API is up. Waiting spends no attempt. */
  record AwaitApi() implements NextStep {}

  // ---- calls

  /**
   * The call that a task makes next. Scheduling, permits and waiting are the same for every kind; a
   * further kind is a record here, a case in {@link AnswerPolicy#next}, and one in {@link
   * Task#answered} for what the task remembers of it.
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

    /** How the request ends if this call is not made; null where the call must still decide. */
    default @Nullable End known() {
      return null;
    }

    /** The same call once more, after an answer that did not reject the session. */
    default PlannedCall again() {
      return this;
    }
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

  /** Logs in with the request's key, which shows whether it is active. */
  sealed interface KeyLogin extends PlannedCall {
    String username();

    /** What the answer to such a login shows of the key. */
    static Login shownBy(ApiAnswer answer) {
      if (answer instanceof ApiAnswer.Session) {
        return Login.ACCEPTED;
      }
      // Any other refusal says nothing about the key: it may concern this login only.
      return answer.means(Refusal.LOGIN_INVALID) || answer.means(Refusal.UNPRIVILEGED)
          ? Login.REFUSED
          : Login.UNTRIED;
    }

    @Override
    default ApiCall.Login toApiCall(Request.Valid request, @Nullable Secret accountToken) {
      return new ApiCall.Login(new Credentials.SecureKey(username(), request.key()));
    }

    /** Before the first removal. */
    record Before(String username) implements KeyLogin {}

    /**
     * After the removals, while the API is up.
     *
     * @param known the result if the login is not made or shows nothing
     */
    record After(String username, End known) implements KeyLogin {}
  }

  // ---- what the policy decides from

  /**
   * The answer to a call, and what was known of the API when the call was permitted.
   *
   * @param call what the task had planned; for a login, the call that needs the session
   * @param probe the call was permitted while the breaker was half-open
   * @param spendsAttempt a failure that may pass spends an attempt: the breaker has been closed
   *     since the call was permitted
   * @param renewableSession the call used an account's session that another login can replace
   */
  record CallOutcome(
      PlannedCall call,
      ApiAnswer answer,
      boolean probe,
      boolean spendsAttempt,
      boolean renewableSession) {}

  /** How a request would have ended with this account alone. */
  record PassedOver(@Nullable String account, End end) {}
}
