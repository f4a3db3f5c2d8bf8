package dev.revoker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The image: its files and labels; and the alert rules in Prometheus' own tool. */
@NeedsEngine
class ImageContainerIT {
  private final String image = Cli.image();

  @Test
  void saysWhatItIsAndRunsAsNobodyInParticular() {
    JsonNode config =
        JsonMapper.shared()
            .readTree(docker("image", "inspect", "--format", "{{json .Config}}", image));

    assertThat(config.get("User").stringValue()).matches("[1-9]\\d+:[1-9]\\d+");
    assertThat(config.get("Entrypoint").get(0).stringValue()).endsWith("/entrypoint");
    // In an outage of the API it must stay healthy: /readyz would have it restarted.
    assertThat(config.get("Healthcheck").get("Test").toString())
        .isEqualTo("[\"CMD\",\"/opt/revoker/bin/healthy\",\"/livez\"]");
    for (String label : new String[] {"title", "licenses", "base.name", "version", "revision"}) {
      assertThat(config.get("Labels").path("org.opencontainers.image." + label).asString(""))
          .as(label)
          .isNotEmpty();
    }
  }

  @Test
  void hasNoBrokerInItAndABillOfWhatItHas() {
    String files = inside("find", "/opt/revoker");
    String bill = inside("cat", "/opt/revoker/sbom.cdx.json");

    assertThat(files).contains("/lib/revoker.jar", "/lib/kafka-clients-", "/LICENSE", "/NOTICE");
    assertThat(files).doesNotContain("kafka-server", "/lib/kafka_", "/lib/sandbox");
    assertThat(bill).contains("CycloneDX", "pkg:maven/org.apache.kafka/kafka-clients@");
    assertThat(bill).doesNotContain("org.apache.kafka/kafka_", "org.apache.kafka/kafka-server");
  }

  /** A JVM that can't use its cache would start all the same, and slowly. */
  @Test
  void theCacheOfClassesIsOneThatTheJvmTakes() {
    assertThat(revoker("-XX:AOTMode=on", "--help")).contains("worker");
  }

  @Test
  void theExitCodeIsTheWorkers() {
    assertThatThrownBy(() -> revoker("", "worker"))
        .hasMessageContaining("exit 2")
        .hasMessageContaining("bootstrap.servers");
  }

  @Test
  void theAlertRulesPassTheirUnitTests() {
    String output =
        Cli.run(
            Map.of(),
            "docker",
            "run",
            "--rm",
            "--volume",
            Prometheus.RULES.toAbsolutePath() + ":/rules:ro",
            "--entrypoint",
            "promtool",
            Images.named("prom/prometheus"),
            "test",
            "rules",
            "/rules/alerts_test.yml");
    assertThat(output).contains("SUCCESS");
  }

  private String revoker(String options, String... command) {
    return docker(
        Stream.concat(
                Stream.of("run", "--rm", "--read-only", "--tmpfs", "/tmp:exec", "--env"),
                Stream.concat(Stream.of("REVOKER_JAVA_OPTS=" + options, image), Stream.of(command)))
            .toArray(String[]::new));
  }

  private String inside(String command, String argument) {
    return docker("run", "--rm", "--entrypoint", command, image, argument);
  }

  private static String docker(String... arguments) {
    return Cli.run(
        Map.of(), Stream.concat(Stream.of("docker"), Stream.of(arguments)).toArray(String[]::new));
  }
}
