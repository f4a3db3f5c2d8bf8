package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiAnswer.Refusal;
import dev.revoker.config.Config;
import dev.revoker.message.Fingerprints;
import dev.revoker.model.Credentials;
import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.Result.RevokedBy;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import dev.revoker.resilience.NextStep.CallOutcome;
import dev.revoker.resilience.NextStep.KeyLogin;
import dev.revoker.resilience.NextStep.PassedOver;
import dev.revoker.resilience.NextStep.PlannedCall;
import dev.revoker.resilience.NextStep.Removal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides what an answer means for a request: a function from task and answer to the {@link
 * NextStep}. Every decision about accounts, verification, retries and outcomes is here. Pure: it
 * reads the task and changes nothing; {@link TaskSteps} applies the decision. Immutable.
 */
final class AnswerPolicy {
  private final Config.Verify verify;
  private final Map<String, Credentials> accounts;

  private final int maxAttempts;

  /** The names of the accounts, in the order in which a request for any account asks them. */
  private final List<String> order;

  private final Fingerprints plain = new Fingerprints(null);
  private final @Nullable Fingerprints keyed;
  private final Set<String> protectedFingerprints;

  AnswerPolicy(Config config) {
    verify = config.verify();
    maxAttempts = config.retry().maxAttempts();
    accounts = config.accounts();
    order = List.copyOf(accounts.keySet());
    Secret secret = config.fingerprintSecret();
    keyed = secret == null ? null : new Fingerprints(secret);
    Set<String> all = new HashSet<>(config.protectedFingerprints());
    for (Credentials credentials : accounts.values()) {
      if (credentials instanceof Credentials.SecureKey login) {
        all.add(plain.of(login.securekey()));
      }
    }
    protectedFingerprints = Set.copyOf(all);
  }

  /**
   * Whether no request may have this key removed: an account of the worker logs in with it, or
   * {@code protected.fingerprints} names it. Upper and lower case are the same key.
   */
  boolean isProtected(Secret key) {
    return !protectedFingerprints.isEmpty()
        && (protectedFingerprints.contains(plain.of(key))
            || (keyed != null && protectedFingerprints.contains(keyed.of(key))));
  }

  /** The first call of a request. */
  PlannedCall first(Request.Valid request) {
    Removal removal = firstRemoval(request);
    String username =
        verify == Config.Verify.FULL ? username(request, accountOf(request, removal)) : null;
    return username == null ? removal : new KeyLogin.Before(username);
  }

  /** After the task's own call. A further kind of call is a further case here. */
  NextStep next(Task task, CallOutcome outcome) {
    return switch (outcome.call()) {
      case Removal removal -> afterRemoval(task, removal, outcome);
      case KeyLogin.Before login -> afterFirstLogin(task, login, outcome);
      case KeyLogin.After login -> afterLastLogin(task, login, outcome);
    };
  }

  // ---- removals

  private NextStep afterRemoval(Task task, Removal removal, CallOutcome outcome) {
    return switch (outcome.answer()) {
      case ApiAnswer.Done done -> removed(task, removal);
      case ApiAnswer.Session session ->
          unexpected(task, removal, "HTTP 200 is outside the API's contract for remove_api_key");
      case ApiAnswer.Unexpected unexpected -> unexpected(task, removal, unexpected.why());
      case ApiAnswer.Throttled throttled -> new NextStep.Call(removal.again());
      case ApiAnswer.Refused refused -> afterRefusal(task, removal, refused, outcome);
      case ApiAnswer.Failed failed -> removalMayPass(task, removal, outcome);
      case ApiAnswer.NoConnection none -> removalMayPass(task, removal, outcome);
      case ApiAnswer.NoAnswer none -> removalMayPass(task, removal, outcome);
    };
  }

