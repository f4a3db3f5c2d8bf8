package dev.revoker.sim;

import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The account API with its keys and sessions, and its faults: a call may be lost before or after it
 * took effect, or take effect long after its deadline.
 */
final class Upstream {
  /** Part of every secret, so that one search finds any of them. */
  static final String CANARY = "5ec2e75ec2e7";

  private enum Outage {
    NONE,
    NO_CONNECTION,
    SILENT,
    STATUS_503,
    UNHANDLED
  }

  private final World world;
  private final Scenario scenario;
  private final Map<String, RequestLedger.Key> keys = new HashMap<>();
  private final Map<String, String> sessions = new HashMap<>();
  private final Map<String, Long> loginRefusedUntil = new HashMap<>();
  private Outage outage = Outage.NONE;
  private double slowness = 1;
  private long foreignAfterUncertain;

  Upstream(World world, Scenario scenario) {
    this.world = world;
    this.scenario = scenario;
    renewGiven();
  }

  /** The number of calls for another account's key after an attempt that may have removed it. */
  long foreignAfterUncertain() {
    return foreignAfterUncertain;
  }

  // ---- keys and sessions

  /** A fresh key of this account, or of none, as hex digits in lower case. */
  String newKey(@Nullable String account) {
    String key = newSecret();
    if (account != null) {
      keys.put(key, new RequestLedger.Key(account));
    }
    return key;
  }

  RequestLedger.@Nullable Key key(String digits) {
    return keys.get(lower(digits));
  }

  /** A session that was opened outside the worker. */
  String newSession(String account) {
    String token = newSecret();
    sessions.put(token, account);
    return token;
  }

