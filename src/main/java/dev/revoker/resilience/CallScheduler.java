package dev.revoker.resilience;

import dev.revoker.api.Api;
import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.message.Redactor;
import dev.revoker.model.Secret;
import dev.revoker.resilience.ApiGate.Permit;
import dev.revoker.resilience.LoginCoordinator.Session;
import dev.revoker.resilience.NextStep.CallOutcome;
import dev.revoker.resilience.NextStep.PlannedCall;
import dev.revoker.time.Time;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Starts every call that may be made now, the most urgent first, and passes each answer to {@link
 * TaskSteps}. Independent of the kind of call: each task has its next {@link PlannedCall}. Guarded
 * by the dispatcher's lock; the calls themselves are made outside it.
 */
final class CallScheduler {
  /** Receives a call's answer under the lock, with whether a failure spends an attempt. */
  private interface OnAnswer {
    void accept(ApiAnswer answer, boolean spendsAttempt);
  }

  private final Api api;
  private final CallPermits permits;
  private final ApiGate gate;
  private final TaskQueues queues;
  private final LoginCoordinator logins;
  private final TaskSteps steps;
  private final Dispatcher.Listener listener;
  private final Time time;
  private final EventLock lock;

  CallScheduler(
      Api api,
      CallPermits permits,
      ApiGate gate,
      TaskQueues queues,
      LoginCoordinator logins,
      TaskSteps steps,
      Dispatcher.Listener listener,
      Time time,
      EventLock lock) {
    this.api = api;
    this.permits = permits;
    this.gate = gate;
    this.queues = queues;
    this.logins = logins;
    this.steps = steps;
    this.listener = listener;
    this.time = time;
    this.lock = lock;
  }

  /** Does what is due by now, then starts all calls that may be made. */
  void run() {
    steps.runDue();
    startCalls();
    queues.armHoldTimer();
  }

  private void startCalls() {
    for (int lane = 0; lane < queues.lanes(); lane++) {
      if (!logOutKeys(lane)) {
        return;
      }
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
    if (steps.endIfExpired(task)) {
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
        steps.withoutSession(task, refused.error());
        yield true;
      }
    };
  }

  /**
   * Closes the sessions that logins with keys opened, before the lane's next requests, so that they
   * do not add up. It is tried once: a session ends by itself when it is idle for an hour.
   *
   * @return false if no call can be made now
   */
  private boolean logOutKeys(int lane) {
    Deque<Secret> tokens = queues.sessionsToClose(lane);
    while (!tokens.isEmpty() && gate.apiUp() && permits.slotFree(lane)) {
      Permit permit = permits.tryAcquire(lane);
      if (permit == null) {
        return false;
      }
      Secret token = tokens.removeFirst();
      make(
          lane,
          permit,
          new ApiCall.Logout(token),
          text -> Redactor.of(token).redact(text),
          (answer, spendsAttempt) -> {
            // Not repeated after a 429 either, which would hold every other call back again.
          });
    }
    return true;
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
    queues.calling(task);
    make(
        task.lane,
        permit,
        call.toApiCall(task.request, accountToken),
        task::shown,
        (answer, spendsAttempt) -> {
          String account = call.account();
          if (account != null
              && accountToken != null
              && answer.means(ApiAnswer.Refusal.TOKEN_REJECTED)) {
            logins.rejected(account, accountToken);
          }
          steps.answered(
              task, new CallOutcome(call, answer, permit.probe(), spendsAttempt, renewable));
        });
    return true;
  }

  private boolean logIn(Task task, String account) {
    Permit permit = permits.tryAcquire(task.lane);
    if (permit == null) {
      return false;
    }
    queues.calling(task);
    make(
        task.lane,
        permit,
        new ApiCall.Login(logins.start(task, account)),
        task::shown,
        (answer, spendsAttempt) -> {
          afterLogin(
              task,
              account,
              new CallOutcome(task.next(), answer, permit.probe(), spendsAttempt, true));
          lock.afterUnlock(() -> listener.loggedIn(account, LoginCoordinator.loginWord(answer)));
        });
    return true;
  }

  private void afterLogin(Task leader, String account, CallOutcome outcome) {
    List<Task> waiters = logins.ended(leader, account, outcome.answer());
    if (outcome.answer() instanceof ApiAnswer.Session) {
      // Each waiter goes to the front, the last one first: the waiters keep their order, behind the
      // leader.
      waiters.reversed().forEach(steps::toFront);
      steps.toFront(leader);
      return;
    }
    steps.loginFailed(leader, outcome);
    // The failed login counts for the waiters too: each of them would only repeat the login.
    waiters.forEach(waiter -> steps.loginFailed(waiter, outcome));
  }

  /** Makes the call once the lock is released; {@code then} runs under the lock again. */
  private void make(
      int lane, Permit permit, ApiCall call, UnaryOperator<String> shown, OnAnswer then) {
    lock.afterUnlock(
        () -> {
          long startedNanos = time.nanos();
          api.call(
              call,
              answer -> {
                long tookNanos = time.nanos() - startedNanos;
                lock.run(
                    () -> {
                      lock.afterUnlock(() -> listener.apiCalled(answer.word(), tookNanos));
                      then.accept(answer, permits.release(lane, permit, answer, tookNanos, shown));
                    });
              });
        });
  }
}
