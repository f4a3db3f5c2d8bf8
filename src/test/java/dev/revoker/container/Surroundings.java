package dev.revoker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import dev.revoker.sandbox.ResultLog;
import dev.revoker.sandbox.Submitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.Network;
import org.testcontainers.lifecycle.Startables;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A network with a broker, the sandbox and workers, each in a container of its own. */
final class Surroundings implements AutoCloseable {
  static final String URGENT = "key-revocations.urgent";
  static final String STANDARD = "key-revocations";
  static final String RESULTS = "key-revocations.results";
  static final Duration PATIENCE = Duration.ofSeconds(120);

  private static final String ACCOUNT = "acme";
  private static final String PASSWORD = "a-password-for-the-sandbox-only";
  private static final int API_PORT = 8024;

  private final Network network = Network.newNetwork();
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Box> workers = new ArrayList<>();
  private final Certificate certificate = Certificate.create();
  private final Box kafka = KafkaBox.box(network, certificate);
  private final Box sandbox =
      Box.revoker("sandbox", network, API_PORT, "/_sandbox/state")
          .withCommand("sandbox", "--listen", "0.0.0.0:" + API_PORT);

  /** The sandbox has an account of its own besides. */
  private final int keysOfOthers;

  /** Starts a broker and the sandbox, and waits until both are ready. */
  Surroundings() {
    try {
      Startables.deepStart(kafka, sandbox).join();
      keys(0);
      keysOfOthers = keysAlive();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** A worker with these additional settings, not started yet. */
  Box worker(String name, Map<String, String> settings) {
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "REVOKER_BOOTSTRAP_SERVERS",
                KafkaBox.INSIDE,
                "REVOKER_CREATE_TOPICS",
                "true",
                "REVOKER_API_BASE_URL",
                "http://sandbox:" + API_PORT,
                "REVOKER_API_ALLOW_HTTP",
                "true",
                "REVOKER_CONSUMER_SESSION_TIMEOUT_MS",
                "4000",
                "REVOKER_BREAKER_OPEN_WAIT_MS",
                "1000",
                "REVOKER_ACCOUNTS",
                ACCOUNT,
                "REVOKER_ACCOUNT_ACME_USERNAME",
                ACCOUNT,
                "REVOKER_ACCOUNT_ACME_PASSWORD",
                PASSWORD,
                "REVOKER_OPS_LISTEN",
                "0.0.0.0:9464"));
    all.putAll(settings);
    Box worker = Box.revoker(name, network, 9464, "/readyz").withEnv(all);
    workers.add(worker);
    return worker;
  }

  /** The settings with which a worker reaches the broker over TLS and logs in. */
  Map<String, String> securedSettings() {
    Map<String, String> settings = new HashMap<>(certificate.clientSettings());
    settings.put("REVOKER_BOOTSTRAP_SERVERS", KafkaBox.SECURED);
    return settings;
  }

  Network network() {
    return network;
  }

  Box kafka() {
    return kafka;
  }

  /** The broker's address on this host. */
  String bootstrapServers() {
    return "localhost:" + kafka.hostPort();
  }

  /** Creates keys, sends a request for each, and returns the requests' coordinates. */
  List<Source> request(String topic, int count) {
    try (Submitter submitter = new Submitter(bootstrapServers())) {
      return submitter.send(
          topic,
          List.copyOf(keys(count).stream().map(key -> Submitter.request(key, Map.of())).toList()));
    }
  }

  /** Creates keys, and their account if it does not exist yet. */
  List<Secret> keys(int count) {
    JsonNode made =
        post(
            "accounts",
            "{\"username\":\"%s\",\"password\":\"%s\",\"keys\":%d}"
                .formatted(ACCOUNT, PASSWORD, count));
    List<Secret> keys = new ArrayList<>();
    made.get("keys").forEach(key -> keys.add(Secret.of(key.stringValue())));
    return keys;
  }

  /** The API's faults from now on. */
  void faults(String order) {
    post("faults", order);
  }

  /** Waits until each request has a result; then each has exactly one. */
  void awaitAnswered(ResultLog results, List<Source> requests) {
    List<String> sources = requests.stream().map(Source::toString).toList();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(results.bySource().keySet()).containsAll(sources));
    assertThat(results.all())
        .extracting(ResultLog.Entry::source)
        .containsExactlyInAnyOrderElementsOf(sources);
  }

  /** These requests have only these outcomes, and no key is active. */
  void assertEnded(ResultLog results, List<Source> requests, String... outcomes) {
    assertThat(requests)
        .flatExtracting(request -> results.bySource().get(request.toString()))
        .extracting(ResultLog.Entry::outcome)
        .contains("revoked")
        .isSubsetOf(outcomes);
    assertThat(keysAlive()).isEqualTo(keysOfOthers);
  }

  ResultLog results(String topic) {
    return new ResultLog(bootstrapServers(), topic);
  }

  @Override
  public void close() {
    workers.forEach(Box::stop);
    sandbox.stop();
    kafka.stop();
    network.close();
  }

  private int keysAlive() {
    return send(HttpRequest.newBuilder(sandboxUri("state"))).get("keys_active").intValue();
  }

  private URI sandboxUri(String what) {
    return URI.create("http://localhost:" + sandbox.hostPort() + "/_sandbox/" + what);
  }

  private JsonNode post(String what, String body) {
    return send(HttpRequest.newBuilder(sandboxUri(what)).POST(BodyPublishers.ofString(body)));
  }

  private JsonNode send(HttpRequest.Builder request) {
    try {
      var answer = http.send(request.build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return JsonMapper.shared().readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
