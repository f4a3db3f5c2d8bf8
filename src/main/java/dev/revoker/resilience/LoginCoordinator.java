package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.model.Credentials;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import dev.revoker.resilience.Task.Phase.Plain;
import dev.revoker.time.Time;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of the configured accounts. One task of an account logs in; the account's other
 * tasks wait for that login, parked, without a slot. No account affects another. Guarded by the
 * dispatcher's lock.
 */
final class LoginCoordinator {
  private static final Logger LOG = LoggerFactory.getLogger(LoginCoordinator.class);

  /**
   * The state of an account's session. Legal transitions:
   *
   * <pre>
   * CLOSED     → LOGGING_IN (a task starts the login)
   * LOGGING_IN → Open (200), Refused (the API refuses the login), CLOSED (no usable answer)
   * Open       → CLOSED (the API rejects the token, or a logout)
   * Refused    → CLOSED (login.retry.ms is over)
   * </pre>
   *
   * An account with an {@code api.token} stays open.
   */
  sealed interface Session {
    /** No session, or none that can be used yet. */
    enum None implements Session {
      /** The next task logs in. */
      CLOSED,
      /** A task is logging in; the account's other tasks wait. */
      LOGGING_IN
    }

    /**
     * A token to call with.
     *
     * @param renewable a login can replace it
     */
    record Open(Secret apiToken, boolean renewable) implements Session {}

    /** The login was refused. It is not tried again before {@code untilMs} (steady clock). */
    record Refused(ResultError error, long untilMs) implements Session {}
  }

  private final Map<String, Credentials> accounts;
  private final long loginRetryMs;
  private final Time time;
  private final Map<String, Session> sessions = new HashMap<>();
  private final Map<String, List<Task>> parked = new HashMap<>();

  /**
   * Starts without a session, except for accounts that have a token configured.
   *
   * @param loginRetryMs how long a refused login is not repeated, so that the API locks no account
   */
  LoginCoordinator(Map<String, Credentials> accounts, long loginRetryMs, Time time) {
    this.accounts = Map.copyOf(accounts);
    this.loginRetryMs = loginRetryMs;
    this.time = time;
    accounts.forEach(
        (account, credentials) ->
            sessions.put(
                account,
                credentials instanceof Credentials.ApiToken given
                    ? new Session.Open(given.token(), false)
                    : Session.None.CLOSED));
  }

  /** The state now. A refusal whose time is over reads as closed. */
  Session session(String account) {
    Session session = sessions.get(account);
    if (session == null) {
      throw new IllegalArgumentException("no such account: " + account);
    }
    return session instanceof Session.Refused refused && refused.untilMs() <= time.millis()
        ? Session.None.CLOSED
        : session;
  }

  /** The task starts the login: its next call is made with these credentials. */
  Credentials start(Task task, String account) {
    sessions.put(account, Session.None.LOGGING_IN);
    Credentials credentials = credentials(account);
    task.hide(credentials.secret());
    return credentials;
  }

  /** The task waits for a login that is in flight. The caller parks it. */
  void await(Task task, String account) {
    // The login's answer may contain this secret, and every task that waited reports that answer.
    task.hide(credentials(account).secret());
    parked.computeIfAbsent(account, a -> new ArrayList<>()).add(task);
  }

  /**
   * The login ended.
   *
   * @return the tasks that still wait for it, in order, without the one that logged in
   */
  List<Task> ended(Task leader, String account, ApiAnswer answer) {
    sessions.put(account, after(leader, account, answer));
    List<Task> waiters = parked.remove(account);
    return waiters == null
        ? List.of()
        : waiters.stream().filter(task -> task.phase() == Plain.PARKED).toList();
  }

  private Session after(Task leader, String account, ApiAnswer answer) {
    if (answer instanceof ApiAnswer.Session session) {
      return new Session.Open(session.apiToken(), true);
    }
    ResultError refusal = AnswerPolicy.loginRefusal(answer);
    if (refusal == null) {
      return Session.None.CLOSED;
    }
    ResultError shown = leader.shown(refusal);
    LOG.atWarn()
        .addKeyValue("account", account)
        .addKeyValue("error", shown.type())
        .addKeyValue("retryMs", loginRetryMs)
        .log("the API refused the login: this account's requests end as session_failed meanwhile");
    return new Session.Refused(shown, time.millis() + loginRetryMs);
  }

  /** The API rejected this token. A newer one that another task has got meanwhile stays. */
  void rejected(String account, Secret apiToken) {
    if (sessions.get(account) instanceof Session.Open open
        && open.renewable()
        && open.apiToken().equals(apiToken)) {
      sessions.put(account, Session.None.CLOSED);
    }
  }

  /** Closes the sessions that a login opened, and returns their tokens. */
  List<Secret> closeOpened() {
    List<Secret> tokens = new ArrayList<>();
    sessions.replaceAll(
        (account, session) -> {
          if (session instanceof Session.Open open && open.renewable()) {
            tokens.add(open.apiToken());
            return Session.None.CLOSED;
          }
          return session;
        });
    return tokens;
  }

  /** The {@code result} label of the logins meter. */
  static String loginWord(ApiAnswer answer) {
    if (answer instanceof ApiAnswer.Session) {
      return "success";
    }
    return answer.mayPass() || answer instanceof ApiAnswer.Throttled ? "failed" : "refused";
  }

  private Credentials credentials(String account) {
    Credentials credentials = accounts.get(account);
    if (credentials == null) {
      throw new IllegalArgumentException("no such account: " + account);
    }
    return credentials;
  }
}
