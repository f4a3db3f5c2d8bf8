package dev.revoker.resilience;

import dev.revoker.model.Result.RevokedBy;
import dev.revoker.model.ResultError;
import dev.revoker.resilience.NextStep.CallOutcome;
import dev.revoker.resilience.Task.Phase.BackingOff;
import dev.revoker.resilience.Task.Phase.Plain;
import dev.revoker.resilience.Task.Phase.Remembering;
import dev.revoker.resilience.Task.Phase.Resting;
import dev.revoker.time.Time;
import dev.revoker.time.Time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Applies what {@link AnswerPolicy} decides of an answer, and ends a task before its next call:
 * after a withdrawal, {@code not_after} or {@code hold.max.ms}. Guarded by the dispatcher's lock.
 */
final class TaskSteps {
  /**
   * No timer for a {@code not_after} is set further ahead; when it fires, the time is checked
   * again.
   */
  private static final Duration LONGEST_TIMER = Duration.ofDays(1);

  private final AnswerPolicy policy;
  private final ApiGate gate;
  private final TaskQueues queues;
  private final Dispatcher.Memory memory;
  private final Time time;
  private final EventLock lock;

  /** The gate's era of the last event. */
  private ApiGate.Era seenEra;

  TaskSteps(
      AnswerPolicy policy,
      ApiGate gate,
      TaskQueues queues,
      Dispatcher.Memory memory,
      Time time,
      EventLock lock) {
    this.policy = policy;
    this.gate = gate;
    this.seenEra = gate.era();
    this.queues = queues;
    this.memory = memory;
    this.time = time;
    this.lock = lock;
  }

  // ---- what begins and ends a task

  void admit(Task task) {
    queues.admit(task);
    watchExpiry(task);
  }

  /** Ends a task whose key is protected. The task never waits, and no call is made. */
  void refuseProtected(Task task) {
    queues.end(task, AnswerPolicy.protectedKey());
  }

  /**
   * Withdraws a task: at once, or when its call in flight is answered. A task with a known result
   * ends with it, so that no other worker repeats its calls.
   */
  void withdraw(Task task) {
    if (task.phase() == Plain.CALLING) {
      queues.withdrawWhenAnswered(task);
    } else if (!task.callInFlight()) {
      withdrawNow(task);
    }
  }

  private void withdrawNow(Task task) {
    if (!endAsKnown(task)) {
      queues.withdraw(task);
    }
  }

  private void endWith(Task task, NextStep.End unlessKnown) {
    if (!endAsKnown(task)) {
      queues.end(task, unlessKnown);
    }
  }

  /** Ends the task if its result is known without a further call. */
  private boolean endAsKnown(Task task) {
    NextStep.End known = task.known();
    if (known != null) {
      queues.end(task, known);
    }
    return known != null;
  }

  /** Whether the task was withdrawn or has expired while its call was in flight. */
  private boolean endedMeanwhile(Task task) {
    if (task.phase() == Plain.WITHDRAWN) {
      withdrawNow(task);
      return true;
    }
    return endIfExpired(task);
  }

  /** Ends the task if its {@code not_after} has passed. */
  boolean endIfExpired(Task task) {
    boolean expired = hasExpired(task);
    if (expired) {
      endWith(task, AnswerPolicy.expired(task));
    }
    return expired;
  }

  /** By the wall clock, which may have been set since the timer was. */
  private boolean hasExpired(Task task) {
    Instant notAfter = task.request.notAfter();
    return notAfter != null && !time.now().isBefore(notAfter);
  }

  private void watchExpiry(Task task) {
    Instant notAfter = task.request.notAfter();
    if (notAfter != null) {
      Duration left = Duration.between(time.now(), notAfter);
      long delayMs = (left.compareTo(LONGEST_TIMER) > 0 ? LONGEST_TIMER : left).toMillis() + 1;
      task.expiry = lock.runAfter(delayMs, () -> expiryDue(task));
    }
  }

  private void expiryDue(Task task) {
    if (task.phase() == Plain.ENDED) {
      return;
    }
    if (!hasExpired(task)) {
      watchExpiry(task);
    } else if (!task.callInFlight()) {
      // The answer of a call in flight may still decide. Before any further call not_after is
      // checked again.
      endIfExpired(task);
    }
  }

  // ---- what is due

