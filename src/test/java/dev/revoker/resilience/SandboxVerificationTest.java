package dev.revoker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.api.Api;
import dev.revoker.api.ApiCall;
import dev.revoker.api.HttpApi;
import dev.revoker.config.Config;
import dev.revoker.config.ConfigLoader;
import dev.revoker.config.Loaded;
import dev.revoker.model.Outcome;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.Result.Verification.Login;
import dev.revoker.model.Secret;
import dev.revoker.sandbox.Endpoint;
import dev.revoker.sandbox.Faults;
import dev.revoker.sandbox.Faults.Fault;
import dev.revoker.sandbox.SandboxAccount;
import dev.revoker.sandbox.SandboxApi;
import dev.revoker.sandbox.Undocumented;
import dev.revoker.time.SystemTime;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of verification and the search for an account, over HTTP against the sandbox. */
class SandboxVerificationTest {
  private final SystemTime time = new SystemTime();
  private final Rig listener = Rig.withDefaults();
  private SandboxApi sandbox;
  private HttpApi http;
  private Dispatcher dispatcher;
  private Runnable beforeRemoval = () -> {};
  private long offset;

  @BeforeEach
  void start() throws IOException {
    sandbox =
        SandboxApi.start(
            SandboxApi.Options.defaults()
                .withAccounts(
                    List.of(
                        new SandboxAccount("main", Secret.of("pw-main"), List.of()),
                        new SandboxAccount("other", Secret.of("pw-other"), List.of()))),
            time);
  }

  @AfterEach
  void stop() {
    if (http != null) {
      http.close();
    }
    sandbox.close();
    time.close();
    assertThat(listener.bugs).isEmpty();
  }

  private void worker(String... settings) {
    Map<String, String> variables = new HashMap<>();
    for (String setting :
        List.of(
            "bootstrap.servers=unused:1",
            "api.base.url=" + sandbox.url(),
            "accounts=main,other",
            "account.main.username=main",
            "account.main.password=pw-main",
            "account.other.username=other",
            "account.other.password=pw-other",
            "default.account=main",
            "retry.max.attempts=3",
            "retry.initial.backoff.ms=100",
            "breaker.minimum.calls=50")) {
      put(variables, setting);
    }
    List.of(settings).forEach(setting -> put(variables, setting));
    Config config = ((Loaded.Valid) ConfigLoader.load(null, variables)).config();
    http = new HttpApi(config.api(), config.limits().maxInFlight(), time);
    Api hooked =
        (call, onAnswer) -> {
          if (call instanceof ApiCall.RemoveApiKey) {
            beforeRemoval.run();
          }
          http.call(call, onAnswer);
        };
    dispatcher = new Dispatcher(config, hooked, Dispatcher.Memory.NONE, listener, time, () -> 0.99);
  }

  private static void put(Map<String, String> variables, String setting) {
    String[] parts = setting.split("=", 2);
    variables.put("REVOKER_" + parts[0].replace('.', '_').toUpperCase(Locale.ROOT), parts[1]);
  }

  private Secret key(String owner) {
    return sandbox.generateKeys(owner, 1).getFirst();
  }

  private Result revoke(Secret key, String account, String username) throws Exception {
    CompletableFuture<Result> result = new CompletableFuture<>();
    Ask ask = Ask.in("urgent").of(account).username(username).key(key.reveal());
    dispatcher.admit(
        ask.request(offset++),
        new RequestProcessor.Caller() {
          @Override
          public void answered(Result answer) {
            result.complete(answer);
          }

          @Override
          public void withdrawn() {
            result.completeExceptionally(new AssertionError("withdrawn"));
          }
        });
    return result.get(30, TimeUnit.SECONDS);
  }

  private static void assertResult(
      Result result, Outcome outcome, KeyState state, Login before, Login after) {
    assertThat(result.outcome()).isEqualTo(outcome);
    assertThat(result.keyState()).isEqualTo(state);
    assertThat(result.verification()).isNotNull();
    assertThat(result.verification().before()).isEqualTo(before);
    assertThat(result.verification().after()).isEqualTo(after);
  }

