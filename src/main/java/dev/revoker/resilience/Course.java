package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.api.Sessions;
import dev.revoker.message.Scrubber;
import dev.revoker.model.Credentials;
import dev.revoker.model.KeyState;
import dev.revoker.model.Outcome;
import dev.revoker.model.Result;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import dev.revoker.resilience.Task.Phase;
import dev.revoker.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The course of a task: every move between its phases, and with that every retry decision, is made
 * here. Guarded by the dispatcher's lock.
 */
final class Course {
  /** A timer is never set further ahead than this; it looks again. */
  private static final Duration LONGEST_TIMER = Duration.ofDays(1);

  private final Gate gate;
  private final ReadyQueues ready;
  private final Holds holds;
  private final Sessions sessions;
  private final Time time;
  private final Effects effects;
  private final Consumer<Runnable> locked;
  private final Map<String, Queue<Task>> parked = new HashMap<>();
  private final int[] waiting;

  /**
   * Shares the dispatcher's parts.
   *
   * @param locked runs an event of a timer under the lock
   */
  Course(
      int lanes,
      Gate gate,
      ReadyQueues ready,
      Holds holds,
      Sessions sessions,
      Time time,
      Effects effects,
      Consumer<Runnable> locked) {
    this.gate = gate;
    this.ready = ready;
    this.holds = holds;
    this.sessions = sessions;
    this.time = time;
    this.effects = effects;
    this.locked = locked;
    this.waiting = new int[lanes];
  }

  /** In back-off, or waiting for its account's login. */
  int waiting(int lane) {
    return waiting[lane];
  }

  void admit(Task task) {
    holds.began(task);
    ready.addLast(task);
    watchNotAfter(task);
  }

  /** Takes a task back: at once, or with the call that is under way. */
  void withdraw(Task task) {
    switch (task.phase()) {
      case CALLING -> task.withdrawn = true;
      case READY, PARKED, BACKING_OFF -> {
        move(task, Phase.ENDED);
        effects.add(task.caller::withdrawn);
      }
      case ENDED -> {}
    }
  }

  /** The task is about to be called; it was the head of its queue. */
  void called(Task task) {
    ready.removeHead(task.lane);
    move(task, Phase.CALLING);
  }

  /** The task's account is logging in already; it was the head of its queue. */
  void park(Task task, String account) {
    ready.removeHead(task.lane);
    move(task, Phase.PARKED);
    parked.computeIfAbsent(account, a -> new ArrayDeque<>()).add(task);
  }

  /** Whether {@code not_after} has passed, and the task has ended by that. */
  boolean endedByNotAfter(Task task) {
    if (!passed(task.request.notAfter())) {
      return false;
    }
    end(
        task,
        Outcome.EXPIRED,
        task.keyStateIfNotRemoved(),
        new ResultError(ResultError.EXPIRED, "not_after had passed before the key was removed"));
    return true;
  }

  void endedBySession(Task task, ResultError error) {
    end(task, Outcome.SESSION_FAILED, KeyState.ASSUMED_ACTIVE, error);
  }

  /** Ends the tasks whose longest hold is over. */
  void endOverHeld() {
    for (Task task : holds.over()) {
      end(
          task,
          Outcome.UNAVAILABLE,
          task.keyStateIfNotRemoved(),
          new ResultError(
              ResultError.API_UNAVAILABLE, "held for hold.max.ms while the API was down"));
    }
  }

  /**
   * A remove_api_key ended.
   *
   * @param account whose session it was called with, or null for the caller's own token
   */
  void afterRemoval(
      Task task, @Nullable String account, Secret token, boolean renewable, ApiAnswer answer) {
    note(task, answer);
    task.unanswered |= answer instanceof ApiAnswer.NoAnswer;
    Verdict verdict =
        Judge.removal(task, answer, renewable && account != null && task.rejectedTokens == 0);
    if (verdict instanceof Verdict.RenewSession && account != null) {
      task.rejectedTokens++;
      sessions.rejected(account, token);
    } else {
      task.rejectedTokens = 0;
    }
    next(task, verdict, answer);
  }

  /** A login ended, which this task led for all that are parked. */
  void afterLogin(Task leader, String account, ApiAnswer answer) {
    Queue<Task> waiters = parked.remove(account);
    List<Task> all = waiters == null ? List.of() : List.copyOf(waiters);
    if (answer instanceof ApiAnswer.Session session) {
      sessions.opened(account, session.apiToken());
      resume(all);
      leadOn(leader, answer);
      return;
    }
    Verdict verdict = Judge.login(answer);
    if (verdict instanceof Verdict.End end && end.error() != null) {
      ResultError error = scrubbed(end.error(), secretOf(sessions.credentials(account)));
      sessions.refused(account, error);
      verdict = new Verdict.End(end.outcome(), end.keyState(), error);
    } else {
      sessions.loginFailed(account);
    }
    note(leader, answer);
    next(leader, verdict, answer);
    for (Task task : all) {
      if (task.phase() == Phase.PARKED) {
        note(task, answer);
        next(task, verdict, answer);
      }
    }
  }