  String newSecret() {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      digits.append(Character.forDigit(world.random.nextInt(16), 16));
    }
    return digits.insert(world.random.nextInt(20), CANARY).toString();
  }

  // ---- faults

  void outage(boolean on) {
    outage = on ? Outage.values()[world.between(1, Outage.values().length - 1)] : Outage.NONE;
    world.trace("API " + (on ? "OUTAGE " : "IS BACK ") + outage);
  }

  void slow(boolean on) {
    slowness = on ? world.between(5, 100) : 1;
    world.trace("API SLOWNESS " + slowness);
  }

  void expireSessions() {
    world.trace("SESSIONS EXPIRE");
    String account = world.pick(List.of("acme", "other", "third", "given"));
    sessions.values().removeIf(account::equals);
  }

  void refuseLogins(long untilNanos) {
    String account = world.pick(List.of("acme", "other", "third"));
    world.trace("LOGINS REFUSED " + account);
    loginRefusedUntil.put(account, untilNanos);
  }

  void calm() {
    outage = Outage.NONE;
    slowness = 1;
    loginRefusedUntil.clear();
    renewGiven();
  }

  private void renewGiven() {
    if (scenario.config.accounts().get("given") instanceof Credentials.ApiToken given) {
      sessions.put(lower(given.token().reveal()), "given");
    }
  }

  // ---- calls

  /** Makes one call; its faults are drawn now. */
  void call(RequestLedger.Call call, Consumer<ApiAnswer> onAnswer) {
    SimProcess process = call.process;
    long there = latency();
    Outage now = outage;
    if (now == Outage.NO_CONNECTION || (now == Outage.NONE && fault(0.1))) {
      answer(process, there, new ApiAnswer.NoConnection("refused"), onAnswer);
    } else if (now == Outage.SILENT) {
      answer(process, 10 * World.SECOND, new ApiAnswer.NoAnswer("timed out"), onAnswer);
    } else if (now == Outage.STATUS_503) {
      answer(process, there, new ApiAnswer.Failed(503, retryAfter()), onAnswer);
    } else if (now == Outage.UNHANDLED) {
      answer(process, there, unhandled(), onAnswer);
    } else {
      world.at(there, "api " + process.name, () -> arrived(call, onAnswer));
    }
  }

  private void arrived(RequestLedger.Call call, Consumer<ApiAnswer> onAnswer) {
    SimProcess process = call.process;
    long back = latency();
    if (scenario.faulty() && world.chance(scenario.apiThrottles)) {
      answer(process, back, new ApiAnswer.Throttled(retryAfter()), onAnswer);
    } else if (fault(0.2)) {
      // The request is lost, or waits in a queue and takes effect after the caller's deadline.
      if (world.chance(0.4)) {
        world.at(world.nanosBetween(100, 20_000), "api late", () -> effect(call));
      }
      answer(process, silence(), new ApiAnswer.NoAnswer("timed out"), onAnswer);
    } else if (fault(0.2)) {
      effect(call);
      answer(process, silence(), new ApiAnswer.NoAnswer("reset"), onAnswer);
    } else if (fault(0.15)) {
      boolean done = world.chance(0.3);
      if (done) {
        effect(call);
      }
      int status = world.pick(List.of(500, 502, 503, 504, 408, 425));
      answer(process, back, new ApiAnswer.Failed(status, retryAfter()), onAnswer);
    } else if (fault(0.1)) {
      answer(process, back, unhandled(), onAnswer);
    } else if (fault(0.05)) {
      if (world.chance(0.5)) {
        effect(call);
      }
      int status = world.pick(List.of(200, 201, 301, 400, 401, 403, 404));
      answer(process, back, new ApiAnswer.Unexpected(status, "HTTP " + status), onAnswer);
    } else {
      answer(process, back, effect(call), onAnswer);
    }
  }

  private void answer(
      SimProcess process, long delayNanos, ApiAnswer answer, Consumer<ApiAnswer> onAnswer) {
    process.post(
        Math.min(delayNanos, 10 * World.SECOND),
        process.name + " answer " + answer.getClass().getSimpleName(),
        () -> onAnswer.accept(answer));
  }

  private ApiAnswer effect(RequestLedger.Call call) {
    return switch (call.call) {
      case ApiCall.RemoveApiKey remove -> remove(call, remove);
      case ApiCall.Login login when call.admission != null ->
          loginWithKey((Credentials.SecureKey) login.credentials());
      case ApiCall.Login login -> login(call);
      case ApiCall.Logout logout -> logout(logout.apiToken().reveal());
    };
  }

  private ApiAnswer remove(RequestLedger.Call call, ApiCall.RemoveApiKey remove) {
    String token = remove.apiToken().reveal();
    String digits = remove.apiSecurekey().reveal();
    String account = sessions.get(lower(token));
    call.by = account;
    if (account == null) {
      return refused("BAD_API_TOKEN", "Invalid or expired API token", token);
    }
    RequestLedger.Key key = key(digits);
    if (key == null || !key.active) {
      return refused("ITEM_NOT_FOUND", "No such item", digits);
    }
    if (!key.account.equals(account) && call.admission.calls.size() > 1) {
      foreignAfterUncertain +=
          call.admission.calls.stream().anyMatch(one -> AttemptsHonest.uncertain(one.answer))
              ? 1
              : 0;
    }
    if (!key.account.equals(account) && scenario.hidesForeignKeys) {
      return refused("ITEM_NOT_FOUND", "No such item", digits);
    }
    if (!key.account.equals(account)) {
      return refused("ACCOUNT_UNPRIVILEGED", "Account does not have permission", digits);
    }
    key.active = false;
    if (world.chance(scenario.lateRemovals)) {
      key.logsInUntilNanos = world.nanos() + world.nanosBetween(1, 20_000);
    }
    call.removed = true;
    world.trace("key removed for " + call.admission.made);
    return new ApiAnswer.Done();
  }

  private ApiAnswer login(RequestLedger.Call call) {
    String account = call.account == null ? "" : call.account;
    if (loginRefusedUntil.getOrDefault(account, 0L) > world.nanos()) {
      return refused(
          "LOGIN_INVALID",
          "Wrong username or password",
          secretOf(scenario.config.accounts().get(account)));
    }
    return new ApiAnswer.Session(Secret.of(newSession(account)));
  }

  private ApiAnswer loginWithKey(Credentials.SecureKey login) {
    String digits = login.securekey().reveal();
    RequestLedger.Key key = key(digits);
    if (key != null
        && key.logsIn(world.nanos())
        && login.username().equals(key.account + "-user")) {
      return new ApiAnswer.Session(Secret.of(newSession(key.account)));
    }
    return world.chance(0.5)
        ? refused("ACCOUNT_UNPRIVILEGED", "Account does not have permission", digits)
        : refused("LOGIN_INVALID", "Wrong username or password", digits);
  }

  private ApiAnswer logout(String token) {
    return sessions.remove(lower(token)) == null
        ? refused("BAD_API_TOKEN", "Invalid or expired API token", token)
        : new ApiAnswer.Done();
  }

  private static String secretOf(@Nullable Credentials credentials) {
    return switch (credentials) {
      case Credentials.Password login -> login.password().reveal();
      case Credentials.SecureKey login -> login.securekey().reveal();
      case null, default -> "";
    };
  }

  /** An API that echoes the parameters in its answer. */
  private ApiAnswer refused(String type, String comment, String secret) {
    return switch (world.between(0, 3)) {
      case 0 -> new ApiAnswer.Refused(type, comment + ": " + secret);
      case 1 -> new ApiAnswer.Refused(type, secret.toUpperCase(Locale.ROOT) + " " + comment);
      default -> new ApiAnswer.Refused(type, comment);
    };
  }

  private static ApiAnswer unhandled() {
    return new ApiAnswer.Refused("UNHANDLED_ERROR", "Something broke");
  }

  private boolean fault(double share) {
    return scenario.faulty() && world.chance(scenario.apiFaults * share * 1.25);
  }

  private @Nullable Long retryAfter() {
    return world.chance(0.5) ? null : (long) world.between(0, 20) * 1000;
  }

  private long silence() {
    return world.chance(0.5) ? world.nanosBetween(1, 500) : 10 * World.SECOND;
  }

  private long latency() {
    long longest =
        scenario.gentle() ? scenario.config.drainTimeoutMs() * World.MS / 4 : 6 * World.SECOND;
    return Math.min(longest, world.longTail(Math.min(scenario.apiLatencyMs * slowness, 4_000) / 2));
  }

  private static String lower(String digits) {
    return digits.toLowerCase(Locale.ROOT);
  }

  /** The accounts' names. */
  static List<String> accounts() {
    return new ArrayList<>(List.of("acme", "other", "third", "given"));
  }
}
