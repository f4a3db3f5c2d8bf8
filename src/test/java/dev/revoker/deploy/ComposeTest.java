package dev.revoker.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.revoker.config.ApiConfig;
import dev.revoker.config.Config;
import dev.revoker.config.ConfigLoader;
import dev.revoker.sandbox.SandboxAccount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docker-compose.yml agrees with the code. That it comes up, deploy/smoke.sh shows. */
class ComposeTest {
  static final Path FILE = Path.of("docker-compose.yml");

  private final JsonNode services = Yaml.tree(FILE).get("services");

  @Test
  void theWorkersConfigurationLoadsAndFindsItsNeighbours() throws IOException {
    Config config = WorkerFiles.valid(ConfigLoader.load(null, environment("worker")));
    List<SandboxAccount> accounts =
        SandboxAccount.readFile(Path.of("deploy/compose/accounts.json"));

    assertThat(config.createTopics()).isTrue();
    assertThat(config.api().baseUrl().getHost()).isEqualTo("sandbox");
    assertThat(services.at("/sandbox/command").toString())
        .contains("0.0.0.0:" + config.api().baseUrl().getPort())
        .contains("accounts.json");
    assertThat(services.at("/kafka/environment/KAFKA_ADVERTISED_LISTENERS").asText())
        .contains("//" + config.kafka().consumer().get("bootstrap.servers") + ",");
    assertThat(config.accounts()).containsOnlyKeys(accounts.getFirst().name());
    assertThat(services.at("/worker/environment/REVOKER_ACCOUNT_DEMO_PASSWORD").asText())
        .isEqualTo(accounts.getFirst().password().reveal());
    assertThat(accounts.getFirst().keys()).hasSizeGreaterThan(10);
    assertThat(services.at("/worker/deploy/replicas").asInt()).isEqualTo(2);
  }

  /**
   * What runs under the profile "company" finds its neighbours; that it comes up, smoke.sh shows.
   */
  @Test
  void theCompanysWorkerHasOnlyTheProxyToTheApi() throws IOException {
    Map<String, String> environment = environment("company-worker");
    // Their files exist in the containers only.
    environment.keySet().removeIf(name -> name.contains("_SSL_") || name.contains("CRYPTION_"));
    Config config = WorkerFiles.valid(ConfigLoader.load(null, environment));
    String api = config.api().baseUrl().getHost();
    ApiConfig.Proxy proxy = config.api().proxy();

    assertThat(services.has(api) && services.has(proxy.host())).isTrue();
    assertThat(services.at("/company-worker/networks").isMissingNode()).isTrue();
    assertThat(services.at("/" + api + "/networks").toString()).isEqualTo("[\"outside\"]");
    assertThat(services.at("/" + proxy.host() + "/networks").toString())
        .isEqualTo("[\"default\",\"outside\"]");
    assertThat(services.at("/" + api + "/command").toString())
        .contains("0.0.0.0:" + config.api().baseUrl().getPort(), "--tls");
    assertThat(Files.readString(Path.of("deploy/compose/company/squid.conf")))
        .contains("http_port " + proxy.port())
        .contains("dstdomain " + api)
        .contains("acl tls port " + config.api().baseUrl().getPort());
    assertThat(Files.readString(Path.of("deploy/compose/company/proxy-users")))
        .startsWith(proxy.username() + ":");
    String made = Files.readString(Path.of("deploy/compose/company/make-keys"));
    environment("company-worker").values().stream()
        .filter(value -> value.startsWith("/company/"))
        .map(value -> value.replaceAll(".*/|[.].*", ""))
        .forEach(file -> assertThat(made).contains(file));
  }

  @Test
  void prometheusScrapesWhereTheWorkersListen() {
    Config config = WorkerFiles.valid(ConfigLoader.load(null, environment("worker")));
    JsonNode discovery =
        Yaml.tree(Path.of("deploy/prometheus/prometheus.yml"))
            .at("/scrape_configs/0/dns_sd_configs/0");

    assertThat(discovery.get("port").asInt()).isEqualTo(config.opsListen().port());
    assertThat(services.has(discovery.at("/names/0").asText())).isTrue();
  }

  @Test
  void theBrokerIsOfTheClientsVersion() throws IOException {
    Pattern version = Pattern.compile("<kafka.version>([^<]+)<");
    String clients =
        version
            .matcher(Files.readString(Path.of("pom.xml")))
            .results()
            .findFirst()
            .orElseThrow()
            .group(1);
    assertThat(services.at("/kafka/image").asText()).isEqualTo("apache/kafka:" + clients);
  }

  /**
   * An outage of the API is no reason to be restarted, and the image may run where what is
   * unhealthy is.
   */
  @Test
  void theImageAsksWhetherItLivesAndComposeWhetherItWorks() throws IOException {
    assertThat(Files.readString(Path.of("deploy/Dockerfile")))
        .containsOnlyOnce("HEALTHCHECK ")
        .contains("CMD [\"/opt/revoker/bin/healthy\", \"/livez\"]");
    assertThat(services.at("/worker/healthcheck/test"))
        .extracting(JsonNode::asText)
        .containsExactly("CMD", "/opt/revoker/bin/healthy", "/readyz");
  }

  /** What stands under volumes and is ours must be there, or the engine makes empty folders. */
  @Test
  void everyMountedFileIsThere() {
    for (JsonNode service : services) {
      for (JsonNode volume : service.path("volumes")) {
        String source = volume.asText().split(":", 2)[0];
        if (source.startsWith(".")) {
          assertThat(Path.of(source)).exists();
        }
      }
    }
  }

  private Map<String, String> environment(String service) {
    Map<String, String> environment = new HashMap<>();
    services
        .path(service)
        .path("environment")
        .properties()
        .forEach(variable -> environment.put(variable.getKey(), variable.getValue().asText()));
    return environment;
  }
}
