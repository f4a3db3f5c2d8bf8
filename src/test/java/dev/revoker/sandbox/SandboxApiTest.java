package dev.revoker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.revoker.config.Config;
import dev.revoker.model.Secret;
import dev.revoker.sandbox.RawClient.Got;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The account API without faults, call by call. */
class SandboxApiTest {
  private static final String KEY = "968a8b637a5040159424872fffdb895b";
  private static final String SHORT_KEY = "c0ffee00";
  private static final String FOREIGN_KEY = "0123456789abcdef0123456789abcdef";
  private static final Secret PASSWORD = Secret.of("pass word&=%");
  private static final String PASSWORD_ENCODED = "pass+word%26%3D%25";

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
                        new SandboxAccount(
                            "acme", PASSWORD, List.of(Secret.of(KEY), Secret.of(SHORT_KEY))),
                        new SandboxAccount(
                            "other", Secret.of("x"), List.of(Secret.of(FOREIGN_KEY))))),
            time);
    client = new RawClient(sandbox.url());
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @Test
  void logsInByParametersAndByHeadersWithPasswordOrKey() {
    assertSession(call("login", "username=acme&password=" + PASSWORD_ENCODED));
    assertSession(call("login", "username=acme&securekey=" + KEY));
    assertSession(call("login", "username=acme&securekey=" + KEY.toUpperCase(Locale.ROOT)));
    assertSession(login(Map.of("x-auth-user", "acme", "x-auth-password", PASSWORD.reveal())));
    assertSession(login(Map.of("X-Auth-User", "acme", "X-Auth-SecureKey", SHORT_KEY)));
    assertThat(sandbox.ledger().logins("acme")).isEqualTo(Map.of("200", 5L));
  }

  @Test
  void acceptsEveryCallAsPost() {
    String token = field(form("login", "username=acme&password=" + PASSWORD_ENCODED));
    assertThat(form("generate_api_key", "api_token=" + token).status()).isEqualTo(200);
    assertThat(form("remove_api_key", "api_token=" + token + "&api_securekey=" + KEY).status())
        .isEqualTo(204);
    assertThat(form("update_password", "api_token=" + token + "&new_password=new").status())
        .isEqualTo(204);
    assertThat(form("logout", "api_token=" + token).status()).isEqualTo(204);
    assertSession(call("login", "username=acme&password=new"));
  }

  @ParameterizedTest
  @CsvSource({
    "username=acme&password=wrong,                  LOGIN_INVALID",
    "username=nobody&password=x,                    LOGIN_INVALID",
    "username=acme&securekey=" + FOREIGN_KEY + ",   LOGIN_INVALID",
    "username=acme&securekey=00,                    LOGIN_INVALID",
    "username=acme&securekey=no-hex,                LOGIN_INVALID",
    "password=x,                                    MISSING_PARAMETER",
    "username=acme,                                 MISSING_PARAMETER",
    "username=acme&api_securekey=" + KEY + ",       MISSING_PARAMETER",
  })
  void refusesAWrongLogin(String parameters, String errorType) {
    assertError(call("login", parameters), errorType);
  }

  @ParameterizedTest
  @ValueSource(strings = {KEY, SHORT_KEY})
  void aRemovedKeyCannotLogIn(String key) {
    String token = token();

    Got removed = call("remove_api_key", "api_token=" + token + "&api_securekey=" + key);

    assertThat(removed.head()).startsWith("HTTP/1.1 204 OK");
    assertThat(removed.body()).isEmpty();
    assertThat(sandbox.ledger().isActive(Secret.of(key))).isFalse();
    assertThat(sandbox.ledger().removals(Secret.of(key))).isEqualTo(1);
    Got login = call("login", "username=acme&securekey=" + key);
    assertError(login, "ACCOUNT_UNPRIVILEGED");
    assertThat(login.body())
        .contains("Account does not have permission to access/change this data");
    assertError(
        call("remove_api_key", "api_token=" + token + "&api_securekey=" + key), "ITEM_NOT_FOUND");
  }

  @Test
  void refusesAWrongRemoval() {
    String token = token();
    assertError(call("remove_api_key", "api_securekey=" + KEY), "MISSING_PARAMETER", "api_token");
    assertError(call("remove_api_key", "api_token=" + token), "MISSING_PARAMETER", "api_securekey");
    assertError(remove(token, "no-hex"), "INVALID_QUERY");
    assertError(remove(token, "+1234567123456712345671234567123"), "INVALID_QUERY");
    assertError(remove("ff", KEY), "BAD_API_TOKEN", "Invalid or expired API token");
    assertError(remove(token, "ffff"), "ITEM_NOT_FOUND");
    assertError(remove(token, FOREIGN_KEY), "ACCOUNT_UNPRIVILEGED");
    assertThat(sandbox.ledger().isActive(Secret.of(KEY))).isTrue();
    assertThat(sandbox.ledger().isActive(Secret.of(FOREIGN_KEY))).isTrue();
  }

  @Test
  void everyCallNeedsVersion1() {
    for (Endpoint endpoint : Endpoint.values()) {
      String path = "/api/account/" + endpoint.wireName();
      assertError(client.get(path), "MISSING_PARAMETER", "v");
      assertError(client.get(path + "?v=2"), "INVALID_QUERY", "v");
    }
  }

  @Test
  void acceptsHexInEitherCase() {
    String token = token().toUpperCase(Locale.ROOT);
    assertThat(remove(token, KEY.toUpperCase(Locale.ROOT)).status()).isEqualTo(204);
    assertThat(sandbox.ledger().removals(Secret.of(KEY))).isEqualTo(1);
  }

  @Test
  void makesAKeyOnlyIfForcedOrIfThereIsNone() {
    String token = token();
    String existing = field(call("generate_api_key", "api_token=" + token));
    assertThat(existing).isEqualTo(SHORT_KEY);
    assertThat(field(call("generate_api_key", "api_token=" + token + "&force_new=False")))
        .isEqualTo(existing);
    String further = field(call("generate_api_key", "api_token=" + token + "&force_new=True"));
    assertThat(further).isNotEqualTo(existing).matches("[0-9a-f]{32}");
    assertSession(call("login", "username=acme&securekey=" + further));

    for (String key : List.of(KEY, SHORT_KEY, further)) {
      assertThat(remove(token, key).status()).isEqualTo(204);
    }

    assertThat(field(call("generate_api_key", "api_token=" + token)))
        .isNotIn(KEY, SHORT_KEY, further);
    assertError(
        call("generate_api_key", "api_token=" + token + "&force_new=maybe"), "INVALID_QUERY");
  }

  @Test
  void aSessionExpiresAfterAnIdleHour() {
    String token = token();
    time.advance(Duration.ofMinutes(59));
    assertError(remove(token, "ffff"), "ITEM_NOT_FOUND");
    time.advance(Duration.ofMinutes(60));
    assertError(remove(token, "ffff"), "ITEM_NOT_FOUND");
    time.advance(Duration.ofMinutes(60).plusMillis(1));
    assertError(remove(token, "ffff"), "BAD_API_TOKEN");
  }

  @Test
  void refusesUnknownPathsAndMethods() {
    assertThat(client.get("/api/account/nothing?v=1").status()).isEqualTo(404);
    assertThat(client.get("/").status()).isEqualTo(404);
    assertThat(client.send("PUT", "/api/account/login?v=1", "text/plain", "").status())
        .isEqualTo(405);
    assertThat(client.exchange("nonsense\r\n\r\n").status()).isEqualTo(400);
    assertThat(client.exchange("GET /api/account/login?v=%zz HTTP/1.1\r\n\r\n").status())
        .isEqualTo(400);
  }

  @Test
  void answersManyCallsOnOneConnection() {
    String call = "GET /api/account/login?v=1&username=acme&password=x HTTP/1.1\r\n";
    Got got = client.exchange((call + "\r\n").repeat(200) + call + "Connection: close\r\n\r\n");
    assertThat(got.end()).isEqualTo(RawClient.End.CLOSED);
    assertThat(got.text().split("LOGIN_INVALID", -1)).hasSize(202);
  }

  @Test
  void recordsTheCallsForAKey() {
    String token = token();
    remove(token, KEY);
    time.advance(Duration.ofSeconds(1));
    remove(token, "ffff");
    remove(token(), KEY);

    SandboxLedger ledger = sandbox.ledger();
    assertThat(ledger.calls(Secret.of(KEY)))
        .containsExactly(
            new SandboxLedger.Call(0, time.now().minusSeconds(1), 0, "204"),
            new SandboxLedger.Call(2, time.now(), 1, "400 ITEM_NOT_FOUND"));
    assertThat(ledger.callCount(Secret.of("FFFF"))).isEqualTo(1);
    assertThat(ledger.callCount(Secret.of("eeee"))).isZero();
    assertThat(ledger.answers(Endpoint.REMOVE_API_KEY))
        .isEqualTo(Map.of("204", 1L, "400 ITEM_NOT_FOUND", 2L));
    assertThat(ledger.activeKeys()).isEqualTo(2);
    assertThat(ledger.removedKeys()).isEqualTo(1);
  }

  @Test
  void storesManyKeys() {
    List<Secret> keys = sandbox.generateKeys("acme", 100_000);
    String token = token();

    assertThat(remove(token, keys.get(77_777).reveal()).status()).isEqualTo(204);

    assertThat(sandbox.ledger().activeKeys()).isEqualTo(100_002);
    assertThat(keys.stream().filter(key -> !sandbox.ledger().isActive(key)))
        .containsExactly(keys.get(77_777));
    assertThat(keys).doesNotHaveDuplicates();
  }

  @Test
  void resetRestoresTheStart() {
    String token = token();
    remove(token, KEY);
    sandbox.addAccount(new SandboxAccount("third", Secret.of("x"), List.of()));

    sandbox.reset();

    assertThat(sandbox.ledger().isActive(Secret.of(KEY))).isTrue();
    assertThat(sandbox.ledger().accounts()).isEqualTo(2);
    assertThat(sandbox.ledger().callCount(Secret.of(KEY))).isZero();
    assertError(remove(token, KEY), "BAD_API_TOKEN");
  }

  @Test
  void failsIfThePortIsInUse() {
    int port = sandbox.url().getPort();
    assertThatThrownBy(
            () ->
                SandboxApi.start(
                    SandboxApi.Options.defaults().withListen(new Config.Listen("127.0.0.1", port)),
                    time))
        .isInstanceOf(IOException.class);
  }

  private Got call(String call, String parameters) {
    return client.get("/api/account/" + call + "?v=1&" + parameters);
  }

  private Got form(String call, String parameters) {
    return client.form("/api/account/" + call, "v=1&" + parameters);
  }

  private Got login(Map<String, String> headers) {
    return client.get("/api/account/login?v=1", headers);
  }

  private Got remove(String token, String key) {
    return call(
        "remove_api_key", "api_token=" + token + "&api_securekey=" + key.replace("+", "%2B"));
  }

  private String token() {
    return field(call("login", "username=acme&password=" + PASSWORD_ENCODED));
  }

  /** The only field of an answer. */
  private static String field(Got got) {
    assertThat(got.status()).isEqualTo(200);
    return got.body().split("\"")[3];
  }

  private static void assertSession(Got got) {
    assertThat(got.status()).isEqualTo(200);
    assertThat(got.body()).matches("\\{\"ApiToken\":\"[0-9a-f]{32}\"}");
  }

  private static void assertError(Got got, String type) {
    assertError(got, type, "");
  }

  private static void assertError(Got got, String type, String comment) {
    assertThat(got.status()).isEqualTo(400);
    assertThat(got.body())
        .matches("\\{\"ErrorType\":\"" + type + "\",\"ErrorComment\":\"[^\"]*" + comment + "\"}");
  }
}
