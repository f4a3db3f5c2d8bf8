package dev.revoker.resilience;

import dev.revoker.api.Api;
import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.model.RevokedBy;
import dev.revoker.model.Secret;
import dev.revoker.resilience.AnswerPolicy.CallOutcome;
import dev.revoker.resilience.AnswerPolicy.NextStep;
import dev.revoker.resilience.ApiGate.Permit;
import dev.revoker.resilience.LoginCoordinator.Session;
import dev.revoker.resilience.Task.Phase;
import dev.revoker.time.Time;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts every call that may be made now, the most urgent first, and applies what {@link
 * AnswerPolicy} decides about the answer. Independent of the kind of call: each task has its next
 * {@link PlannedCall}. Guarded by the dispatcher's lock; the calls themselves are made outside it.
 */
final class CallScheduler {
  /** Receives a call's answer under the lock, with whether a failure spends an attempt. */
  private interface OnAnswer {
    void accept(ApiAnswer answer, boolean spendsAttempt);
  }

  private final int lanes;
  private final Api api;
  private final CallPermits permits;
  private final ApiGate gate;
  private final TaskQueues queues;
  private final WaitLimits limits;
  private final LoginCoordinator logins;
  private final RevocationMemory memory;
  private final Dispatcher.Listener listener;
  private final Time time;
  private final Consumer<Runnable> locked;
  private final Consumer<Runnable> afterUnlock;

  /**
   * Shares the dispatcher's parts.
   *
   * @param locked runs an event under the lock
   * @param afterUnlock runs an action once the lock is released
   */
  CallScheduler(
      int lanes,
      Api api,
      CallPermits permits,
      ApiGate gate,
      TaskQueues queues,
      WaitLimits limits,
      LoginCoordinator logins,
      RevocationMemory memory,
      Dispatcher.Listener listener,
      Time time,
      Consumer<Runnable> locked,
      Consumer<Runnable> afterUnlock) {
    this.lanes = lanes;
    this.api = api;
    this.permits = permits;
    this.gate = gate;
    this.queues = queues;
    this.limits = limits;
    this.logins = logins;
    this.memory = memory;
    this.listener = listener;
    this.time = time;
    this.locked = locked;
    this.afterUnlock = afterUnlock;
  }

  void admit(Task task) {
    queues.admit(task);
    limits.watchExpiry(task, this::expire);
  }

  /** Ends a task whose key is protected. It never waits, and no call is made. */
  void refuseProtected(Task task) {
    queues.end(task, AnswerPolicy.protectedKey());
  }

  /**
   * Withdraws a task: at once, or when its call in flight is answered. A task with a known result
   * ends with it, so that no other worker repeats its calls.
   */
  void withdraw(Task task) {
    switch (task.phase()) {
      case CALLING -> task.withdrawn = true;
      case READY, PARKED, RESTING, BACKING_OFF, REMEMBERING -> withdrawNow(task);
      case ENDED -> {}
    }
  }

  private void withdrawNow(Task task) {
    if (task.known == null) {
      queues.withdrawn(task);
    } else {
      end(task, task.known);
    }
  }

  // ---- starting calls

  /** Does what is due by now, then starts all calls that may be made. */
  void run() {
    wakeResting();
    limits
        .heldTooLong(queues.held())
        .forEach(task -> queues.end(task, AnswerPolicy.heldTooLong(task)));
    startCalls();
    limits.armHoldTimer(queues.held());
  }

  private void startCalls() {
    for (int lane = 0; lane < lanes; lane++) {
      for (Task head = queues.peek(lane);
          head != null && permits.slotFree(lane);
          head = queues.peek(lane)) {
        if (!start(head)) {
          // What stops this task stops less urgent tasks too.
          return;
        }
      }
    }
  }

  /**
   * Moves the head of a queue on. The account's session is looked at before any permit, so that an
   * account in trouble uses up nothing that all accounts share.
   *
   * @return false if the task's call cannot be made now
   */
  private boolean start(Task task) {
    if (limits.hasExpired(task)) {
      expire(task);
      return true;
    }
    String account = task.next().account();
    if (account == null) {
      return makeNext(task, null, false);
    }
    return switch (logins.session(account)) {
      case Session.Open open -> makeNext(task, open.apiToken(), open.renewable());
      case Session.None.CLOSED -> logIn(task, account);
      case Session.None.LOGGING_IN -> {
        queues.park(task);
        logins.await(task, account);
        yield true;
      }
      case Session.Refused refused -> {
        queues.end(task, AnswerPolicy.sessionFailed(refused.error()));
        yield true;
      }
    };
  }

  private boolean makeNext(Task task, @Nullable Secret accountToken, boolean renewable) {
    Permit permit = permits.tryAcquire(task.lane);
    if (permit == null) {
      return false;
    }
    PlannedCall call = task.next();
    task.started(call);
    if (accountToken != null) {
      task.hide(accountToken);
    }
    make(
        task,
        permit,
        call.toApiCall(task.request, accountToken),
        (answer, spendsAttempt) -> {
          task.answered(call, answer);
          String account = call.account();
          if (account != null
              && accountToken != null
              && answer.means(ApiAnswer.Refusal.TOKEN_REJECTED)) {
            logins.rejected(account, accountToken);
          }
          CallOutcome outcome =
              new CallOutcome(call, answer, permit.probe(), spendsAttempt, renewable);
          apply(task, AnswerPolicy.next(task, outcome), outcome);
        });
    return true;
  }