  private NextStep afterRefusal(
      Task task, Removal removal, ApiAnswer.Refused refused, CallOutcome outcome) {
    return switch (refused.meaning()) {
      // No proof that an uncertain attempt removed the key: the API says the same of another
      // account's key.
      case KEY_NOT_FOUND ->
          nextAccount(
              task, removal, new NextStep.End(Outcome.NOT_FOUND, KeyState.UNKNOWN, error(refused)));
      case TOKEN_REJECTED ->
          outcome.renewableSession() && !removal.renewed()
              ? new NextStep.Call(removal.withRenewedSession())
              : nextAccount(task, removal, sessionFailed(error(refused)));
      case MAY_PASS -> removalMayPass(task, removal, outcome);
      case UNPRIVILEGED -> nextAccount(task, removal, refused(error(refused)));
      case LOGIN_INVALID, FINAL -> notRemoved(task, removal, refused(error(refused)));
    };
  }

  private NextStep removalMayPass(Task task, Removal removal, CallOutcome outcome) {
    return mayPass(task, outcome, nextAccount(task, removal, spent(task, outcome.answer())));
  }

  private NextStep unexpected(Task task, Removal removal, String why) {
    return notRemoved(
        task,
        removal,
        new NextStep.End(
            Outcome.UNEXPECTED,
            KeyState.UNKNOWN,
            new ResultError(ResultError.UNEXPECTED_RESPONSE, why)));
  }

  private NextStep removed(Task task, Removal removal) {
    NextStep.End revoked = new NextStep.End(Outcome.REVOKED, KeyState.INACTIVE, null);
    return verify == Config.Verify.OFF
        ? revoked
        : checked(task, accountOf(task.request, removal), revoked);
  }

  /** This account did not remove the key. Where any account may have it, the next one is asked. */
  private NextStep nextAccount(Task task, Removal removal, NextStep.End end) {
    String account = removal.account();
    if (account == null || !anyAccount(task.request)) {
      return notRemoved(task, removal, end);
    }
    int next = order.indexOf(account) + 1;
    if (next < order.size()) {
      return new NextStep.Call(Removal.by(order.get(next)), end);
    }
    List<PassedOver> all = new ArrayList<>(task.passedOver());
    all.add(new PassedOver(account, end));
    return notRemoved(task, removal, ofAllAccounts(task, all));
  }

  /** How a request ends whose key none of the accounts has removed. */
  private static NextStep.End ofAllAccounts(Task task, List<PassedOver> all) {
    for (Outcome outcome :
        List.of(Outcome.UNAVAILABLE, Outcome.SESSION_FAILED, Outcome.REFUSED, Outcome.NOT_FOUND)) {
      List<PassedOver> some = all.stream().filter(one -> one.end().outcome() == outcome).toList();
      if (some.isEmpty()) {
        continue;
      }
      NextStep.End last = some.getLast().end();
      if (outcome == Outcome.UNAVAILABLE) {
        // An account after the last unavailable one may have had an uncertain attempt.
        return last.with(keyStateIfNotRemoved(task));
      }
      if (outcome != Outcome.SESSION_FAILED || last.error() == null) {
        return last;
      }
      String names = some.stream().map(one -> "" + one.account()).collect(Collectors.joining(", "));
      return sessionFailed(
          new ResultError(
              last.error().type(), "no session of " + names + ": " + last.error().comment()));
    }
    throw new IllegalStateException("no account was asked");
  }

  /** No account removed the key. If the key logged in before, its own session is tried as well. */
  private NextStep notRemoved(Task task, Removal removal, NextStep.End end) {
    Secret session = task.keySession();
    if (session == null) {
      return end.outcome() == Outcome.NOT_FOUND ? new NextStep.AskMemory(end) : end;
    }
    Removal own = Removal.with(session);
    if (!removal.again().equals(own)) {
      return new NextStep.Call(own, end);
    }
    // Nothing was tried before if the request brought that same session as its api_token.
    NextStep.End before = task.passedOver().isEmpty() ? end : task.passedOver().getLast().end();
    return checked(task, null, before.with(KeyState.ASSUMED_ACTIVE));
  }

  // ---- logins of the accounts

