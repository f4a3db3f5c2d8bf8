package dev.revoker.sandbox;

import dev.revoker.time.Time;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What came in, what was answered, how much at a time. Safe on any thread. */
final class Traffic {
  /** What was never seen must not fill the memory. */
  private static final int MOST_NAMES = 100_000;

  private final Time time;
  private final Map<Endpoint, Map<String, Long>> answers = new EnumMap<>(Endpoint.class);
  private final Map<String, Map<String, Long>> logins = new HashMap<>();
  private final Map<Endpoint, Gauge> gauges = new EnumMap<>(Endpoint.class);
  private final Gauge total = new Gauge();
  private final Map<String, Gauge> sessions = new HashMap<>();
  private final Map<String, Integer> sessionNumbers = new HashMap<>();
  private int mostOfOneSession;
  private CallLog removals = new CallLog();

  Traffic(Time time) {
    this.time = time;
    clear();
  }

  private static final class Gauge {
    int now;
    int most;

    void up() {
      most = Math.max(most, ++now);
    }
  }

  /** A call came in; run what is returned when it has been answered or is gone. */
  synchronized Runnable arrived(Endpoint endpoint, @Nullable String session) {
    Gauge gauge = gauges.computeIfAbsent(endpoint, e -> new Gauge());
    gauge.up();
    total.up();
    if (session != null) {
      Gauge own = sessions.computeIfAbsent(session, s -> new Gauge());
      own.up();
      mostOfOneSession = Math.max(mostOfOneSession, own.now);
    }
    return () -> left(gauge, session);
  }

  /** How the call was answered, or which fate befell it. */
  synchronized void answered(Endpoint endpoint, String answer) {
    answers.computeIfAbsent(endpoint, e -> new TreeMap<>()).merge(answer, 1L, Long::sum);
  }

  /** A call to remove_api_key, for one key, with the token of a session. */
  synchronized void removal(int key, @Nullable String session, String answer) {
    removals.add(key, time.now().toEpochMilli(), numberOf(session), answer);
  }

  private int numberOf(@Nullable String session) {
    if (session == null
        || (sessionNumbers.size() >= MOST_NAMES && !sessionNumbers.containsKey(session))) {
      return -1;
    }
    return sessionNumbers.computeIfAbsent(session, s -> sessionNumbers.size());
  }

  /** A login for an account, known or not. */
  synchronized void login(String account, String answer) {
    if (logins.size() < MOST_NAMES || logins.containsKey(account)) {
      logins.computeIfAbsent(account, a -> new TreeMap<>()).merge(answer, 1L, Long::sum);
    }
  }

  synchronized Map<String, Long> answers(Endpoint endpoint) {
    return Map.copyOf(answers.getOrDefault(endpoint, Map.of()));
  }

  synchronized Map<String, Long> logins(String account) {
    return Map.copyOf(logins.getOrDefault(account, Map.of()));
  }

  synchronized int removalCount(int key) {
    return removals.count(key);
  }

  synchronized List<Ledger.Call> removals(int key) {
    return removals.of(key);
  }

  synchronized int inFlight() {
    return total.now;
  }

  synchronized int maxInFlight() {
    return total.most;
  }

  synchronized int maxInFlight(Endpoint endpoint) {
    return gauges.computeIfAbsent(endpoint, e -> new Gauge()).most;
  }

  synchronized int maxInFlightOfOneSession() {
    return mostOfOneSession;
  }

  /** Forgets all; what is in flight stays counted. */
  synchronized void clear() {
    answers.clear();
    logins.clear();
    removals = new CallLog();
    sessionNumbers.clear();
    mostOfOneSession = sessions.values().stream().mapToInt(gauge -> gauge.now).max().orElse(0);
    gauges.values().forEach(gauge -> gauge.most = gauge.now);
    total.most = total.now;
  }

  private synchronized void left(Gauge gauge, @Nullable String session) {
    gauge.now--;
    total.now--;
    if (session != null) {
      sessions.computeIfPresent(session, (token, own) -> --own.now == 0 ? null : own);
    }
  }
}
