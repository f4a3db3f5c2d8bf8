package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.message.Redactor;
import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.Result.Verification;
import dev.revoker.model.Result.Verification.Login;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import dev.revoker.resilience.NextStep.KeyLogin;
import dev.revoker.resilience.NextStep.PassedOver;
import dev.revoker.resilience.NextStep.PlannedCall;
import dev.revoker.resilience.NextStep.Removal;
import dev.revoker.time.Time.Timer;
import io.github.resilience4j.retry.Retry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An admitted request until it has its result. Guarded by the dispatcher's lock. */
final class Task {
  /**
   * Where a task is, with what belongs to that place alone. Legal transitions:
   *
   * <pre>
   * READY       → CALLING (its call or its account's login is made),
   *               PARKED (another task logs in to its account),
   *               READY (its account has no session, another is asked), ENDED
   * PARKED      → READY (the login ended), Resting, BackingOff (the login failed), ENDED
   * CALLING     → READY (a further call is made without delay), WITHDRAWN,
   *               Resting (its probe failed), BackingOff (an attempt is spent),
   *               Remembering (memory is asked), ENDED
   * WITHDRAWN   → ENDED (its call in flight was answered)
   * Resting     → READY (no other task is left to probe, or the API is up), ENDED
   * BackingOff  → READY (the delay is over), ENDED
   * Remembering → ENDED
   * </pre>
   */
  sealed interface Phase {
    /** The phases that are no more than a name. */
    enum Plain implements Phase {
      READY,
      PARKED,
      CALLING,
      /** Withdrawn while its call is in flight; it makes no further call. */
      WITHDRAWN,
      ENDED
    }

    /**
     * Its probe failed.
     *
     * @param since the gate's era in which the rest began
     * @param over ends the rest; null if only the gate does
     */
    record Resting(ApiGate.Era since, @Nullable Timer over) implements Phase {}

    /**
     * An attempt failed.
     *
     * @param over ends the back-off
     */
    record BackingOff(Timer over) implements Phase {}

    /**
     * The API said that there is no such key.
     *
     * @param ifUnknown the result unless memory knows another
     */
    record Remembering(NextStep.End ifUnknown) implements Phase {}

    private boolean leadsTo(Phase to) {
      if (to == Plain.ENDED) {
        return this != Plain.ENDED;
      }
      return switch (this) {
        case Plain.READY -> to == Plain.READY || to == Plain.CALLING || to == Plain.PARKED;
        case Plain.PARKED -> to == Plain.READY || to instanceof Resting || to instanceof BackingOff;
        case Plain.CALLING -> to != Plain.CALLING && to != Plain.PARKED;
        case Resting resting -> to == Plain.READY;
        case BackingOff backingOff -> to == Plain.READY;
        case Remembering remembering -> false;
        case Plain.WITHDRAWN, Plain.ENDED -> false;
      };
    }

    private @Nullable Timer timer() {
      return switch (this) {
        case Resting resting -> resting.over();
        case BackingOff backingOff -> backingOff.over();
        case Plain plain -> null;
        case Remembering remembering -> null;
      };
    }
  }

  final Request.Valid request;
  final RequestProcessor.Caller caller;
  final int lane;

  private final Backoff backoff;
  private Phase phase = Phase.Plain.READY;
  private PlannedCall next;

  /** The attempts of the next call. Each account and each login with the key has its own. */
  private Retry.AsyncContext<ApiAnswer> attempts;

  /** How many attempts were made, probes and throttled ones included. */
  private int attemptsMade;

  /** How many of them may have removed the key without saying so. */
  private int uncertainAttempts;

  /** The status of the last answer to an attempt. */
  private @Nullable Integer lastStatus;

  /** How the request would have ended without its later calls. */
  private final List<PassedOver> passedOver = new ArrayList<>();

  /** An attempt was answered with 204. */
  private boolean removed;

  /** Whose session that attempt used; null if it was no account's. */
  private @Nullable String removedBy;

  // What logins with the key showed.
  private @Nullable String checkedAs;
  private Login before = Login.UNTRIED;
  private Login after = Login.UNTRIED;
  private int acceptedAfter;
  private int throttledLogins;
  private @Nullable Instant checkedAt;

  /** The sessions that these logins opened. The first one is kept for a removal. */
  private final List<Secret> keySessions = new ArrayList<>();

  /** The secrets that the API was sent for this task, and so could write back. */
  private final List<Secret> secrets = new ArrayList<>();

  TaskQueues.Hold hold = TaskQueues.Hold.NONE;

  /** Ends the task at its {@code not_after}. */
  @Nullable Timer expiry;

  Task(
      Request.Valid request,
      RequestProcessor.Caller caller,
      int lane,
      PlannedCall first,
      Backoff backoff) {
    this.request = request;
    this.caller = caller;
    this.lane = lane;
    this.backoff = backoff;
    this.attempts = backoff.begin();
    this.next = first;
    this.checkedAs = first instanceof KeyLogin login ? login.username() : null;
    secrets.add(request.key());
    if (request.apiToken() != null) {
      secrets.add(request.apiToken());
    }
  }

  // ---- its phase

  Phase phase() {
    return phase;
  }

  /**
   * The one place where a task changes its phase.
   *
   * @throws IllegalStateException on a transition that the table does not have: a bug
   */
  void moveTo(Phase to) {
    if (!phase.leadsTo(to)) {
      throw new IllegalStateException("a task cannot go from " + phase + " to " + to);
    }
    Timer timer = phase.timer();
    if (timer != null) {
      timer.cancel();
    }
    phase = to;
    if (to == Phase.Plain.ENDED && expiry != null) {
      expiry.cancel();
      expiry = null;
    }
  }

