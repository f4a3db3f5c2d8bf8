package dev.revoker.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.Endpoint;
import dev.revoker.sandbox.Faults;
import dev.revoker.sandbox.Faults.Fault;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.SandboxAccount;
import dev.revoker.sandbox.Undocumented;
import dev.revoker.sandbox.WorkerProcess;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** CONTRACT 5.7: one account's trouble is its own. */
class AccountsIT {
  @Test
  void aRefusedLoginIsTriedOnceAndDelaysNoOther() {
    try (Scene scene =
        new Scene(
            Map.of(
                "max.in.flight", "8",
                "accounts", LocalStack.ACCOUNT + ",broken",
                "default.account", LocalStack.ACCOUNT,
                "account.broken.username", "broken",
                "account.broken.password", "not-its-password"))) {
      scene
          .stack()
          .api()
          .addAccount(new SandboxAccount("broken", Secret.of("its-password"), List.of()));
      WorkerProcess worker = scene.worker();
      scene.awaitReady(worker);
      List<Secret> lost = scene.stack().api().generateKeys("broken", 200);
      scene.submit("standard", lost, Map.of("account", "broken"));
      scene.submitKeys("standard", 300, Map.of());
      scene.awaitResults(500);
      // Those of before may all have waited for one login; these come after it was refused.
      scene.submit(
          "urgent", scene.stack().api().generateKeys("broken", 20), Map.of("account", "broken"));

      scene.awaitExactlyOneResultEach();
      assertThat(scene.outcomes()).isEqualTo(Map.of("session_failed", 220L, "revoked", 300L));
      assertThat(
              scene.stack().api().ledger().logins("broken").values().stream()
                  .mapToLong(n -> n)
                  .sum())
          .as("a refused login is not tried again within login.retry.ms")
          .isEqualTo(1);
      assertThat(lost).allMatch(scene.stack().api().ledger()::isActive);
    }
  }

  /** Whatever the API answers for it: it is no proof, not even after a call without an answer. */
  @ParameterizedTest
  @EnumSource(Undocumented.OtherAccountKey.class)
  void aKeyOfAnotherAccountIsNeverReportedAsRevoked(Undocumented.OtherAccountKey answer) {
    try (Scene scene =
        new Scene(Map.of("max.in.flight", "8", "breaker.failure.rate.threshold", "100"))) {
      scene
          .stack()
          .api()
          .addAccount(new SandboxAccount("other", Secret.of("its-password"), List.of()));
      scene.stack().api().order("{\"other_account_key\": \"" + answer + "\"}");
      scene.awaitReady(scene.worker());
      scene.faults(Faults.NONE.with(Fault.CLOSE_BEFORE_EFFECT, 0.5));
      List<Secret> keys = scene.stack().api().generateKeys("other", 30);
      scene.submit("standard", keys, Map.of());
      scene.awaitUntil(
          () ->
              scene.stack().api().ledger().calls(Endpoint.REMOVE_API_KEY) > 60
                  || scene.results.count() == 30);
      scene.faults(Faults.NONE);

      scene.awaitExactlyOneResultEach();
      assertThat(keys).allMatch(scene.stack().api().ledger()::isActive);
      assertThat(scene.outcomes().keySet()).isSubsetOf("not_found", "refused", "unavailable");
      assertThat(scene.results.all())
          .noneMatch(one -> one.value().get("key_state").asString().equals("inactive"))
          .anyMatch(one -> one.value().get("uncertain_attempts").asInt() > 0);
    }
  }

  @Test
  void expiredTokensAreRenewedAndNoRequestFails() {
    try (Scene scene = new Scene(Map.of("max.in.flight", "8"))) {
      WorkerProcess worker = scene.worker();
      scene.awaitReady(worker);
      for (int round = 0; round < 5; round++) {
        scene.submitKeys("standard", 200, Map.of());
        scene.stack().api().expireTokens(LocalStack.ACCOUNT);
        scene.awaitResults(scene.sent());
      }
      scene.awaitExactlyOneResultEach();
      assertThat(scene.outcomes()).containsOnlyKeys("revoked");
    }
  }
}
