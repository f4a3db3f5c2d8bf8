package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.Faults.Fault;
import dev.revoker.time.Time;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the sandbox knows for certain: which keys are active, and which calls arrived. Tests and the
 * demo compare the worker's results with it. Thread-safe; keys may be given in either case.
 *
 * <p>An answer is named by its status and error type, such as {@code 204} or {@code 400
 * ITEM_NOT_FOUND}. A {@link Fault} without effect is named instead of the answer, such as {@code
 * reset}. A fault with effect is named before it, such as {@code close_after_effect 204}. Every
 * call during an outage is named {@code outage}.
 */
public final class SandboxLedger {
  private static final Logger LOG = LoggerFactory.getLogger(SandboxLedger.class);

  /** Calls for keys are recorded up to this number, in about 300 bytes each. */
  private static final int MAX_CALLS = 1_000_000;

  /** Account names and tokens that clients make up must not fill the memory. */
  private static final int MAX_NAMES = 100_000;

  private final AccountStore store;
  private final Time time;
  private final Map<Endpoint, Map<String, Long>> answers = new EnumMap<>(Endpoint.class);
  private final Map<String, Map<String, Long>> logins = new HashMap<>();
  private final Map<String, List<Call>> removals = new HashMap<>();
  private final Map<String, Integer> sessionNumbers = new HashMap<>();
  private final Gauge total = new Gauge();
  private final Map<Endpoint, Gauge> inFlight = new EnumMap<>(Endpoint.class);
  private final Map<String, Gauge> inFlightBySession = new HashMap<>();
  private int removalCalls;
  private int maxOfOneSession;

  SandboxLedger(AccountStore store, Time time) {
    this.store = store;
    this.time = time;
  }

  /**
   * A call to remove_api_key.
   *
   * @param order numbers the calls for all keys in the order of their arrival
   * @param session numbers the tokens in the order of their first call; -1 if the call had none, or
   *     if there were too many tokens
   * @param answer the name of the answer or fault
   */
  public record Call(int order, Instant at, int session, String answer) {}

  private static final class Gauge {
    int now;
    int max;

    void up() {
      max = Math.max(max, ++now);
    }
  }

  /** Whether a login with the key would succeed now, if its account is not locked. */
  public boolean isActive(Secret key) {
    return store.isActive(key.reveal());
  }

  /** How many calls removed the key, whether the client got the answer or not. */
  public int removals(Secret key) {
    String removed = AccountApi.REMOVED.countedAs();
    return (int) calls(key).stream().filter(call -> call.answer().endsWith(removed)).count();
  }

  /** How many calls to remove_api_key named the key. */
  public int callCount(Secret key) {
    return calls(key).size();
  }

  /** The calls to remove_api_key that named the key, among the first million calls. */
  public synchronized List<Call> calls(Secret key) {
    return List.copyOf(removals.getOrDefault(normalized(key.reveal()), List.of()));
  }

  /** How often an endpoint gave each answer. */
  public synchronized Map<String, Long> answers(Endpoint endpoint) {
    return Map.copyOf(answers.getOrDefault(endpoint, Map.of()));
  }

  /** How many calls an endpoint received. */
  public long calls(Endpoint endpoint) {
    return answers(endpoint).values().stream().mapToLong(Long::longValue).sum();
  }

  /** How often logins of an account got each answer. */
  public synchronized Map<String, Long> logins(String account) {
    return Map.copyOf(logins.getOrDefault(account, Map.of()));
  }

  /** How many calls are in flight now. */
  public synchronized int inFlight() {
    return total.now;
  }

  /** The most calls that were in flight at a time. */
  public synchronized int maxInFlight() {
    return total.max;
  }

  /** The most calls of an endpoint that were in flight at a time. */
  public synchronized int maxInFlight(Endpoint endpoint) {
    return gauge(endpoint).max;
  }

  /**
   * The most calls to remove_api_key with the same token that were in flight at a time. Every
   * worker has a session of its own, so these calls came from one worker.
   */
  public synchronized int maxInFlightOfOneSession() {
    return maxOfOneSession;
  }

  /** How many accounts exist. */
  public int accounts() {
    return store.accountCount();
  }

  /** How many keys are not removed. */
  public int activeKeys() {
    return store.activeKeys();
  }

  /** How many keys were removed. */
  public int removedKeys() {
    return store.removedKeys();
  }

  /** A call arrived. Run the returned task when it has been answered, or its client has gone. */
  synchronized Runnable arrived(Endpoint endpoint, @Nullable String session) {
    Gauge gauge = gauge(endpoint);
    gauge.up();
    total.up();
    if (session != null) {
      Gauge own = inFlightBySession.computeIfAbsent(session, absent -> new Gauge());
      own.up();
      maxOfOneSession = Math.max(maxOfOneSession, own.now);
    }
    return () -> ended(gauge, session);
  }

  private synchronized void ended(Gauge gauge, @Nullable String session) {
    gauge.now--;
    total.now--;
    if (session != null) {
      inFlightBySession.computeIfPresent(session, (token, own) -> --own.now == 0 ? null : own);
    }
  }

  /** Counts the answer to a call, or the fault that it got. */
  synchronized void answered(Endpoint endpoint, String answer) {
    answers.computeIfAbsent(endpoint, absent -> new TreeMap<>()).merge(answer, 1L, Long::sum);
  }

  /** Records a call to remove_api_key for this key, with the token of a session. */
  synchronized void removal(String key, @Nullable String session, String answer) {
    if (removalCalls == MAX_CALLS) {
      LOG.atWarn()
          .addKeyValue("calls", MAX_CALLS)
          .log("the sandbox records no further calls for single keys; it still counts all calls");
    }
    if (removalCalls++ < MAX_CALLS) {
      removals
          .computeIfAbsent(normalized(key), absent -> new ArrayList<>(1))
          .add(new Call(removalCalls - 1, time.now(), numberOf(session), answer));
    }
  }

  /** Counts a login for an account, whether the account exists or not. */
  synchronized void login(String account, String answer) {
    if (logins.size() < MAX_NAMES || logins.containsKey(account)) {
      logins.computeIfAbsent(account, absent -> new TreeMap<>()).merge(answer, 1L, Long::sum);
    }
  }

  /** Forgets everything except the accounts and the calls that are in flight. */
  synchronized void clear() {
    answers.clear();
    logins.clear();
    removals.clear();
    removalCalls = 0;
    sessionNumbers.clear();
    maxOfOneSession =
        inFlightBySession.values().stream().mapToInt(gauge -> gauge.now).max().orElse(0);
    inFlight.values().forEach(gauge -> gauge.max = gauge.now);
    total.max = total.now;
  }

  private int numberOf(@Nullable String session) {
    if (session == null
        || (sessionNumbers.size() >= MAX_NAMES && !sessionNumbers.containsKey(session))) {
      return -1;
    }
    return sessionNumbers.computeIfAbsent(session, absent -> sessionNumbers.size());
  }

  private Gauge gauge(Endpoint endpoint) {
    return inFlight.computeIfAbsent(endpoint, absent -> new Gauge());
  }

  private static String normalized(String key) {
    return key.toLowerCase(Locale.ROOT);
  }
}
