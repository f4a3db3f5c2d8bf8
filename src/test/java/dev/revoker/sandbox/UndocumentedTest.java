package dev.revoker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.Faults.Fault;
import dev.revoker.sandbox.RawClient.Got;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What cielo24 does not document, each choice; and parent and child accounts. */
class UndocumentedTest {
  private static final String KEY = "968a8b637a5040159424872fffdb895b";
  private static final String CHILD_KEY = "c0ffee00";
  private static final String OTHER_KEY = "0123456789abcdef";

  private final SharedTime time = new SharedTime();
  private SandboxApi sandbox;
  private RawClient client;

  @BeforeEach
  void start() throws IOException {
    sandbox =
        SandboxApi.start(
            SandboxApi.Options.defaults()
                .withAccounts(
                    List.of(
                        account("acme", null, KEY),
                        account("child", "acme", CHILD_KEY),
                        account("grandchild", "Child", "abcd"),
                        account("other", null, OTHER_KEY))),
            time);
    client = new RawClient(sandbox.url());
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @ParameterizedTest
  @EnumSource
  void aKeyOfAnotherAccountIsRefusedAsChosen(Undocumented.OtherAccountKey answer) {
    sandbox.order("{\"other_account_key\": \"%s\"}".formatted(answer));
    assertThat(remove("acme", OTHER_KEY).body()).contains("\"" + answer + "\"");
    assertThat(sandbox.ledger().isActive(Secret.of(OTHER_KEY))).isTrue();
    if (answer == Undocumented.OtherAccountKey.ITEM_NOT_FOUND) {
      assertThat(remove("acme", OTHER_KEY).body()).isEqualTo(remove("acme", "ffff").body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLoginWithARemovedKeyIsRefusedAsChosen(Undocumented.RemovedKeyLogin answer) {
    sandbox.order("{\"removed_key_login\": \"%s\"}".formatted(answer));
    assertThat(remove("acme", KEY).status()).isEqualTo(204);
    assertThat(keyLogin("acme", KEY).body()).contains("\"" + answer + "\"");
    if (answer == Undocumented.RemovedKeyLogin.LOGIN_INVALID) {
      assertThat(keyLogin("acme", KEY).body()).isEqualTo(keyLogin("acme", "ffff").body());
    }
  }

  @Test
  void aRemovedKeyLogsInUntilTheDelayIsOver() {
    sandbox.order("{\"removal_delay_ms\": 2000}");
    assertThat(remove("acme", KEY).status()).isEqualTo(204);
    assertThat(remove("acme", KEY).body()).contains("ITEM_NOT_FOUND");
    time.advance(Duration.ofMillis(1999));
    assertThat(keyLogin("acme", KEY).status()).isEqualTo(200);
    assertThat(sandbox.ledger().isActive(Secret.of(KEY))).isTrue();

    time.advance(Duration.ofMillis(1));

    assertThat(keyLogin("acme", KEY).body()).contains("ACCOUNT_UNPRIVILEGED");
    assertThat(sandbox.ledger().isActive(Secret.of(KEY))).isFalse();
  }

  @Test
  void refusedLoginsInARowLockTheAccount() {
    sandbox.order("{\"lock_after_refused_logins\": 3}");
    keyLogin("acme", "ffff");
    passwordLogin("acme", "wrong");
    assertThat(passwordLogin("acme", "p").status()).as("two are not enough").isEqualTo(200);
    for (int i = 0; i < 3; i++) {
      assertThat(keyLogin("acme", OTHER_KEY).body()).contains("LOGIN_INVALID");
    }

    assertThat(passwordLogin("acme", "p").body()).contains("LOGIN_INVALID", "locked");
    assertThat(keyLogin("acme", KEY).body()).contains("locked");
    assertThat(passwordLogin("other", "p").status()).isEqualTo(200);
    assertThat(client.get("/_sandbox/state").body()).contains("\"accounts_locked\":[\"acme\"]");

    sandbox.order("{\"account\": \"acme\", \"login\": \"accept\"}");
    assertThat(passwordLogin("acme", "p").status()).isEqualTo(200);
  }

  @Test
  void noAccountIsLockedByDefault() {
    for (int i = 0; i < 50; i++) {
      keyLogin("acme", "ffff");
    }
    assertThat(passwordLogin("acme", "p").status()).isEqualTo(200);
  }

  @Test
  void aParentMakesKeysForItsDescendantsAndNotTheOtherWayRound() {
    String key = generate("acme", "GRANDCHILD").body().split("\"")[3];
    assertThat(key).as("the existing key of that account").isEqualTo("abcd");
    String further = generate("acme", "child&force_new=true").body().split("\"")[3];
    assertThat(keyLogin("child", further).status()).isEqualTo(200);
    assertThat(keyLogin("acme", further).body()).contains("LOGIN_INVALID");
    assertThat(generate("child", "acme").body()).contains("ACCOUNT_UNPRIVILEGED");
    assertThat(generate("acme", "other").body()).contains("ACCOUNT_UNPRIVILEGED");
    assertThat(generate("acme", "nobody").body()).contains("ACCOUNT_DOES_NOT_EXIST");
  }

  @Test
  void aParentRemovesKeysOfItsDescendantsUnlessTheChoiceIsOtherwise() {
    sandbox.order("{\"parent_removes\": false, \"other_account_key\": \"ITEM_NOT_FOUND\"}");
    assertThat(remove("acme", CHILD_KEY).body()).contains("ITEM_NOT_FOUND");
    sandbox.clearFaults();
    assertThat(remove("child", KEY).body()).contains("ACCOUNT_UNPRIVILEGED");
    assertThat(remove("acme", CHILD_KEY).status()).isEqualTo(204);
    assertThat(remove("acme", "abcd").status()).as("of a grandchild").isEqualTo(204);
  }

  @Test
  void aParentChangesThePasswordOfAChild() {
    String form = "/api/account/update_password?v=1&new_password=new&username=%s&api_token=%s";
    assertThat(client.get(form.formatted("other", token("acme"))).status()).isEqualTo(400);
    assertThat(client.get(form.formatted("child", token("acme"))).status()).isEqualTo(204);
    assertThat(passwordLogin("child", "new").status()).isEqualTo(200);
    assertThat(passwordLogin("acme", "p").status()).isEqualTo(200);
  }

  @Test
  void childAccountsAreMadeOverHttp() {
    String json = "{\"username\": \"new\", \"password\": \"p\", \"parent\": \"%s\"}";
    assertThat(client.json("/_sandbox/accounts", json.formatted("nobody")).body())
        .contains("no account nobody");
    assertThat(client.json("/_sandbox/accounts", json.formatted("other")).status()).isEqualTo(200);
    assertThat(generate("other", "new").status()).isEqualTo(200);
  }

  @Test
  void theChoicesAtTheStartReturnWhenFaultsAreCleared() throws IOException {
    SandboxApi.Options options =
        SandboxApi.Options.defaults().withOrder("{\"removal_delay_ms\": 7, \"error_rate\": 1}");
    try (SandboxApi started = SandboxApi.start(options, time)) {
      RawClient raw = new RawClient(started.url());
      started.order("{\"removal_delay_ms\": 0, \"error_rate\": 0}");
      assertThat(raw.get("/_sandbox/faults").body()).contains("\"removal_delay_ms\":0");
      raw.send("DELETE", "/_sandbox/faults", "text/plain", "");
      assertThat(raw.get("/_sandbox/faults").body()).contains("\"removal_delay_ms\":7");
      assertThat(started.faults(Endpoint.LOGIN).rates()).isEqualTo(Map.of(Fault.ERROR, 1.0));
    }
    assertThatThrownBy(() -> SandboxApi.start(options.withOrder("{\"x\": 1}"), time))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("x: unknown");
  }

  private static SandboxAccount account(String name, String parent, String key) {
    return new SandboxAccount(name, Secret.of("p"), List.of(Secret.of(key)), parent);
  }

  private Got keyLogin(String account, String key) {
    return client.get("/api/account/login?v=1&username=" + account + "&securekey=" + key);
  }

  private Got passwordLogin(String account, String password) {
    return client.get("/api/account/login?v=1&username=" + account + "&password=" + password);
  }

  private String token(String account) {
    return passwordLogin(account, "p").body().split("\"")[3];
  }

  private Got remove(String account, String key) {
    return client.get(
        "/api/account/remove_api_key?v=1&api_token=" + token(account) + "&api_securekey=" + key);
  }

  private Got generate(String account, String of) {
    return client.get(
        "/api/account/generate_api_key?v=1&api_token=" + token(account) + "&account_id=" + of);
  }
}