  /** After a login that gave no session. Asked for each task that waited for that login. */
  NextStep afterFailedLogin(Task task, CallOutcome outcome) {
    ResultError refusal = loginRefusal(outcome.answer());
    if (refusal != null) {
      return withoutSession(task, refusal);
    }
    if (outcome.answer() instanceof ApiAnswer.Throttled) {
      return new NextStep.Call(task.next());
    }
    return mayPass(
        task, outcome, nextAccount(task, (Removal) task.next(), spent(task, outcome.answer())));
  }

  /** The account of the task's next call has no session, and the login must not be repeated now. */
  NextStep withoutSession(Task task, ResultError error) {
    return nextAccount(task, (Removal) task.next(), sessionFailed(error));
  }

  /** Why a login gave no session and must not be repeated now; null if it may be. */
  static @Nullable ResultError loginRefusal(ApiAnswer answer) {
    return switch (answer) {
      case ApiAnswer.Session session ->
          throw new IllegalArgumentException("the login gave a session");
      case ApiAnswer.Refused refused ->
          refused.meaning() == Refusal.MAY_PASS ? null : error(refused);
      case ApiAnswer.Done done ->
          noSession("the login's answer, HTTP 204, is outside the API's contract");
      case ApiAnswer.Unexpected unexpected ->
          noSession("the login's answer is not valid: " + unexpected.why());
      case ApiAnswer.Throttled throttled -> null;
      case ApiAnswer.Failed failed -> null;
      case ApiAnswer.NoConnection none -> null;
      case ApiAnswer.NoAnswer none -> null;
    };
  }

  // ---- verification: logins with the key itself

  /** Before the first removal, which follows whatever the login showed. */
  private NextStep afterFirstLogin(Task task, KeyLogin.Before login, CallOutcome outcome) {
    NextStep removal = new NextStep.Call(firstRemoval(task.request));
    if (outcome.answer() instanceof ApiAnswer.Throttled) {
      return throttledTooOften(task) ? removal : new NextStep.Call(login);
    }
    return outcome.answer().mayPass() ? mayPass(task, outcome, removal) : removal;
  }

  /** After a 204, or after the key's own session did not remove a key that logged in before. */
  private NextStep afterLastLogin(Task task, KeyLogin.After login, CallOutcome outcome) {
    NextStep.End known = login.known();
    ApiAnswer answer = outcome.answer();
    if (answer instanceof ApiAnswer.Throttled) {
      return throttledTooOften(task) ? known : new NextStep.Call(login);
    }
    if (answer.mayPass()) {
      // The check does not wait for the API: the result is known, and a crash could lose it.
      return outcome.spendsAttempt() ? new NextStep.Retry(login, known) : known;
    }
    return switch (KeyLogin.shownBy(answer)) {
      case UNTRIED -> known;
      // Either the API said 204, or the key logged in before and does not any more.
      case REFUSED -> new NextStep.End(Outcome.REVOKED, KeyState.INACTIVE, null);
      case ACCEPTED -> task.removed() ? stillActive(task, login) : known.with(KeyState.ACTIVE);
    };
  }

  /**
   * A 429 holds every call back. If the API throttles the logins of one user, a sender who names
   * that user must not hold the calls back for good.
   */
  private boolean throttledTooOften(Task task) {
    return task.throttledLogins() >= maxAttempts;
  }

  /** A removal may take effect with a delay, so the login is repeated, once at least. */
  private static NextStep stillActive(Task task, KeyLogin.After login) {
    if (task.acceptedAfter() < 2) {
      return new NextStep.Retry(login, new NextStep.Call(login));
    }
    NextStep.End stillActive =
        new NextStep.End(
            Outcome.UNEXPECTED,
            KeyState.ACTIVE,
            new ResultError(
                ResultError.STILL_ACTIVE,
                "the API answered 204, but the key still logs in as " + login.username()));
    return new NextStep.Retry(new KeyLogin.After(login.username(), stillActive), stillActive);
  }