  private void assertEverySessionOfAKeyIsClosed(long sessions) {
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(sandbox.ledger().answers(Endpoint.LOGOUT))
                    .isEqualTo(sessions == 0 ? Map.of() : Map.of("204", sessions)));
  }

  @ParameterizedTest
  @EnumSource(Undocumented.RemovedKeyLogin.class)
  void aRemovedKeyIsRefusedInEitherWay(Undocumented.RemovedKeyLogin text) throws Exception {
    sandbox.order("{\"removed_key_login\": \"" + text + "\"}");
    worker("verify=full");
    Secret key = key("main");
    Result result = revoke(key, "main", null);
    assertResult(result, Outcome.REVOKED, KeyState.INACTIVE, Login.ACCEPTED, Login.REFUSED);
    assertThat(result.verification().username()).isEqualTo("main");
    assertThat(sandbox.ledger().isActive(key)).isFalse();
    assertEverySessionOfAKeyIsClosed(1);
  }

  @Test
  void aRemovalIsNotDowngradedByALoginWithoutAnAnswer() throws Exception {
    worker("verify=after");
    beforeRemoval =
        () -> sandbox.faults(Endpoint.LOGIN, Faults.NONE.with(Fault.CLOSE_BEFORE_EFFECT, 1));
    Result result = revoke(key("main"), "main", null);
    assertResult(result, Outcome.REVOKED, KeyState.INACTIVE, Login.UNTRIED, Login.UNTRIED);
  }

  @Test
  void aRemovalThatTakesEffectAfterAWhileIsRevoked() throws Exception {
    sandbox.order("{\"removal_delay_ms\": 150}");
    worker("verify=after", "retry.max.attempts=6");
    Secret key = key("main");
    Result result = revoke(key, "main", null);
    assertResult(result, Outcome.REVOKED, KeyState.INACTIVE, Login.UNTRIED, Login.REFUSED);
    assertThat(sandbox.ledger().isActive(key)).isFalse();
    assertThat(listener.logins).as("the account's own login").containsExactly("main success");
  }

  @Test
  void aRemovalThatDoesNotTakeEffectIsStillActive() throws Exception {
    sandbox.order("{\"removal_delay_ms\": 600000}");
    worker("verify=after");
    Secret key = key("main");
    Result result = revoke(key, "main", null);
    assertResult(result, Outcome.UNEXPECTED, KeyState.ACTIVE, Login.UNTRIED, Login.ACCEPTED);
    assertThat(result.error().type()).isEqualTo("STILL_ACTIVE");
    assertThat(sandbox.ledger().isActive(key)).isTrue();
    assertEverySessionOfAKeyIsClosed(3);
  }

  @ParameterizedTest
  @EnumSource(Undocumented.OtherAccountKey.class)
  void anotherAccountsKeyIsRemovedWithItsOwnSession(Undocumented.OtherAccountKey answer)
      throws Exception {
    sandbox.order("{\"other_account_key\": \"" + answer + "\"}");
    worker("verify=full");
    Secret key = key("other");
    Result result = revoke(key, "main", "other");
    assertResult(result, Outcome.REVOKED, KeyState.INACTIVE, Login.ACCEPTED, Login.REFUSED);
    assertThat(result.attempts()).isEqualTo(2);
    assertThat(sandbox.ledger().isActive(key)).isFalse();
    assertEverySessionOfAKeyIsClosed(1);
  }

  @Test
  void aKeyThatAnUncertainAttemptRemovedIsRevoked() throws Exception {
    worker("verify=full");
    sandbox.faults(Endpoint.REMOVE_API_KEY, Faults.NONE.with(Fault.CLOSE_AFTER_EFFECT, 1));
    Secret key = key("main");
    Result result = revoke(key, "main", null);
    assertResult(result, Outcome.REVOKED, KeyState.INACTIVE, Login.ACCEPTED, Login.REFUSED);
    assertThat(result.attempts()).isEqualTo(6);
    assertThat(result.uncertainAttempts()).isEqualTo(6);
    assertThat(sandbox.ledger().isActive(key)).isFalse();
  }

  @Test
  void aKeyThatCannotBeRemovedIsActive() throws Exception {
    worker("verify=full");
    sandbox.faults(Endpoint.REMOVE_API_KEY, Faults.NONE.with(Fault.CLOSE_BEFORE_EFFECT, 1));
    Secret key = key("main");
    Result result = revoke(key, "main", null);
    assertResult(result, Outcome.UNAVAILABLE, KeyState.ACTIVE, Login.ACCEPTED, Login.ACCEPTED);
    assertThat(result.retriable()).isTrue();
    assertThat(sandbox.ledger().isActive(key)).isTrue();
    assertEverySessionOfAKeyIsClosed(2);
  }

  @Test
  void aKeyThatLoggedInAndCannotBeTriedAgainIsTreatedAsLive() throws Exception {
    worker("verify=full");
    sandbox.faults(Endpoint.REMOVE_API_KEY, Faults.NONE.with(Fault.CLOSE_BEFORE_EFFECT, 1));
    beforeRemoval =
        () -> sandbox.faults(Endpoint.LOGIN, Faults.NONE.with(Fault.CLOSE_BEFORE_EFFECT, 1));
    Result result = revoke(key("main"), "main", null);
    assertResult(
        result, Outcome.UNAVAILABLE, KeyState.ASSUMED_ACTIVE, Login.ACCEPTED, Login.UNTRIED);
  }

  @Test
  void aRefusedLoginAloneProvesNothing() throws Exception {
    sandbox.order("{\"other_account_key\": \"ITEM_NOT_FOUND\"}");
    worker("verify=full");
    Secret key = key("other");
    Result result = revoke(key, "main", null);
    assertResult(result, Outcome.NOT_FOUND, KeyState.UNKNOWN, Login.REFUSED, Login.UNTRIED);
    assertThat(sandbox.ledger().isActive(key)).isTrue();
    assertEverySessionOfAKeyIsClosed(0);
  }

  @ParameterizedTest
  @EnumSource(Undocumented.OtherAccountKey.class)
  void aKeyOfAnyAccountIsFound(Undocumented.OtherAccountKey answer) throws Exception {
    sandbox.order("{\"other_account_key\": \"" + answer + "\"}");
    worker("verify=after", "default.account=any");
    Secret key = key("other");
    Result result = revoke(key, null, null);
    assertResult(result, Outcome.REVOKED, KeyState.INACTIVE, Login.UNTRIED, Login.REFUSED);
    assertThat(result.account()).isEqualTo("other");
    assertThat(result.verification().username()).isEqualTo("other");
    assertThat(sandbox.ledger().isActive(key)).isFalse();
  }

  @Test
  void anAccountThatIsLockedIsPassedOver() throws Exception {
    sandbox.order("{\"lock_after_refused_logins\": 1}");
    sandbox.refuseLogins("main", true);
    worker("default.account=any");
    Secret key = key("other");
    Result result = revoke(key, null, null);
    assertThat(result.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(result.account()).isEqualTo("other");
    Result unknown = revoke(Secret.of("0123456789abcdef"), null, null);
    assertThat(unknown.outcome()).isEqualTo(Outcome.SESSION_FAILED);
    assertThat(unknown.account()).isNull();
    assertThat(unknown.error().comment()).startsWith("no session of main: ");
  }
}
