package dev.revoker.sandbox;

import dev.revoker.sandbox.SandboxLedger.Call;
import dev.revoker.time.Time;
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

/** Counts calls, their answers, and how many were in flight at a time. Thread-safe. */
final class CallStats {
  private static final Logger LOG = LoggerFactory.getLogger(CallStats.class);

  /** Calls for keys are recorded up to this number, in about 300 bytes each. */
  private static final int MAX_CALLS = 1_000_000;

  /** Account names and tokens that clients make up must not fill the memory. */
  private static final int MAX_NAMES = 100_000;

  private final Time time;
  private final Map<Endpoint, Map<String, Long>> answers = new EnumMap<>(Endpoint.class);
  private final Map<String, Map<String, Long>> logins = new HashMap<>();
  private final Map<Endpoint, Gauge> inFlight = new EnumMap<>(Endpoint.class);
  private final Gauge total = new Gauge();
  private final Map<String, Gauge> inFlightBySession = new HashMap<>();
  private final Map<String, Integer> sessionNumbers = new HashMap<>();
  private final Map<String, List<Call>> removals = new HashMap<>();
  private int removalCalls;
  private int maxOfOneSession;

  CallStats(Time time) {
    this.time = time;
  }

  private static final class Gauge {
    int now;
    int max;

    void up() {
      max = Math.max(max, ++now);
    }
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

  private int numberOf(@Nullable String session) {
    if (session == null
        || (sessionNumbers.size() >= MAX_NAMES && !sessionNumbers.containsKey(session))) {
      return -1;
    }
    return sessionNumbers.computeIfAbsent(session, absent -> sessionNumbers.size());
  }

  /** Counts a login for an account, whether the account exists or not. */
  synchronized void login(String account, String answer) {
    if (logins.size() < MAX_NAMES || logins.containsKey(account)) {
      logins.computeIfAbsent(account, absent -> new TreeMap<>()).merge(answer, 1L, Long::sum);
    }
  }

  synchronized Map<String, Long> answers(Endpoint endpoint) {
    return Map.copyOf(answers.getOrDefault(endpoint, Map.of()));
  }

  synchronized Map<String, Long> logins(String account) {
    return Map.copyOf(logins.getOrDefault(account, Map.of()));
  }

  synchronized List<Call> removals(String key) {
    return List.copyOf(removals.getOrDefault(normalized(key), List.of()));
  }

  synchronized int inFlight() {
    return total.now;
  }

  synchronized int maxInFlight() {
    return total.max;
  }

  synchronized int maxInFlight(Endpoint endpoint) {
    return gauge(endpoint).max;
  }

  synchronized int maxInFlightOfOneSession() {
    return maxOfOneSession;
  }

  /** Forgets everything except the calls that are in flight. */
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

  private Gauge gauge(Endpoint endpoint) {
    return inFlight.computeIfAbsent(endpoint, absent -> new Gauge());
  }

  private synchronized void ended(Gauge gauge, @Nullable String session) {
    gauge.now--;
    total.now--;
    if (session != null) {
      inFlightBySession.computeIfPresent(session, (token, own) -> --own.now == 0 ? null : own);
    }
  }

  private static String normalized(String key) {
    return key.toLowerCase(Locale.ROOT);
  }
}
