package dev.revoker.chaos;

import dev.revoker.model.Secret;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A result's statement about the key is proven. {@code inactive}: the key does not log in. {@code
 * already_revoked}: an earlier committed result of this key says {@code revoked}. {@code
 * not_found}: no account of the worker has the key.
 */
final class ProvenKeyState extends ChaosGuarantee {
  ProvenKeyState(Evidence evidence) {
    super(evidence);
  }

  @Override
  void atEnd() {
    Map<String, ObservedResult> revoked =
        evidence.answers().values().stream()
            .map(all -> all.getFirst())
            .filter(one -> one.outcome().equals("revoked"))
            .collect(
                Collectors.toMap(
                    one -> one.requestId() + one.completedAt(),
                    Function.identity(),
                    (first, second) -> first));
    for (SentRequest one : evidence.requests()) {
      Secret key = one.key();
      if (key != null) {
        evidence.answersTo(one).forEach(answer -> check(one, key, answer, revoked));
      }
    }
  }

  private void check(
      SentRequest one, Secret key, ObservedResult answer, Map<String, ObservedResult> revoked) {
    if (answer.keyState().equals("inactive")) {
      askOf(answer.source(), !evidence.ledger.isActive(key), () -> "the key logs in");
    }
    if (answer.outcome().equals("already_revoked")) {
      ObservedResult earlier = revoked.get(String.valueOf(answer.revokedBy()));
      askOf(
          answer.source(),
          earlier != null
              && earlier.fingerprint() != null
              && earlier.fingerprint().equals(answer.fingerprint())
              && !earlier.completedAt().isAfter(answer.completedAt()),
          () -> "no earlier result says that the key was revoked");
    }
    if (answer.outcome().equals("not_found") && one.mix() != SentRequest.Mix.OTHER_ACCOUNT) {
      askOf(
          answer.source(),
          !evidence.ledger.isActive(key),
          () -> "an account of the worker has the key");
    }
  }
}
