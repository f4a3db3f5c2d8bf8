package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.api.Sessions;
import dev.revoker.model.KeyState;
import dev.revoker.model.Outcome;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import dev.revoker.resilience.Task.Phase;
import dev.revoker.time.Time;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The course of a task: what an answer leads to, and with that every retry decision, is decided
 * here. Guarded by the dispatcher's lock.
 */
final class Course {
  private final Gate gate;
  private final ReadyQueues ready;
  private final Holds holds;
  private final Moves moves;
  private final Deadlines deadlines;
  private final Sessions sessions;
  private final Time time;
  private final Consumer<Runnable> locked;

  /**
   * Shares the dispatcher's parts.
   *
   * @param locked runs a timer's event under the lock
   */
  Course(
      Gate gate,
      ReadyQueues ready,
      Holds holds,
      Moves moves,
      Deadlines deadlines,
      Sessions sessions,
      Time time,
      Consumer<Runnable> locked) {
    this.gate = gate;
    this.ready = ready;
    this.holds = holds;
    this.moves = moves;
    this.deadlines = deadlines;
    this.sessions = sessions;
    this.time = time;
    this.locked = locked;
  }

  void admit(Task task) {
    moves.admit(task);
    deadlines.watch(task);
  }

  /** Ends a task whose key is protected. It never waits, and the API is not called. */
  void refuseProtected(Task task) {
    moves.end(
        task,
        Outcome.REFUSED,
        KeyState.ASSUMED_ACTIVE,
        new ResultError(
            ResultError.PROTECTED_KEY,
            "the key is protected: a configured account logs in with it, or"
                + " protected.fingerprints names it; the API was not called"));
  }

  /** Takes a task back: at once, or with the call that is under way. */
  void withdraw(Task task) {
    switch (task.phase()) {
      case CALLING -> task.withdrawn = true;
      case READY, PARKED, RESTING, BACKING_OFF -> moves.withdrawn(task);
      case ENDED -> {}
    }
  }

  /** Ends the tasks whose longest hold is over. */
  void endOverHeld() {
    for (Task task : holds.over()) {
      moves.end(
          task,
          Outcome.UNAVAILABLE,
          task.keyStateIfNotRemoved(),
          new ResultError(
              ResultError.API_UNAVAILABLE, "held for hold.max.ms while the API took no calls"));
    }
  }

  /**
   * Those who rest go on where the API is back, or no other is left to probe it: so an urgent
   * request that fails alone, and always, is not all that is ever tried.
   */
  void endRests() {
    if (ready.resting().isEmpty()) {
      return;
    }
    if (gate.apiUp()) {
      List.copyOf(ready.resting()).reversed().forEach(moves::first);
    } else if (gate.lacksProbes() && ready.size() == 0) {
      ready.resting().stream()
          .filter(task -> task.restsSinceEra < gate.era())
          .toList()
          .forEach(moves::last);
    }
  }

  /**
   * A remove_api_key ended.
   *
   * @param account whose session it was called with, or null for the caller's own token
   */
  void afterRemoval(
      Task task, @Nullable String account, Secret token, boolean renewable, Reply reply) {
    ApiAnswer answer = reply.answer();
    task.uncertainCalls += Judge.uncertain(answer) ? 1 : 0;
    Verdict verdict =
        Judge.removal(answer, renewable && account != null && task.rejectedTokens == 0);
    if (account != null && Judge.tokenRejected(answer)) {
      sessions.rejected(account, token);
    }
    task.rejectedTokens = verdict instanceof Verdict.RenewSession ? 1 : 0;
    next(task, verdict, reply);
  }

  /** Does what the verdict says. The task is in a call, or parked for one. */
  void next(Task task, Verdict verdict, Reply reply) {
    note(task, reply.answer());
    switch (verdict) {
      case Verdict.End end -> {
        task.attempts.onComplete();
        moves.end(task, end.outcome(), end.keyState(), end.error());
      }
      case Verdict.RenewSession renew -> again(task);
      case Verdict.Throttled throttled -> again(task);
      case Verdict.MayPass mayPass when reply.spends() -> spendAttempt(task, reply.answer());
      case Verdict.MayPass mayPass -> hold(task, reply.probe());
    }
  }

  /** The task goes on with its next call as soon as there may be one. */
  void again(Task task) {
    if (!endedOtherwise(task)) {
      moves.first(task);
    }
  }

  /** Of the last answer, whatever came of it. */
  static void note(Task task, ApiAnswer answer) {
    if (answer.httpStatus() != null) {
      task.lastStatus = answer.httpStatus();
    }
  }

  /** While the API is down no attempt is spent, and the next probe is another's. */
  private void hold(Task task, boolean probe) {
    if (endedOtherwise(task)) {
      return;
    }
    if (!probe) {
      moves.last(task);
      return;
    }
    moves.rest(task);
    task.restsSinceEra = gate.era();
    if (gate.probing()) {
      // If it is alone, it must leave room for one that may tell that the API is up but for it.
      task.wake = time.after(gate.openWaitMs(), () -> locked.accept(() -> restOver(task)));
    }
  }

  private void restOver(Task task) {
    if (task.phase() == Phase.RESTING && task.restsSinceEra == gate.era()) {
      moves.last(task);
      gate.probeAnew();
    }
  }

  private void spendAttempt(Task task, ApiAnswer answer) {
    if (endedOtherwise(task)) {
      return;
    }
    long delayMs = task.attempts.onResult(answer);
    if (delayMs < 0) {
      task.attempts.onComplete();
      moves.end(
          task,
          Outcome.UNAVAILABLE,
          task.keyStateIfNotRemoved(),
          new ResultError(
              ResultError.API_UNAVAILABLE,
              "the attempts are spent; the last ended with " + Judge.describe(answer)));
      return;
    }
    moves.backOff(task);
    task.wake = time.after(delayMs, () -> locked.accept(() -> backoffOver(task)));
  }

  private void backoffOver(Task task) {
    if (task.phase() == Phase.BACKING_OFF) {
      moves.first(task);
    }
  }

  private boolean endedOtherwise(Task task) {
    if (task.withdrawn) {
      moves.withdrawn(task);
      return true;
    }
    return deadlines.ended(task);
  }
}