  private boolean logIn(Task task, String account) {
    Permit permit = permits.tryAcquire(task.lane);
    if (permit == null) {
      return false;
    }
    make(
        task,
        permit,
        new ApiCall.Login(logins.start(task, account)),
        (answer, spendsAttempt) -> {
          afterLogin(
              task,
              account,
              new CallOutcome(task.next(), answer, permit.probe(), spendsAttempt, true));
          afterUnlock.accept(() -> listener.loggedIn(account, AnswerPolicy.loginWord(answer)));
        });
    return true;
  }

  private void afterLogin(Task leader, String account, CallOutcome outcome) {
    List<Task> waiters = logins.ended(leader, account, outcome);
    leader.note(outcome.answer());
    if (outcome.answer() instanceof ApiAnswer.Session) {
      // Each to the front, the last one first: they keep their order, behind the leader.
      waiters.reversed().forEach(this::toFront);
      toFront(leader);
      return;
    }
    apply(leader, AnswerPolicy.afterFailedLogin(leader, outcome), outcome);
    for (Task waiter : waiters) {
      // The failed login counts for the waiters too: each would only repeat it.
      waiter.note(outcome.answer());
      apply(waiter, AnswerPolicy.afterFailedLogin(waiter, outcome), outcome);
    }
  }

  /** Makes the call once the lock is released; {@code then} runs under the lock again. */
  private void make(Task task, Permit permit, ApiCall call, OnAnswer then) {
    queues.calling(task);
    afterUnlock.accept(
        () -> {
          long startedNanos = time.nanos();
          api.call(
              call,
              answer -> {
                long tookNanos = time.nanos() - startedNanos;
                locked.accept(
                    () -> {
                      afterUnlock.accept(() -> listener.apiCalled(answer.word(), tookNanos));
                      then.accept(
                          answer,
                          permits.release(task.lane, permit, answer, tookNanos, task::shown));
                    });
              });
        });
  }

  // ---- applying decisions

  private void apply(Task task, NextStep step, CallOutcome outcome) {
    switch (step) {
      case NextStep.End end -> end(task, end);
      case NextStep.Call call -> {
        task.plan(call.next());
        toFront(task);
      }
      case NextStep.Retry retry -> retry(task, retry, outcome.answer());
      case NextStep.AwaitApi await -> awaitApi(task, outcome.probe());
      case NextStep.AskMemory ask -> askMemory(task, ask.ifUnknown());
    }
  }

  private void end(Task task, NextStep.End end) {
    task.attempts.onComplete();
    queues.end(task, end);
  }

  private void askMemory(Task task, NextStep.End ifUnknown) {
    String fingerprint = task.request.echo().keyFingerprint();
    task.known = ifUnknown;
    if (fingerprint == null) {
      end(task, ifUnknown);
      return;
    }
    if (endedMeanwhile(task)) {
      return;
    }
    queues.remember(task);
    afterUnlock.accept(
        () ->
            memory.find(
                fingerprint, revokedBy -> locked.accept(() -> remembered(task, revokedBy))));
  }

  private void remembered(Task task, @Nullable RevokedBy revokedBy) {
    if (task.phase() == Phase.REMEMBERING && task.known != null) {
      end(task, revokedBy == null ? task.known : AnswerPolicy.alreadyRevoked(revokedBy));
    }
  }

  private void toFront(Task task) {
    if (!endedMeanwhile(task)) {
      queues.first(task);
    }
  }

  private void retry(Task task, NextStep.Retry retry, ApiAnswer answer) {
    if (endedMeanwhile(task)) {
      return;
    }
    long delayMs = task.attempts.onResult(answer);
    if (delayMs < 0) {
      end(task, retry.whenSpent());
      return;
    }
    queues.backOff(task);
    task.wake = time.after(delayMs, () -> locked.accept(() -> backoffOver(task)));
  }

  private void backoffOver(Task task) {
    if (task.phase() == Phase.BACKING_OFF) {
      queues.first(task);
    }
  }

  /** A task whose probe failed rests, so that another task makes the next probe. */
  private void awaitApi(Task task, boolean probe) {
    if (endedMeanwhile(task)) {
      return;
    }
    if (!probe) {
      queues.last(task);
      return;
    }
    queues.rest(task);
    task.restsSinceEra = gate.era();
    if (gate.probing()) {
      // It may be the only task. Then it probes again, in a new round.
      task.wake = time.after(gate.openWaitMs(), () -> locked.accept(() -> restOver(task)));
    }
  }

  private void restOver(Task task) {
    if (task.phase() == Phase.RESTING && task.restsSinceEra == gate.era()) {
      queues.last(task);
      gate.probeAnew();
    }
  }

  /**
   * Ends rests where the API is up, or where no other task is left that could probe it. So an
   * urgent task whose probe always fails is not the only one that is ever tried.
   */
  private void wakeResting() {
    if (queues.resting().isEmpty()) {
      return;
    }
    if (gate.apiUp()) {
      List.copyOf(queues.resting()).reversed().forEach(queues::first);
    } else if (gate.lacksProbes() && queues.ready() == 0) {
      queues.resting().stream()
          .filter(task -> task.restsSinceEra < gate.era())
          .toList()
          .forEach(queues::last);
    }
  }

  /** Whether the task was withdrawn or has expired while its call was in flight. */
  private boolean endedMeanwhile(Task task) {
    if (task.withdrawn) {
      withdrawNow(task);
      return true;
    }
    if (limits.hasExpired(task)) {
      expire(task);
      return true;
    }
    return false;
  }

  private void expire(Task task) {
    end(task, task.known == null ? AnswerPolicy.expired(task) : task.known);
  }
}
