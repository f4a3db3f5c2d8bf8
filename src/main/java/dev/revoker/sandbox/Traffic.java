package dev.revoker.sandbox;

import dev.revoker.time.Time;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What came in, what was answered, how much at a time. Safe on any thread. */
final class Traffic {
  private final Time time;
  private final Map<Endpoint, Map<String, Long>> answers = new EnumMap<>(Endpoint.class);
  private final Map<String, Map<String, Long>> logins = new HashMap<>();
  private final Map<Endpoint, Gauge> gauges = new EnumMap<>(Endpoint.class);
  private final Gauge total = new Gauge();
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
  synchronized Runnable arrived(Endpoint endpoint) {
    Gauge gauge = gauges.computeIfAbsent(endpoint, e -> new Gauge());
    gauge.up();
    total.up();
    return () -> left(gauge);
  }

  /** How the call was answered, or which fate befell it. */
  synchronized void answered(Endpoint endpoint, String answer) {
    answers.computeIfAbsent(endpoint, e -> new TreeMap<>()).merge(answer, 1L, Long::sum);
  }

  /** A call to remove_api_key, for one key. */
  synchronized void removal(int key, String answer) {
    removals.add(key, time.now().toEpochMilli(), answer);
  }

  /** A login for an account, known or not. */
  synchronized void login(String account, String answer) {
    // Names that were never seen must not fill the memory.
    if (logins.size() < 100_000 || logins.containsKey(account)) {
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

  /** Forgets all; what is in flight stays counted. */
  synchronized void clear() {
    answers.clear();
    logins.clear();
    removals = new CallLog();
    gauges.values().forEach(gauge -> gauge.most = gauge.now);
    total.most = total.now;
  }

  private synchronized void left(Gauge gauge) {
    gauge.now--;
    total.now--;
  }
}
