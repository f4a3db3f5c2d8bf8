package dev.revoker.resilience;

import dev.revoker.model.RevokedBy;
import dev.revoker.resilience.NextStep.CallOutcome;
import dev.revoker.resilience.Task.Phase.BackingOff;
import dev.revoker.resilience.Task.Phase.Plain;
import dev.revoker.resilience.Task.Phase.Remembering;
import dev.revoker.resilience.Task.Phase.Resting;
import dev.revoker.time.Time;
import dev.revoker.time.Time.Timer;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Applies what {@link AnswerPolicy} decides, and what ends a task before its next call: a
 * withdrawal, {@code not_after}, {@code hold.max.ms}. Guarded by the dispatcher's lock.
 */
final class TaskSteps {
  private final ApiGate gate;
  private final TaskQueues queues;
  private final WaitLimits limits;
  private final RevocationMemory memory;
  private final Time time;
  private final Consumer<Runnable> locked;
  private final Consumer<Runnable> afterUnlock;

  /** The gate's era of the last event. */
  private ApiGate.Era seenEra;

  /**
   * Shares the dispatcher's parts.
   *
   * @param locked runs an event under the lock
   * @param afterUnlock runs an action once the lock is released
   */
  TaskSteps(
      ApiGate gate,
      TaskQueues queues,
      WaitLimits limits,
      RevocationMemory memory,
      Time time,
      Consumer<Runnable> locked,
      Consumer<Runnable> afterUnlock) {
    this.gate = gate;
    this.seenEra = gate.era();
    this.queues = queues;
    this.limits = limits;
    this.memory = memory;
    this.time = time;
    this.locked = locked;
    this.afterUnlock = afterUnlock;
  }

  // ---- what begins and ends a task

  void admit(Task task) {
    queues.admit(task);
    limits.watchExpiry(task, this::expire);
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
    if (limits.hasExpired(task)) {
      expire(task);
      return true;
    }
    return false;
  }

  void expire(Task task) {
    endWith(task, AnswerPolicy.expired(task));
  }

  // ---- what is due

  /** Before calls are started: ends and wakes those whose wait is over. */
  void runDue() {
    wakeResting();
    endChecks();
    limits
        .heldTooLong(queues.held())
        .forEach(task -> endWith(task, AnswerPolicy.heldTooLong(task)));
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

  // ---- what was decided

  /**
   * Only a call's answer leads to a retry or to a wait for the API; other steps have no outcome.
   */
  void apply(Task task, NextStep step, @Nullable CallOutcome outcome) {
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
    if (fingerprint == null || task.phase() == Plain.WITHDRAWN || limits.hasExpired(task)) {
      queues.end(task, ifUnknown);
      return;
    }
    queues.remember(task, new Remembering(ifUnknown));
    afterUnlock.accept(
        () ->
            memory.find(
                fingerprint, revokedBy -> locked.accept(() -> remembered(task, revokedBy))));
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
    Timer over = time.after(delayMs, () -> locked.accept(() -> backoffOver(task)));
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
    Timer over =
        gate.probing()
            ? time.after(gate.openWaitMs(), () -> locked.accept(() -> restOver(task)))
            : null;
    queues.rest(task, new Resting(gate.era(), over));
  }

  private void restOver(Task task) {
    if (restsSinceThisEra(task)) {
      queues.last(task);
      gate.probeAnew();
    }
  }
}
