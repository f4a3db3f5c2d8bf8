package dev.revoker.chaos;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.SandboxLedger;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every result is true, by the table of outcomes. The sandbox's ledger of keys and calls decides.
 */
final class TruthfulOutcome extends ChaosGuarantee {
  TruthfulOutcome(Evidence evidence) {
    super(evidence);
  }

  @Override
  void atEnd() {
    for (SentRequest one : evidence.requests()) {
      for (ObservedResult answer : evidence.answersTo(one)) {
        String lie = lie(one, answer);
        askOf(answer.source(), lie == null, () -> "" + lie);
      }
    }
  }

  private @Nullable String lie(SentRequest one, ObservedResult answer) {
    if (!answer.status().equals(answer.outcome().endsWith("revoked") ? "success" : "error")) {
      return "status and outcome do not fit";
    }
    if (one.mix().valid() == answer.outcome().equals("rejected")) {
      return "rejected, or not, wrongly";
    }
    Secret key = one.key();
    if (key == null) {
      return null;
    }
    List<SandboxLedger.Call> calls = evidence.ledger.calls(key);
    if (!one.mix().valid()) {
      return calls.isEmpty() ? null : "the API was called";
    }
    return byOutcome(one, answer, key, calls);
  }

  private @Nullable String byOutcome(
      SentRequest one, ObservedResult answer, Secret key, List<SandboxLedger.Call> calls) {
    boolean bornOut =
        switch (answer.outcome()) {
          case "revoked" ->
              answer.keyState().equals("inactive") && evidence.ledger.removals(key) > 0;
          case "already_revoked" ->
              answer.keyState().equals("inactive") && evidence.ledger.removals(key) > 0;
          case "not_found" ->
              calls.stream().anyMatch(call -> call.answer().equals("400 ITEM_NOT_FOUND"));
          case "expired" ->
              one.notAfter() != null
                  // Results have milliseconds.
                  && !answer.completedAt().isBefore(one.notAfter().truncatedTo(ChronoUnit.MILLIS));
          case "refused" ->
              one.mix() == SentRequest.Mix.OTHER_ACCOUNT
                  && calls.stream()
                      .anyMatch(call -> call.answer().equals("400 ACCOUNT_UNPRIVILEGED"));
          case "session_failed" -> one.mix() == SentRequest.Mix.OWN_TOKEN;
          // Refused connections are attempts too, and the ledger does not see them.
          case "unavailable" -> answer.attempts() > 0;
          default -> false;
        };
    if (!bornOut) {
      return "the calls do not bear it out";
    }
    if ((one.mix() == SentRequest.Mix.OWN_TOKEN || one.mix() == SentRequest.Mix.OTHER_ACCOUNT)
        && evidence.ledger.removals(key) > 0) {
      return "removed with a session that has no right to it";
    }
    return null;
  }
}
