package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.api.Sessions;
import dev.revoker.model.Credentials;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import dev.revoker.resilience.Task.Phase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One task of an account leads its login, all others of that account wait for it, parked, with no
 * slot. Guarded by the dispatcher's lock.
 */
final class Logins {
  private final Sessions sessions;
  private final Moves moves;
  private final Course course;
  private final Map<String, List<Task>> parked = new HashMap<>();

  Logins(Sessions sessions, Moves moves, Course course) {
    this.sessions = sessions;
    this.moves = moves;
    this.course = course;
  }

  /** The task leads: its call to come is the login. */
  Credentials lead(Task task, String account) {
    sessions.loginStarted(account);
    Credentials credentials = sessions.credentials(account);
    task.hides(secretOf(credentials));
    return credentials;
  }

  /** The account is logging in already. */
  void park(Task task, String account) {
    task.hides(secretOf(sessions.credentials(account)));
    moves.park(task);
    parked.computeIfAbsent(account, a -> new ArrayList<>()).add(task);
  }

  /** The login ended, for the leader and for all who waited. */
  void ended(Task leader, String account, Reply reply) {
    List<Task> waiters = parked.remove(account);
    List<Task> still =
        waiters == null
            ? List.of()
            : waiters.stream().filter(task -> task.phase() == Phase.PARKED).toList();
    if (reply.answer() instanceof ApiAnswer.Session session) {
      sessions.opened(account, session.apiToken());
      // Backwards, each to the front: they keep their order, and the leader is before them.
      still.reversed().forEach(course::again);
      Course.note(leader, reply.answer());
      course.again(leader);
      return;
    }
    Verdict verdict = remember(leader, account, Judge.login(reply.answer()));
    course.next(leader, verdict, reply);
    // If it was a probe, it was theirs as well: each would only ask the same once more.
    still.forEach(task -> course.next(task, verdict, reply));
  }

  /** What it is to the session; the verdict, with an error that holds no secret of the login. */
  private Verdict remember(Task leader, String account, Verdict verdict) {
    if (verdict instanceof Verdict.End end && end.error() != null) {
      ResultError error = leader.shown(end.error());
      sessions.refused(account, error);
      return new Verdict.End(end.outcome(), end.keyState(), error);
    }
    sessions.loginFailed(account);
    return verdict;
  }

  private static Secret secretOf(Credentials credentials) {
    return switch (credentials) {
      case Credentials.Password login -> login.password();
      case Credentials.SecureKey login -> login.securekey();
      case Credentials.ApiToken given -> given.token();
    };
  }
}
