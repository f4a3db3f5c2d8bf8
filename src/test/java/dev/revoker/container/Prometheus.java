package dev.revoker.container;

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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.testcontainers.images.builder.Transferable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prometheus with our alert rules, which fire after 2 seconds. Scrapes every second. */
final class Prometheus implements AutoCloseable {
  /** The folder of the alert rules. */
  static final Path RULES = Path.of("deploy", "prometheus");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Box box;

  /** Starts it and waits until it is ready. */
  Prometheus(Surroundings around, String... workers) throws IOException {
    String targets =
        Stream.of(workers)
            .map(worker -> "\"" + worker + ":9464\"")
            .collect(Collectors.joining(", "));
    String configuration =
        """
        global: { scrape_interval: 1s, evaluation_interval: 1s }
        rule_files: [/etc/prometheus/alerts.yml]
        scrape_configs:
          - job_name: revoker
            static_configs:
              - targets: [%s]
        """
            .formatted(targets);
    String rules =
        Files.readString(RULES.resolve("alerts.yml")).replaceAll("(?m)^( *for:).*$", "$1 2s");
    box =
        Box.of(
                Images.named("prom/prometheus"),
                "prometheus",
                around.network(),
                9090,
                port -> Box.answers(port, "/-/ready"))
            .withCopyToContainer(Transferable.of(configuration), "/etc/prometheus/prometheus.yml")
            .withCopyToContainer(Transferable.of(rules), "/etc/prometheus/alerts.yml");
    box.start();
  }

  /** The names of the alerts that fire. */
  List<String> firing() {
    List<String> names = new ArrayList<>();
    for (JsonNode alert : get("alerts").at("/data/alerts")) {
      if (alert.get("state").stringValue().equals("firing")) {
        names.add(alert.at("/labels/alertname").stringValue());
      }
    }
    return names;
  }

  /** The value of an expression, or nothing. */
  String query(String expression) {
    String encoded = URLEncoder.encode(expression, StandardCharsets.UTF_8);
    return get("query?query=" + encoded).at("/data/result/0/value/1").asString("");
  }

  @Override
  public void close() {
    box.stop();
    http.close();
  }

  private JsonNode get(String path) {
    URI uri = URI.create("http://localhost:" + box.hostPort() + "/api/v1/" + path);
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
