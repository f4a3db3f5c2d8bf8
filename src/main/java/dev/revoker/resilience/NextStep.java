package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.model.KeyState;
import dev.revoker.model.Outcome;
import dev.revoker.model.ResultError;
import dev.revoker.model.RevokedBy;
import dev.revoker.resilience.PlannedCall.KeyLogin;
import org.jspecify.annotations.Nullable;

/** What happens next to a task: what {@link AnswerPolicy} decides and {@link TaskSteps} applies. */
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
   * This login is made while the API is up; {@code known} is the result if no login can be made.
   */
  record Check(KeyLogin login, End known) implements NextStep {}

  /**
   * The same call is made again after the back-off; if no attempt is left, {@code whenSpent}
   * follows.
   *
   * @param known the result if the call cannot be made again; null if no result is known yet
   */
  record Retry(NextStep whenSpent, @Nullable End known) implements NextStep {}

  /** The same call is made again once the API is up. Waiting spends no attempt. */
  record AwaitApi() implements NextStep {}

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
