package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiAnswer.Refusal;
import dev.revoker.model.KeyState;
import dev.revoker.model.Outcome;
import dev.revoker.model.ResultError;
import dev.revoker.model.RevokedBy;
import org.jspecify.annotations.Nullable;

/**
 * Decides what an answer means for a request: (task, answer) to what happens next. Every decision
 * about retries and outcomes is here. Pure: it reads the task and changes nothing; {@link
 * CallScheduler} applies the decision.
 */
final class AnswerPolicy {
  /** What happens next to a task. */
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
    }

    /** Memory is asked whether the key was revoked before; {@code ifUnknown} ends it otherwise. */
    record AskMemory(End ifUnknown) implements NextStep {}

    /** This call is made as soon as one may be made, without spending an attempt. */
    record Call(PlannedCall next) implements NextStep {}

    /** The same call is made again after the back-off; where no attempt is left, the end. */
    record Retry(End whenSpent) implements NextStep {}

    /** The same call is made again once the API is up. Waiting spends no attempt. */
    record AwaitApi() implements NextStep {}
  }

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

  private AnswerPolicy() {}

  /** After the task's own call. A further kind of call is a further case here. */
  static NextStep next(Task task, CallOutcome outcome) {
    return switch (outcome.call()) {
      case PlannedCall.Removal removal -> afterRemoval(task, removal, outcome);
    };
  }

  private static NextStep afterRemoval(
      Task task, PlannedCall.Removal removal, CallOutcome outcome) {
    return switch (outcome.answer()) {
      case ApiAnswer.Done done -> new NextStep.End(Outcome.REVOKED, KeyState.INACTIVE, null);
      case ApiAnswer.Session session ->
          unexpected("HTTP 200 is outside the API's contract for remove_api_key");
      case ApiAnswer.Unexpected unexpected -> unexpected(unexpected.why());
      case ApiAnswer.Throttled throttled -> new NextStep.Call(removal.again());
      case ApiAnswer.Refused refused -> afterRefusal(task, removal, refused, outcome);
      case ApiAnswer.Failed failed -> mayPass(task, outcome);
      case ApiAnswer.NoConnection none -> mayPass(task, outcome);
      case ApiAnswer.NoAnswer none -> mayPass(task, outcome);
    };
  }

  private static NextStep afterRefusal(
      Task task, PlannedCall.Removal removal, ApiAnswer.Refused refused, CallOutcome outcome) {
    return switch (refused.meaning()) {
      // No proof that an uncertain attempt removed the key: the API says the same of another
      // account's key.
      case KEY_NOT_FOUND ->
          new NextStep.AskMemory(
              new NextStep.End(Outcome.NOT_FOUND, KeyState.UNKNOWN, error(refused)));
      case TOKEN_REJECTED ->
          outcome.renewableSession() && !removal.renewed()
              ? new NextStep.Call(removal.withRenewedSession())
              : new NextStep.End(Outcome.SESSION_FAILED, KeyState.ASSUMED_ACTIVE, error(refused));
      case MAY_PASS -> mayPass(task, outcome);
      case FINAL -> new NextStep.End(Outcome.REFUSED, KeyState.ASSUMED_ACTIVE, error(refused));
    };
  }

  /**
   * After a login that gave no session. It is asked for each task that waited for that login; an
   * {@link NextStep.End} is the same for all of them.
   */
  static NextStep afterFailedLogin(Task task, CallOutcome outcome) {
    return switch (outcome.answer()) {
      case ApiAnswer.Session session ->
          throw new IllegalArgumentException("the login gave a session");
      case ApiAnswer.Refused refused when refused.meaning() != Refusal.MAY_PASS ->
          sessionFailed(error(refused));
      case ApiAnswer.Done done ->
          sessionFailed(noSession("the login's answer, HTTP 204, is outside the API's contract"));
      case ApiAnswer.Unexpected unexpected ->
          sessionFailed(noSession("the login's answer is not valid: " + unexpected.why()));
      case ApiAnswer.Throttled throttled -> new NextStep.Call(task.next());
      case ApiAnswer.Refused refused -> mayPass(task, outcome);
      case ApiAnswer.Failed failed -> mayPass(task, outcome);
      case ApiAnswer.NoConnection none -> mayPass(task, outcome);
      case ApiAnswer.NoAnswer none -> mayPass(task, outcome);
    };
  }

  /** The end of a task whose key an earlier request has revoked. */
  static NextStep.End alreadyRevoked(RevokedBy revokedBy) {
    return new NextStep.End(Outcome.ALREADY_REVOKED, KeyState.INACTIVE, null, revokedBy);
  }

  /** The end of a task that waited out {@code hold.max.ms}. */
  static NextStep.End heldTooLong(Task task) {
    return unavailable(task, "held for hold.max.ms while the API took no calls");
  }

  /** The end of a task whose {@code not_after} has passed. */
  static NextStep.End expired(Task task) {
    return new NextStep.End(
        Outcome.EXPIRED,
        keyStateIfNotRemoved(task),
        new ResultError(ResultError.EXPIRED, "not_after had passed before the key was removed"));
  }

  /** The end of a task whose account's login was refused a moment ago. */
  static NextStep.End sessionFailed(ResultError error) {
    return new NextStep.End(Outcome.SESSION_FAILED, KeyState.ASSUMED_ACTIVE, error);
  }

  /** The end of a task whose key no request may have removed. */
  static NextStep.End protectedKey() {
    return new NextStep.End(
        Outcome.REFUSED,
        KeyState.ASSUMED_ACTIVE,
        new ResultError(
            ResultError.PROTECTED_KEY,
            "the key is protected: a configured account logs in with it, or"
                + " protected.fingerprints names it; the API was not called"));
  }

  /**
   * Whether the breaker counts the answer as a failure. A 429 is not counted at all; a 400 is a
   * failure only where the API reports its own, even if it is not the API's error JSON.
   */
  static boolean breakerFailure(ApiAnswer answer) {
    return answer.mayPass()
        || (answer instanceof ApiAnswer.Unexpected unexpected && unexpected.status() != 400);
  }

  /** The {@code result} label of the logins meter. */
  static String loginWord(ApiAnswer answer) {
    if (answer instanceof ApiAnswer.Session) {
      return "success";
    }
    return answer.mayPass() || answer instanceof ApiAnswer.Throttled ? "failed" : "refused";
  }

  private static NextStep mayPass(Task task, CallOutcome outcome) {
    return outcome.spendsAttempt()
        ? new NextStep.Retry(
            unavailable(
                task, "the attempts are spent; the last ended with " + outcome.answer().describe()))
        : new NextStep.AwaitApi();
  }

  private static NextStep.End unavailable(Task task, String why) {
    return new NextStep.End(
        Outcome.UNAVAILABLE,
        keyStateIfNotRemoved(task),
        new ResultError(ResultError.API_UNAVAILABLE, why));
  }

  private static NextStep.End unexpected(String why) {
    return new NextStep.End(
        Outcome.UNEXPECTED,
        KeyState.UNKNOWN,
        new ResultError(ResultError.UNEXPECTED_RESPONSE, why));
  }

  private static KeyState keyStateIfNotRemoved(Task task) {
    return task.uncertainAttempts() > 0 ? KeyState.UNKNOWN : KeyState.ASSUMED_ACTIVE;
  }

  private static ResultError error(ApiAnswer.Refused refused) {
    return new ResultError(refused.errorType(), refused.errorComment());
  }

  private static ResultError noSession(String why) {
    return new ResultError(ResultError.SESSION_UNAVAILABLE, why);
  }
}
