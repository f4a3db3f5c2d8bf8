package dev.revoker.chaos;

import dev.revoker.sandbox.SandboxLedger;
import java.time.Duration;
import java.time.Instant;

/** The API is not called after {@code not_after}. */
final class NoCallAfterNotAfter extends ChaosGuarantee {
  /** The time from reading the clock to the call's arrival, on a busy machine. */
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
                // The worker was frozen between reading the clock and the call.
                || evidence.journal.frozenAcross(notAfter, call.at(), SLACK),
            () -> "called after not_after");
      }
    }
  }
}
