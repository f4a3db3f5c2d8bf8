package dev.revoker.api;

import dev.revoker.model.Credentials;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import dev.revoker.time.Time;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sessions of the configured accounts, each on its own: what happens to one changes no other.
 * Knows the state only; who logs in, and when, is decided by the caller. Not thread-safe: guarded
 * by the caller's lock.
 */
public final class Sessions {
  private static final Session CLOSED = new Session.Closed();
  private static final Session LOGGING_IN = new Session.LoggingIn();

  private final Map<String, Credentials> accounts;
  private final Map<String, Session> sessions = new HashMap<>();
  private final long loginRetryMs;
  private final Time time;

  /**
   * Starts with no session, save for the accounts that bring a token.
   *
   * @param loginRetryMs how long a refused login is remembered, so that the API locks no account
   */
  public Sessions(Map<String, Credentials> accounts, long loginRetryMs, Time time) {
    this.accounts = Map.copyOf(accounts);
    this.loginRetryMs = loginRetryMs;
    this.time = time;
    accounts.forEach((account, credentials) -> sessions.put(account, initial(credentials)));
  }

  /**
   * The state now; a refusal whose time is up reads as closed.
   *
   * @throws IllegalArgumentException for an account that is not configured: a bug, the reader
   *     rejects those
   */
  public Session of(String account) {
    Session session = sessions.get(account);
    if (session == null) {
      throw new IllegalArgumentException("no such account: " + account);
    }
    return session instanceof Session.Refused refused && refused.untilMs() <= time.millis()
        ? CLOSED
        : session;
  }

  /** What the account logs in with. */
  public Credentials credentials(String account) {
    Credentials credentials = accounts.get(account);
    if (credentials == null) {
      throw new IllegalArgumentException("no such account: " + account);
    }
    return credentials;
  }

  /** From now on the account's other requests wait. */
  public void loginStarted(String account) {
    sessions.put(account, LOGGING_IN);
  }

  /** The login gave this token. */
  public void opened(String account, Secret apiToken) {
    sessions.put(account, new Session.Open(apiToken, true));
  }

  /** The login was refused: not again for a while. */
  public void refused(String account, ResultError error) {
    sessions.put(account, new Session.Refused(error, time.millis() + loginRetryMs));
  }

  /** The login came to nothing that would tell; the next request may try. */
  public void loginFailed(String account) {
    sessions.put(account, CLOSED);
  }

  /**
   * Drops this token, and only this one: a fresher one that another request got meanwhile stays.
   */
  public void rejected(String account, Secret apiToken) {
    if (sessions.get(account) instanceof Session.Open open
        && open.renewable()
        && open.apiToken().equals(apiToken)) {
      sessions.put(account, CLOSED);
    }
  }

  /** Closes the sessions that a login of ours opened, and hands over their tokens. */
  public List<Secret> closeOpened() {
    List<Secret> tokens = new ArrayList<>();
    sessions.replaceAll(
        (account, session) -> {
          if (session instanceof Session.Open open && open.renewable()) {
            tokens.add(open.apiToken());
            return CLOSED;
          }
          return session;
        });
    return tokens;
  }

  private static Session initial(Credentials credentials) {
    return switch (credentials) {
      case Credentials.ApiToken given -> new Session.Open(given.token(), false);
      case Credentials.Password login -> CLOSED;
      case Credentials.SecureKey login -> CLOSED;
    };
  }
}