  /** Before calls are started: ends and wakes those whose wait is over. */
  void runDue() {
    wakeResting();
    endChecks();
    queues.heldTooLong().forEach(task -> endWith(task, AnswerPolicy.heldTooLong(task)));
  }

  /** Ends the tasks that wait for a check when the breaker opens. */
  private void endChecks() {
    if (seenEra != gate.era()) {
      seenEra = gate.era();
      if (gate.isOpen()) {
        queues.held().toList().forEach(this::endAsKnown);
      }
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
          .filter(task -> !restsSinceThisEra(task))
          .toList()
          .forEach(queues::last);
    }
  }

  private boolean restsSinceThisEra(Task task) {
    return task.phase() instanceof Resting rest && rest.since() == gate.era();
  }

  // ---- what is decided

  /** The task's own call was answered. */
  void answered(Task task, CallOutcome outcome) {
    task.answered(outcome.call(), outcome.answer(), time.now());
    apply(task, policy.next(task, outcome), outcome);
  }

  /** A login that the task made, or waited for, gave no session. */
  void loginFailed(Task task, CallOutcome outcome) {
    apply(task, policy.afterFailedLogin(task, outcome), outcome);
  }

  /** The account of the task's next call has no session now, and no login is made. */
  void withoutSession(Task task, ResultError error) {
    apply(task, policy.withoutSession(task, error), null);
  }

  /**
   * Only a call's answer leads to a retry or to a wait for the API; other steps have no outcome.
   */
  private void apply(Task task, NextStep step, @Nullable CallOutcome outcome) {
    switch (step) {
      case NextStep.End end -> {
        task.decided();
        queues.end(task, end);
      }
      case NextStep.AskMemory ask -> {
        task.decided();
        askMemory(task, ask.ifUnknown());
      }
      case NextStep.Call call -> {
        if (call.passedOver() != null) {
          task.passOver(call.passedOver());
        }
        task.plan(call.next());
        toFront(task);
      }
      case NextStep.Retry retry -> retry(task, retry, Objects.requireNonNull(outcome));
      case NextStep.AwaitApi await -> awaitApi(task, Objects.requireNonNull(outcome).probe());
    }
  }

  private void askMemory(Task task, NextStep.End ifUnknown) {
    String fingerprint = task.request.echo().keyFingerprint();
    // The API's answer is known, so a withdrawal and not_after only end the wait for memory.
    if (fingerprint == null || task.phase() == Plain.WITHDRAWN || hasExpired(task)) {
      queues.end(task, ifUnknown);
      return;
    }
    queues.remember(task, new Remembering(ifUnknown));
    lock.afterUnlock(
        () -> memory.find(fingerprint, revokedBy -> lock.run(() -> remembered(task, revokedBy))));
  }

  private void remembered(Task task, @Nullable RevokedBy revokedBy) {
    if (task.phase() instanceof Remembering remembering) {
      queues.end(
          task,
          revokedBy == null ? remembering.ifUnknown() : AnswerPolicy.alreadyRevoked(revokedBy));
    }
  }

  /** A check whose result is known does not wait for the API: a crash could lose the result. */
  void toFront(Task task) {
    if (endedMeanwhile(task)) {
      return;
    }
    if (!gate.isOpen() || !endAsKnown(task)) {
      queues.first(task);
    }
  }

  private void retry(Task task, NextStep.Retry retry, CallOutcome outcome) {
    task.planAgain(retry.same());
    if (endedMeanwhile(task)) {
      return;
    }
    long delayMs = task.delayMs(outcome.answer());
    if (delayMs < 0) {
      apply(task, retry.whenSpent(), outcome);
      return;
    }
    Timer over = lock.runAfter(delayMs, () -> backoffOver(task));
    queues.backOff(task, new BackingOff(over));
  }

  private void backoffOver(Task task) {
    if (task.phase() instanceof BackingOff) {
      toFront(task);
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
    // If no other task can probe, this one probes again, in a new round.
    Timer over = gate.probing() ? lock.runAfter(gate.openWaitMs(), () -> restOver(task)) : null;
    queues.rest(task, new Resting(gate.era(), over));
  }

  private void restOver(Task task) {
    if (restsSinceThisEra(task)) {
      queues.last(task);
      gate.probeAnew();
    }
  }
}