  /** Whether its call, or its account's login, is in flight. */
  boolean callInFlight() {
    return phase == Phase.Plain.CALLING || phase == Phase.Plain.WITHDRAWN;
  }

  /** How the request ends if nothing more is answered; null while a call must still decide. */
  NextStep.@Nullable End known() {
    return phase instanceof Phase.Remembering remembering ? remembering.ifUnknown() : next.known();
  }

  // ---- its calls

  /** The call that it makes next. */
  PlannedCall next() {
    return next;
  }

  /** Another account, or a login with the key, has its own attempts. */
  void plan(PlannedCall call) {
    if (!call.again().equals(next.again())) {
      attempts.onComplete();
      attempts = backoff.begin();
    }
    if (call instanceof KeyLogin login && !login.username().equals(checkedAs)) {
      before = Login.UNTRIED;
      checkedAs = login.username();
    }
    next = call;
  }

  /** The same call once more, with the attempts that it has left. */
  void planAgain(PlannedCall same) {
    next = same;
  }

  /** The delay before the same call is made again, or -1 if its attempts are spent. */
  long delayMs(ApiAnswer answer) {
    return attempts.onResult(answer);
  }

  /** An answer has decided, for Resilience4j's own count. */
  void decided() {
    attempts.onComplete();
  }

  void passOver(NextStep.End end) {
    passedOver.add(new PassedOver(next.account(), end));
  }

  List<PassedOver> passedOver() {
    return passedOver;
  }

  /** A call of its own, not a login for its account, was started. */
  void started(PlannedCall call) {
    attemptsMade += call.isAttempt() ? 1 : 0;
  }

  /** That call was answered. */
  void answered(PlannedCall call, ApiAnswer answer, Instant now) {
    next = call.again();
    switch (call) {
      case Removal removal -> {
        uncertainAttempts += answer.uncertain() ? 1 : 0;
        lastStatus = answer.httpStatus() == null ? lastStatus : answer.httpStatus();
        if (answer instanceof ApiAnswer.Done) {
          removed = true;
          removedBy = removal.account();
        }
      }
      case KeyLogin.Before login -> before = keyLogin(answer, now);
      case KeyLogin.After login -> {
        after = keyLogin(answer, now);
        acceptedAfter += after == Login.ACCEPTED ? 1 : 0;
      }
    }
  }

  private Login keyLogin(ApiAnswer answer, Instant now) {
    checkedAt = now;
    throttledLogins += answer instanceof ApiAnswer.Throttled ? 1 : 0;
    if (answer instanceof ApiAnswer.Session session) {
      keySessions.add(session.apiToken());
      hide(session.apiToken());
    }
    return KeyLogin.shownBy(answer);
  }

  int uncertainAttempts() {
    return uncertainAttempts;
  }

  boolean removed() {
    return removed;
  }

  /** The user that the key logs in as; null if no login with the key was planned. */
  @Nullable String checkedAs() {
    return checkedAs;
  }

  /** How many logins with the key the API answered with a 429. */
  int throttledLogins() {
    return throttledLogins;
  }

  int acceptedAfter() {
    return acceptedAfter;
  }

  /** The session of the login before the first removal; null unless the API accepted it. */
  @Nullable Secret keySession() {
    return before == Login.ACCEPTED ? keySessions.getFirst() : null;
  }

  /** All sessions that logins with the key opened. They must be closed when the task ends. */
  List<Secret> keySessions() {
    return keySessions;
  }

  // ---- what is shown of it

  /** From now on {@link #shown} redacts this secret too. */
  void hide(Secret secret) {
    if (!secrets.contains(secret)) {
      secrets.add(secret);
    }
  }

  /** The text without secrets, cut to the length that results have. */
  String shown(String text) {
    return Redactor.of(secrets.toArray(Secret[]::new)).redact(text);
  }

  ResultError shown(ResultError error) {
    return new ResultError(shown(error.type()), shown(error.comment()));
  }

  /**
   * The result of an ended task, which does not change any more. Not under the lock: redacting a
   * long comment takes long.
   */
  Result result(NextStep.End end, Instant completedAt) {
    ResultError error = end.error() == null ? null : shown(end.error());
    if (error != null && end.outcome() == Outcome.NOT_FOUND && uncertainAttempts > 0) {
      // Before the API's comment, which may be as long as a comment may be.
      error = new ResultError(error.type(), mayHaveRemoved() + error.comment());
    }
    return new Result(
        request,
        end.outcome(),
        end.keyState(),
        removedBy == null ? request.echo().account() : removedBy,
        lastStatus,
        error,
        attemptsMade,
        uncertainAttempts,
        verification(end, completedAt),
        end.revokedBy(),
        completedAt);
  }

  private @Nullable Verification verification(NextStep.End end, Instant completedAt) {
    if (checkedAs == null) {
      return null;
    }
    // The login was accepted once after a 204 and not repeated: the check is not complete.
    boolean unfinished = end.outcome() == Outcome.REVOKED && after == Login.ACCEPTED;
    return new Verification(
        checkedAs,
        before,
        unfinished ? Login.UNTRIED : after,
        checkedAt == null ? completedAt : checkedAt);
  }

  private String mayHaveRemoved() {
    return uncertainAttempts == 1
        ? "1 attempt before may have removed the key; the API's comment: "
        : String.format(
            Locale.ROOT,
            "%d attempts before may have removed the key; the API's comment: ",
            uncertainAttempts);
  }
}
