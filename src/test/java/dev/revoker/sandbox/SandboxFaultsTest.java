package dev.revoker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.Faults.Fault;
import dev.revoker.sandbox.Faults.Latency;
import dev.revoker.sandbox.Faults.Outage;
import dev.revoker.sandbox.RawClient.End;
import dev.revoker.sandbox.RawClient.Got;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Faults on demand, from Java and over HTTP. */
class SandboxFaultsTest {
  private static final Secret PASSWORD = Secret.of("secret");

  private final SharedTime time = new SharedTime();
  private SandboxApi sandbox;
  private RawClient client;
  private List<Secret> keys;
  private String token;

  @BeforeEach
  void start() throws IOException {
    sandbox =
        SandboxApi.start(
            SandboxApi.Options.defaults()
                .withAccounts(List.of(new SandboxAccount("acme", PASSWORD, List.of()))),
            time);
    client = new RawClient(sandbox.url());
    keys = sandbox.generateKeys("acme", 100);
    token = login().body().split("\"")[3];
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @ParameterizedTest
  @CsvSource({
    "THROTTLE,            CLOSED,    HTTP/1.1 429, false",
    "ERROR,               CLOSED,    HTTP/1.1 503, false",
    "UNHANDLED_ERROR,     CLOSED,    HTTP/1.1 400, false",
    "RESET,               RESET,     '',           false",
    "NO_ANSWER,           TIMED_OUT, '',           false",
    "CLOSE_BEFORE_EFFECT, CLOSED,    '',           false",
    "CLOSE_AFTER_EFFECT,  CLOSED,    '',           true",
    "HALF_ANSWER,         CLOSED,    HTTP/1.1,     true",
  })
  void eachFaultDoesWhatItsNameSays(Fault fault, End end, String start, boolean effect) {
    sandbox.faults(Endpoint.REMOVE_API_KEY, Faults.NONE.with(fault, 1));

    Got got = remove(0);

    assertThat(got.end()).isEqualTo(end);
    assertThat(got.text()).startsWith(start);
    if (start.isEmpty()) {
      assertThat(got.text()).isEmpty();
    }
    assertThat(got.text()).as("a half answer has no end").hasSizeLessThanOrEqualTo(400);
    assertThat(sandbox.ledger().isActive(keys.get(0))).isEqualTo(!effect);
    assertThat(sandbox.ledger().removals(keys.get(0))).isEqualTo(effect ? 1 : 0);
    assertThat(sandbox.ledger().callCount(keys.get(0))).isEqualTo(1);
    assertThat(login().status()).as("other endpoints work").isEqualTo(200);
    await().untilAsserted(() -> assertThat(sandbox.ledger().inFlight()).isZero());
  }

  @Test
  void halfAnAnswerEndsWithinTheHead() {
    sandbox.faults(Faults.NONE.with(Fault.HALF_ANSWER, 1));
    assertThat(remove(0).text()).isNotEmpty().doesNotContain("\r\n\r\n");
  }

  @Test
  void ratesAreKeptAndRepeatableWithASeed() {
    remove(99);
    List<List<Integer>> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      post("faults", "{\"error_rate\": 0.3, \"error_status\": 502, \"seed\": 7}");
      runs.add(IntStream.range(0, 100).mapToObj(i -> remove(99).status()).toList());
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1));
    assertThat(runs.get(0).stream().filter(status -> status == 502).count()).isBetween(15L, 45L);
  }

  @Test
  void everyNthCallFails() {
    sandbox.faults(Endpoint.REMOVE_API_KEY, Faults.NONE.withEveryNth(3).withRetryAfter(2));
    List<Integer> statuses = IntStream.range(0, 6).mapToObj(i -> remove(i).status()).toList();
    assertThat(statuses).containsExactly(204, 204, 503, 204, 204, 503);
  }

  @Test
  void throttlesWithRetryAfter() {
    post("faults", "{\"throttle_rate\": 1, \"retry_after\": 7}");
    assertThat(remove(0).head()).contains("Retry-After: 7");
    post("faults", "{\"throttle_rate\": 1, \"retry_after\": null}");
    assertThat(remove(0).head()).doesNotContain("Retry-After");
  }

  @Test
  void latencyDelaysTheAnswerAndNotTheEffect() throws Exception {
    sandbox.faults(Endpoint.REMOVE_API_KEY, Faults.NONE.with(Latency.fixed(500)));
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Got>> answers =
          IntStream.range(0, 50).mapToObj(i -> pool.submit(() -> remove(i))).toList();
      await().until(() -> sandbox.ledger().inFlight() == 50);
      assertThat(answers).noneMatch(Future::isDone);
      assertThat(sandbox.ledger().isActive(keys.get(0))).as("has taken effect").isFalse();

      time.advance(Duration.ofMillis(500));

      for (Future<Got> answer : answers) {
        assertThat(answer.get().status()).isEqualTo(204);
      }
    }
    assertThat(sandbox.ledger().maxInFlight(Endpoint.REMOVE_API_KEY)).isEqualTo(50);
    assertThat(sandbox.ledger().maxInFlightOfOneSession()).isEqualTo(50);
    await().untilAsserted(() -> assertThat(sandbox.ledger().inFlight()).isZero());
  }

  @Test
  void aClientThatClosesDuringALongDelayIsNoLongerInFlight() throws IOException {
    sandbox.faults(Endpoint.REMOVE_API_KEY, Faults.NONE.with(Latency.fixed(60_000)));
    try (Socket socket = new Socket(sandbox.url().getHost(), sandbox.url().getPort())) {
      String request = "GET " + removal(token, keys.get(0).reveal()) + " HTTP/1.1\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      await().until(() -> sandbox.ledger().inFlight() == 1);
    }
    await().until(() -> sandbox.ledger().inFlight() == 0);
  }

  @Test
  void latencyHasTheGivenMedianAndPercentile() {
    Latency latency = new Latency(20, 200);
    SplittableRandom random = new SplittableRandom(1);
    double[] ms =
        IntStream.range(0, 20_000)
            .mapToDouble(i -> latency.drawNanos(random) / 1e6)
            .sorted()
            .toArray();
    assertThat(ms[10_000]).isBetween(19.0, 21.0);
    assertThat(ms[19_800]).isBetween(170.0, 230.0);
  }

  @ParameterizedTest
  @CsvSource({"503, CLOSED", "reset, RESET", "hang, TIMED_OUT"})
  void anOutageAffectsEveryCallExceptTheAdminApi(String mode, End end) {
    post("faults", "{\"outage\": true, \"outage_mode\": \"%s\"}".formatted(mode));
    soon(() -> assertThat(state().path("outage").stringValue()).isEqualTo(mode));

    assertThat(remove(0).end()).isEqualTo(end);
    assertThat(login().end()).isEqualTo(end);
    assertThat(sandbox.ledger().isActive(keys.get(0))).isTrue();

    post("faults", "{\"outage\": false}");
    soon(() -> assertThat(state().path("outage").stringValue()).isEqualTo("none"));
    assertThat(remove(0).status()).isEqualTo(204);
  }

  @Test
  void refusesConnectionsForTheGivenTime() {
    assertThat(post("faults", "{\"outage\": true, \"outage_mode\": \"refuse\"}").status())
        .as("nothing could end the outage")
        .isEqualTo(400);
    post("faults", "{\"outage\": true, \"outage_mode\": \"refuse\", \"outage_ms\": 300}");
    soon(() -> assertThat(login().end()).isEqualTo(End.REFUSED));

    soon(() -> assertThat(login().end()).isEqualTo(End.CLOSED));
    assertThat(remove(0).status()).isEqualTo(204);
  }

  @Test
  void refusesConnectionsUntilJavaEndsIt() {
    sandbox.outage(Outage.REFUSE);
    assertThat(login().end()).isEqualTo(End.REFUSED);
    sandbox.outage(Outage.NONE);
    assertThat(login().status()).isEqualTo(200);
  }

  @Test
  void faultsOfOneAccountDoNotAffectOthers() {
    sandbox.addAccount(new SandboxAccount("other", PASSWORD, List.of()));
    post("faults", "{\"account\": \"acme\", \"login\": \"refuse\", \"expire_tokens\": \"acme\"}");

    assertThat(login().body()).contains("LOGIN_INVALID");
    assertThat(remove(0).body()).contains("BAD_API_TOKEN");
    assertThat(client.get("/api/account/login?v=1&username=other&password=secret").status())
        .isEqualTo(200);

    post("faults", "{\"account\": \"acme\", \"login\": \"accept\"}");
    assertThat(login().status()).isEqualTo(200);
  }

  @Test
  void expiresAllTokens() {
    post("faults", "{\"expire_tokens\": true}");
    assertThat(remove(0).body()).contains("BAD_API_TOKEN");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"error_rat\": 1}                              | error_rat: unknown",
        "{\"error_rate\": 2}                             | error_rate: 0 to 1",
        "{\"error_rate\": \"much\"}                      | error_rate:",
        "{\"error_rate\": 0.6, \"reset_rate\": 0.6}      | 1 at most",
        "{\"latency_ms\": {\"median_ms\": 5}}            | latency_ms.p99_ms:",
        "{\"latency_ms\": {\"median_ms\": 5, \"p99_ms\": 1}} | latency_ms:",
        "{\"endpoint\": \"nothing\"}                     | endpoint:",
        "{\"outage\": true, \"outage_mode\": \"x\"}      | outage_mode:",
        "{\"account\": \"acme\"}                         | account and login",
        "{\"other_account_key\": \"LOGIN_INVALID\"}      | other_account_key:",
        "{\"removal_delay_ms\": -1, \"error_rate\": 1}   | removal_delay_ms: 0 or more",
        "{\"lock_after_refused_logins\": -1}            | lock_after_refused_logins: 0 or more",
        "{\"error_status\": 200}                        | error_status: 400 to 599",
        "[]                                              | JSON object",
        "{                                               | not the expected JSON",
      })
  void aWrongOrderIsRefusedAndChangesNothing(String order, String message) {
    Got got = post("faults", order);
    assertThat(got.status()).isEqualTo(400);
    assertThat(got.body()).contains(message);
    assertThat(sandbox.faults(Endpoint.LOGIN)).isEqualTo(Faults.NONE);
  }

  @Test
  void anOrderChangesOnlyWhatItNames() {
    post("faults", "{\"latency_ms\": 1, \"reset_rate\": 0.1}");
    post("faults", "{\"endpoint\": \"login\", \"reset_rate\": 0.2}");
    assertThat(sandbox.faults(Endpoint.LOGIN))
        .isEqualTo(Faults.NONE.with(Latency.fixed(1)).with(Fault.RESET, 0.2));
    assertThat(sandbox.faults(Endpoint.LOGOUT))
        .isEqualTo(Faults.NONE.with(Latency.fixed(1)).with(Fault.RESET, 0.1));

    client.send("DELETE", "/_sandbox/faults", "application/json", "");

    assertThat(sandbox.faults(Endpoint.LOGIN)).isEqualTo(Faults.NONE);
  }

  @Test
  void compressesAnAnswerUnasked() throws IOException {
    sandbox.faults(Faults.NONE.with(Fault.GZIP_ANSWER, 1));

    assertThat(remove(0).text()).startsWith("HTTP/1.1 204 OK").doesNotContain("gzip");
    Got refused = remove(0);

    assertThat(refused.head()).contains("HTTP/1.1 400", "Content-Encoding: gzip");
    byte[] body = refused.body().getBytes(StandardCharsets.ISO_8859_1);
    assertThat(refused.head()).contains("Content-Length: " + body.length);
    try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
      assertThat(plain.readAllBytes()).asString().contains("\"ITEM_NOT_FOUND\"");
    }
  }

  @Test
  void echoesTheKeyAsAUuid() {
    sandbox.faults(Faults.NONE.with(Fault.ECHO_KEY, 1));
    String uuid =
        keys.get(0).reveal().replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");

    assertThat(remove(0).body()).contains("INVALID_QUERY", uuid);
    assertThat(sandbox.ledger().isActive(keys.get(0))).isTrue();
    assertThat(login().status()).isEqualTo(200);
  }

  @Test
  void makesAccountsAndShowsKeysOverHttp() {
    Got made = post("accounts", "{\"username\": \"new\", \"password\": \"p\", \"keys\": 3}");
    JsonNode answer = JsonMapper.shared().readTree(made.body());
    assertThat(answer.path("keys")).hasSize(3);
    String key = answer.path("keys").path(0).stringValue();
    assertThat(client.get("/api/account/login?v=1&username=new&securekey=" + key).status())
        .isEqualTo(200);

    Got shown = post("key", "{\"api_securekey\": \"%s\"}".formatted(key));

    assertThat(shown.body()).contains("\"active\":true", "\"removals\":0", "\"calls\":[]");
    assertThat(state().path("accounts").intValue()).isEqualTo(2);
    assertThat(state().path("calls").path("login").path("200").intValue()).isEqualTo(2);
    post("reset", "");
    assertThat(state().path("accounts").intValue()).isEqualTo(1);
  }

  private Got remove(int key) {
    return remove(token, key);
  }

  private Got remove(String session, int key) {
    return client.get(removal(session, keys.get(key).reveal()));
  }

  private static String removal(String session, String key) {
    return "/api/account/remove_api_key?v=1&api_token=%s&api_securekey=%s".formatted(session, key);
  }

  private Got login() {
    return client.get("/api/account/login?v=1&username=acme&password=secret");
  }

  private Got post(String what, String json) {
    return client.json("/_sandbox/" + what, json);
  }

  /** Waits for the assertion while time passes. */
  private void soon(ThrowingRunnable assertion) {
    await()
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(
            () -> {
              time.advance(Duration.ofMillis(20));
              assertion.run();
            });
  }

  private JsonNode state() {
    return JsonMapper.shared().readTree(client.get("/_sandbox/state").body());
  }
}