  /** The key's login is checked, where it is known who logs in with it; else {@code known}. */
  private NextStep checked(Task task, @Nullable String account, NextStep.End known) {
    String username = task.keySession() == null ? null : task.checkedAs();
    if (username == null) {
      username = username(task.request, account);
    }
    return username == null ? known : new NextStep.Call(new KeyLogin.After(username, known));
  }

  /** Who the key logs in as; null where nobody knows, or where no login can carry the name. */
  private @Nullable String username(Request.Valid request, @Nullable String account) {
    String username = request.username();
    if (username == null && account != null) {
      username =
          switch (accounts.get(account)) {
            case Credentials.Password login -> login.username();
            case Credentials.SecureKey login -> login.username();
            case Credentials.ApiToken token -> null;
            case null -> null;
          };
    }
    return username != null && new KeyLogin.Before(username).toApiCall(request, null).canBeSent()
        ? username
        : null;
  }

  // ---- which account

  private Removal firstRemoval(Request.Valid request) {
    if (request.apiToken() != null) {
      return Removal.with(request.apiToken());
    }
    String account = request.echo().account();
    return Removal.by(account == null ? order.getFirst() : account);
  }

  private static boolean anyAccount(Request.Valid request) {
    return request.apiToken() == null && request.echo().account() == null;
  }

  private static @Nullable String accountOf(Request.Valid request, Removal removal) {
    return removal.account() == null ? request.echo().account() : removal.account();
  }

  // ---- ends

  /** The end of a task whose key an earlier request has revoked. */
  static NextStep.End alreadyRevoked(RevokedBy revokedBy) {
    return new NextStep.End(Outcome.ALREADY_REVOKED, KeyState.INACTIVE, null, revokedBy);
  }

  /** The end of a task that waited out {@code hold.max.ms}. */
  static NextStep.End heldTooLong(Task task) {
    return unavailable(task, "held for hold.max.ms while the API took no calls");
  }

  /** The end of a task whose {@code not_after} has passed. */
  static NextStep.End expired(Task task) {
    return new NextStep.End(
        Outcome.EXPIRED,
        keyStateIfNotRemoved(task),
        new ResultError(ResultError.EXPIRED, "not_after had passed before the key was removed"));
  }

  /** The end of a task whose key no request may have removed. */
  static NextStep.End protectedKey() {
    return refused(
        new ResultError(
            ResultError.PROTECTED_KEY,
            "the key is protected: a configured account logs in with it, or"
                + " protected.fingerprints names it; the API was not called"));
  }

  private static NextStep.End sessionFailed(ResultError error) {
    return new NextStep.End(Outcome.SESSION_FAILED, KeyState.ASSUMED_ACTIVE, error);
  }

  private static NextStep.End refused(ResultError error) {
    return new NextStep.End(Outcome.REFUSED, KeyState.ASSUMED_ACTIVE, error);
  }

  private static NextStep.End spent(Task task, ApiAnswer answer) {
    return unavailable(task, "the attempts are spent; the last ended with " + answer.describe());
  }

  private static NextStep.End unavailable(Task task, String why) {
    return new NextStep.End(
        Outcome.UNAVAILABLE,
        keyStateIfNotRemoved(task),
        new ResultError(ResultError.API_UNAVAILABLE, why));
  }

  private static NextStep mayPass(Task task, CallOutcome outcome, NextStep whenSpent) {
    return outcome.spendsAttempt()
        ? new NextStep.Retry(task.next(), whenSpent)
        : new NextStep.AwaitApi();
  }

  /** A key that logged in before, and may have been removed since, is treated as live. */
  private static KeyState keyStateIfNotRemoved(Task task) {
    return task.uncertainAttempts() > 0 && task.keySession() == null
        ? KeyState.UNKNOWN
        : KeyState.ASSUMED_ACTIVE;
  }

  private static ResultError error(ApiAnswer.Refused refused) {
    return new ResultError(refused.errorType(), refused.errorComment());
  }

  private static ResultError noSession(String why) {
    return new ResultError(ResultError.SESSION_UNAVAILABLE, why);
  }
}