  private void leadOn(Task leader, ApiAnswer answer) {
    note(leader, answer);
    if (!endedByWithdrawal(leader)) {
      toReady(leader, true);
    }
  }

  private void resume(List<Task> all) {
    // Backwards, each to the front: they keep their order before those who came later.
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).phase() == Phase.PARKED) {
        toReady(all.get(i), true);
      }
    }
  }

  private void next(Task task, Verdict verdict, ApiAnswer answer) {
    switch (verdict) {
      case Verdict.End end -> {
        task.attempts.onComplete();
        end(task, end.outcome(), end.keyState(), end.error());
      }
      case Verdict.RenewSession renew -> again(task, true);
      case Verdict.Throttled throttled -> again(task, true);
      // While the API is down no attempt is spent. To the back: the next probe is another's.
      case Verdict.MayPass mayPass when !gate.apiUp() -> again(task, false);
      case Verdict.MayPass mayPass -> spendAttempt(task, answer);
    }
  }

  private void again(Task task, boolean first) {
    if (!endedByWithdrawal(task) && !endedByNotAfter(task)) {
      toReady(task, first);
    }
  }

  private void spendAttempt(Task task, ApiAnswer answer) {
    if (endedByWithdrawal(task) || endedByNotAfter(task)) {
      return;
    }
    long delayMs = task.attempts.onResult(answer);
    if (delayMs < 0) {
      task.attempts.onComplete();
      end(
          task,
          Outcome.UNAVAILABLE,
          task.keyStateIfNotRemoved(),
          new ResultError(
              ResultError.API_UNAVAILABLE,
              "the attempts are spent; the last ended with " + Judge.describe(answer)));
      return;
    }
    move(task, Phase.BACKING_OFF);
    task.backoff = time.after(delayMs, () -> locked.accept(() -> backoffOver(task)));
  }

  private void backoffOver(Task task) {
    if (task.phase() == Phase.BACKING_OFF) {
      toReady(task, true);
    }
  }

  private void toReady(Task task, boolean first) {
    move(task, Phase.READY);
    holds.began(task);
    if (first) {
      ready.addFirst(task);
    } else {
      ready.addLast(task);
    }
  }

  private boolean endedByWithdrawal(Task task) {
    if (task.withdrawn) {
      move(task, Phase.ENDED);
      effects.add(task.caller::withdrawn);
    }
    return task.withdrawn;
  }

  private void end(Task task, Outcome outcome, KeyState keyState, @Nullable ResultError error) {
    move(task, Phase.ENDED);
    ResultError shown =
        error == null
            ? null
            : scrubbed(error, task.request.key(), task.request.apiToken(), task.token);
    Result result =
        new Result(task.request, outcome, keyState, task.lastStatus, shown, task.calls, time.now());
    effects.add(() -> task.caller.answered(result));
  }

  private void move(Task task, Phase next) {
    Phase before = task.phase();
    task.moveTo(next);
    switch (before) {
      case PARKED, BACKING_OFF -> waiting[task.lane]--;
      case READY -> {
        holds.left(task);
        if (next == Phase.ENDED) {
          ready.ended(task);
        }
      }
      case CALLING, ENDED -> {}
    }
    if (next == Phase.PARKED || next == Phase.BACKING_OFF) {
      waiting[task.lane]++;
    }
  }

  private void watchNotAfter(Task task) {
    Instant notAfter = task.request.notAfter();
    if (notAfter == null) {
      return;
    }
    Duration left = Duration.between(time.now(), notAfter);
    long delayMs = (left.compareTo(LONGEST_TIMER) > 0 ? LONGEST_TIMER : left).toMillis() + 1;
    task.expiry = time.after(delayMs, () -> locked.accept(() -> notAfterDue(task)));
  }

  private boolean passed(@Nullable Instant notAfter) {
    return notAfter != null && !time.now().isBefore(notAfter);
  }

  private void notAfterDue(Task task) {
    if (task.phase() == Phase.ENDED) {
      return;
    }
    if (!passed(task.request.notAfter())) {
      watchNotAfter(task);
    } else if (task.phase() != Phase.CALLING) {
      // A call under way is waited for; whatever would come after it looks at not_after first.
      endedByNotAfter(task);
    }
  }

  private static void note(Task task, ApiAnswer answer) {
    if (answer.httpStatus() != null) {
      task.lastStatus = answer.httpStatus();
    }
  }

  private static ResultError scrubbed(ResultError error, @Nullable Secret... secrets) {
    Scrubber scrubber = Scrubber.of(secrets);
    return new ResultError(scrubber.scrub(error.type()), scrubber.scrub(error.comment()));
  }

  private static Secret secretOf(Credentials credentials) {
    return switch (credentials) {
      case Credentials.Password login -> login.password();
      case Credentials.SecureKey login -> login.securekey();
      case Credentials.ApiToken given -> given.token();
    };
  }
}
