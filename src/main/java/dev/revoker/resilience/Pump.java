package dev.revoker.resilience;

import dev.revoker.api.ApiCall;
import dev.revoker.api.Session;
import dev.revoker.api.Sessions;
import dev.revoker.model.KeyState;
import dev.revoker.model.Outcome;
import dev.revoker.model.Secret;
import dev.revoker.resilience.Gate.Permit;
import org.jspecify.annotations.Nullable;

/**
 * Starts all that may start, the most urgent first. An account's session is looked at before any
 * gate that all share: one account's trouble must not use up what is everyone's. Guarded by the
 * dispatcher's lock.
 */
final class Pump {
  private final int lanes;
  private final Calls calls;
  private final ReadyQueues ready;
  private final Sessions sessions;
  private final Logins logins;
  private final Course course;
  private final Moves moves;
  private final Deadlines deadlines;
  private final Dispatcher.Listener listener;
  private final Effects effects;

  Pump(
      int lanes,
      Calls calls,
      ReadyQueues ready,
      Sessions sessions,
      Logins logins,
      Course course,
      Moves moves,
      Deadlines deadlines,
      Dispatcher.Listener listener,
      Effects effects) {
    this.lanes = lanes;
    this.calls = calls;
    this.ready = ready;
    this.sessions = sessions;
    this.logins = logins;
    this.course = course;
    this.moves = moves;
    this.deadlines = deadlines;
    this.listener = listener;
    this.effects = effects;
  }

  void run() {
    for (int lane = 0; lane < lanes; lane++) {
      for (Task head = ready.peek(lane);
          head != null && calls.slotFree(lane);
          head = ready.peek(lane)) {
        if (!advance(head)) {
          // What keeps this one keeps the less urgent ones too.
          return;
        }
      }
    }
  }

  /** Moves the head of a queue on; false if it can't be called now. */
  private boolean advance(Task task) {
    if (deadlines.ended(task)) {
      return true;
    }
    Secret own = task.request.apiToken();
    if (own != null) {
      return remove(task, null, own, false);
    }
    String account = accountOf(task);
    return switch (sessions.of(account)) {
      case Session.Open open -> remove(task, account, open.apiToken(), open.renewable());
      case Session.Closed closed -> login(task, account);
      case Session.LoggingIn other -> {
        logins.park(task, account);
        yield true;
      }
      case Session.Refused refused -> {
        moves.end(task, Outcome.SESSION_FAILED, KeyState.ASSUMED_ACTIVE, refused.error());
        yield true;
      }
    };
  }

  private boolean remove(Task task, @Nullable String account, Secret token, boolean renewable) {
    Permit permit = calls.tryBegin(task);
    if (permit == null) {
      return false;
    }
    task.calls++;
    task.hides(token);
    calls.make(
        task,
        permit,
        new ApiCall.RemoveApiKey(token, task.request.key()),
        reply -> course.afterRemoval(task, account, token, renewable, reply));
    return true;
  }

  private boolean login(Task task, String account) {
    Permit permit = calls.tryBegin(task);
    if (permit == null) {
      return false;
    }
    calls.make(
        task,
        permit,
        new ApiCall.Login(logins.lead(task, account)),
        reply -> {
          logins.ended(task, account, reply);
          String result = Judge.loginWord(reply.answer());
          effects.add(() -> listener.loggedIn(account, result));
        });
    return true;
  }

  private static String accountOf(Task task) {
    String account = task.request.echo().account();
    if (account == null) {
      throw new IllegalStateException("a valid request has an account or a token of its own");
    }
    return account;
  }
}
