package dev.revoker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.model.Source;
import dev.revoker.sandbox.ResultLog;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.testcontainers.images.builder.Transferable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prometheus takes our rules, sees the workers, and tells of an outage while it lasts. */
@NeedsEngine
class PrometheusContainerIT {
  private static final Path RULES = Path.of("deploy", "prometheus");
  private static final String CONFIGURATION =
      """
      global: { scrape_interval: 1s, evaluation_interval: 1s }
      rule_files: [/etc/prometheus/alerts.yml]
      scrape_configs:
        - job_name: revoker
          static_configs:
            - targets: ["worker-1:9464", "worker-2:9464"]
      """;

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void theRulesPassTheirUnitTests() {
    String output =
        Cli.run(
            Map.of(),
            "docker",
            "run",
            "--rm",
            "--volume",
            RULES.toAbsolutePath() + ":/rules:ro",
            "--entrypoint",
            "promtool",
            Images.named("prom/prometheus"),
            "test",
            "rules",
            "/rules/alerts_test.yml");
    assertThat(output).contains("SUCCESS");
  }

  @Test
  void anOutageIsToldWhileItLasts() throws IOException {
    try (Surroundings around = new Surroundings()) {
      around.worker("worker-1", Map.of());
      around.worker("worker-2", Map.of());
      try (Box prometheus = prometheus(around);
          ResultLog results = around.results()) {
        prometheus.start();
        List<Source> sent = new ArrayList<>(around.request(Surroundings.URGENT, 20));
        around.awaitAnswered(results, sent);
        await()
            .atMost(Surroundings.PATIENCE)
            .until(() -> query(prometheus, "sum(up{job=\"revoker\"})"), "2"::equals);
        // Before its first scrape, there was no worker for it.
        await().atMost(Surroundings.PATIENCE).until(() -> firing(prometheus).isEmpty());

        around.faults("{\"outage\":true}");
        sent.addAll(around.request(Surroundings.URGENT, 50));
        await()
            .atMost(Surroundings.PATIENCE)
            .until(() -> firing(prometheus).contains("RevokerIntakePaused"));

        around.faults("{\"outage\":false}");
        around.awaitAnswered(results, sent);
        await().atMost(Surroundings.PATIENCE).until(() -> firing(prometheus).isEmpty());
      }
    }
  }

  private static Box prometheus(Surroundings around) throws IOException {
    // The rule as it is, but for how long it takes to be sure.
    String rules =
        Files.readString(RULES.resolve("alerts.yml")).replaceAll("(?m)^( *for:).*$", "$1 2s");
    return Box.of(
            Images.named("prom/prometheus"),
            "prometheus",
            around.network(),
            List.of("promtool", "query", "instant", "http://127.0.0.1:9090", "1"))
        .withKeptPort(9090)
        .withCopyToContainer(Transferable.of(CONFIGURATION), "/etc/prometheus/prometheus.yml")
        .withCopyToContainer(Transferable.of(rules), "/etc/prometheus/alerts.yml");
  }

  private List<String> firing(Box prometheus) {
    List<String> names = new ArrayList<>();
    for (JsonNode alert : get(prometheus, "alerts").at("/data/alerts")) {
      if (alert.get("state").stringValue().equals("firing")) {
        names.add(alert.at("/labels/alertname").stringValue());
      }
    }
    return names;
  }

  private String query(Box prometheus, String expression) {
    String encoded = URLEncoder.encode(expression, StandardCharsets.UTF_8);
    return get(prometheus, "query?query=" + encoded).at("/data/result/0/value/1").asString("");
  }

  private JsonNode get(Box prometheus, String path) {
    URI uri = URI.create("http://localhost:" + prometheus.hostPort() + "/api/v1/" + path);
    try {
      return JsonMapper.shared()
          .readTree(http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
