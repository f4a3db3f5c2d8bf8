package dev.revoker.chaos;

import dev.revoker.sandbox.SandboxLedger;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * When each of the API's sessions was used. Each worker process opens its own, so a session that is
 * still used does not belong to a killed process.
 */
final class SessionUse {
  private final Map<Integer, TreeSet<Instant>> calls = new HashMap<>();

  SessionUse(Evidence evidence) {
    for (SentRequest one : evidence.requests()) {
      if (one.key() != null) {
        for (SandboxLedger.Call call : evidence.ledger.calls(one.key())) {
          calls.computeIfAbsent(call.session(), session -> new TreeSet<>()).add(call.at());
        }
      }
    }
  }

  /** Whether a call used it between the two times. */
  boolean used(int session, Instant after, Instant before) {
    Instant next = calls.getOrDefault(session, new TreeSet<>()).higher(after);
    return next != null && next.isBefore(before);
  }
}
