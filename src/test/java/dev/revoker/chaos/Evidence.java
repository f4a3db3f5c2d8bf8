package dev.revoker.chaos;

import dev.revoker.sandbox.Endpoint;
import dev.revoker.sandbox.SandboxLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The record of a run: requests, results, calls and disturbances. */
final class Evidence {
  final DisturbanceLog journal = new DisturbanceLog();
  final KnownSecrets secrets = new KnownSecrets();
  final SandboxLedger ledger;

  /** Whether a request without an account is tried with every account of the worker. */
  final boolean anyAccount;

  private final Map<String, SentRequest> asked = new ConcurrentHashMap<>();
  private final Map<String, List<ObservedResult>> answers = new ConcurrentHashMap<>();
  private final AtomicInteger results = new AtomicInteger();

  Evidence(SandboxLedger ledger, boolean anyAccount) {
    this.ledger = ledger;
    this.anyAccount = anyAccount;
  }

  void asked(SentRequest one) {
    asked.put(one.source().toString(), one);
  }

  void answered(ObservedResult one) {
    answers.computeIfAbsent(one.source(), source -> new CopyOnWriteArrayList<>()).add(one);
    results.incrementAndGet();
  }

  Collection<SentRequest> requests() {
    return asked.values();
  }

  Map<String, List<ObservedResult>> answers() {
    return answers;
  }

  List<ObservedResult> answersTo(SentRequest one) {
    return answers.getOrDefault(one.source().toString(), List.of());
  }

  boolean knows(String source) {
    return asked.containsKey(source);
  }

  int results() {
    return results.get();
  }

  int unanswered() {
    return asked.size() - answers.size();
  }

  /** The requests that have no result yet. */
  Set<String> open() {
    Set<String> open = new HashSet<>();
    for (String source : asked.keySet()) {
      if (!answers.containsKey(source)) {
        open.add(source);
      }
    }
    return open;
  }

  /** The number of calls to remove a key. */
  long calls() {
    return ledger.calls(Endpoint.REMOVE_API_KEY);
  }

  /** The history of one request, for a report. Shows no key. */
  String history(String source) {
    List<String> lines = new ArrayList<>();
    SentRequest one = asked.get(source);
    lines.add(one == null ? source + " was never sent" : one.toString());
    if (one != null && one.key() != null) {
      ledger.calls(one.key()).forEach(call -> lines.add("call   " + call));
      lines.add("key is " + (ledger.isActive(one.key()) ? "active" : "not active"));
    }
    answers.getOrDefault(source, List.of()).forEach(answer -> lines.add("result " + answer));
    if (one != null) {
      journal
          .between(one.sentAt(), one.sentAt().plus(Duration.ofMinutes(1)))
          .forEach(event -> lines.add("done   " + event));
    }
    return String.join("\n    ", lines);
  }
}
