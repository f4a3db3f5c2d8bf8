package dev.revoker.chaos;

import dev.revoker.sandbox.SandboxLedger;
import java.time.Duration;
import java.time.Instant;

/** Once {@code not_after} has passed the API is not called. */
final class NoCallAfterNotAfter extends ChaosGuarantee {
  /** From the look at the clock to the call's arrival, on a machine that is busy. */
  private static final Duration SLACK = Duration.ofSeconds(3);

  NoCallAfterNotAfter(Evidence evidence) {
    super(evidence);
  }

  @Override
  void atEnd() {
    for (SentRequest one : evidence.requests()) {
      Instant notAfter = one.notAfter();
      if (notAfter == null || one.key() == null) {
        continue;
      }
      String source = one.source().toString();
      if (one.mix() == SentRequest.Mix.LATE) {
        askOf(
            source, evidence.ledger.callCount(one.key()) == 0, () -> "called, and it was too late");
      }
      for (SandboxLedger.Call call : evidence.ledger.calls(one.key())) {
        askOf(
            source,
            call.at().isBefore(notAfter.plus(SLACK))
                // Frozen between the look at the clock and the call.
                || evidence.journal.frozenAcross(notAfter, call.at(), SLACK),
            () -> "called after not_after");
      }
    }
  }
}
