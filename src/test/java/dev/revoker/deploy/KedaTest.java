package dev.revoker.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.revoker.config.Config;
import dev.revoker.deploy.Manifests.ScaledObject;
import dev.revoker.deploy.Manifests.TriggerAuthentication;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** KEDA asks the same brokers for the same lag as the workers have, and logs in as they do. */
class KedaTest {
  private static final Path EXAMPLE = Manifests.ROOT.resolve("example");
  private static final Path PROPERTIES = EXAMPLE.resolve("revoker.properties");

  @ParameterizedTest
  @ValueSource(strings = {"base", "example"})
  void lanesAreScaledByTheirOwnTopics(String overlay, @TempDir Path folder) throws IOException {
    ScaledObject scaled =
        overlay.equals("base")
            ? Manifests.load(ScaledObject.class, "keda/scaledobject.yaml")
            : changedByTheExample();
    Path properties = Manifests.ROOT.resolve(overlay).resolve("revoker.properties");
    Config config = WorkerFiles.load(properties, Map.of(), folder);

    assertThat(scaled.spec().scaleTargetRef().name())
        .isEqualTo(
            Manifests.load(Deployment.class, "base/deployment.yaml").getMetadata().getName());
    assertThat(scaled.spec().triggers())
        .extracting(ScaledObject.Trigger::name, trigger -> trigger.metadata().topic())
        .containsExactlyElementsOf(
            config.lanes().stream().map(lane -> tuple(lane.name(), lane.topic())).toList());
    assertThat(scaled.spec().triggers())
        .allSatisfy(
            trigger -> {
              assertThat(trigger.metadata().consumerGroup()).isEqualTo(config.kafka().groupId());
              assertThat(trigger.metadata().bootstrapServers())
                  .isEqualTo(config.kafka().consumer().get("bootstrap.servers").toString());
            });
  }

  @Test
  void theExampleLogsInAsItsWorkersDo(@TempDir Path folder) throws IOException {
    Map<String, ?> kafka = WorkerFiles.load(PROPERTIES, Map.of(), folder).kafka().consumer();
    TriggerAuthentication authentication =
        Manifests.load(TriggerAuthentication.class, "example/authentication.yaml");

    assertThat(kafka.get("security.protocol")).hasToString("SASL_SSL");
    assertThat(kafka.get("sasl.mechanism")).hasToString("SCRAM-SHA-512");
    assertThat(changedByTheExample().spec().triggers())
        .extracting(
            trigger -> trigger.metadata().sasl(),
            trigger -> trigger.metadata().tls(),
            ScaledObject.Trigger::authenticationRef)
        .containsOnly(
            tuple(
                "scram_sha512",
                "enable",
                new ScaledObject.Authentication(authentication.metadata().getName())));
    assertThat(authentication.spec().secretTargetRef())
        .extracting(
            TriggerAuthentication.SecretRef::parameter,
            TriggerAuthentication.SecretRef::name,
            TriggerAuthentication.SecretRef::key)
        .containsExactlyInAnyOrder(
            tuple("username", "revoker", keyOf("username")),
            tuple("password", "revoker", keyOf("password")),
            tuple("ca", "revoker", found("ssl.truststore.location=.*/(.+)")));
  }

  /** The key of the Secret from which the workers have it, by a mounted file. */
  private static String keyOf(String credential) throws IOException {
    return found(credential + "=\"\\$\\{dir:" + WorkerFiles.SECRETS + ":([\\w.-]+)}\"");
  }

  private static String found(String pattern) throws IOException {
    Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(PROPERTIES));
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }

  /** A change must meet what is there, and leave what KEDA takes. */
  private static ScaledObject changedByTheExample() {
    JsonNode scaled = Yaml.tree(Manifests.ROOT.resolve("keda/scaledobject.yaml"));
    for (JsonNode change : Yaml.tree(EXAMPLE.resolve("scaledobject.yaml"))) {
      String path = change.get("path").asText();
      int last = path.lastIndexOf('/');
      JsonNode parent = scaled.at(path.substring(0, last));
      String field = path.substring(last + 1);

      assertThat(parent.isObject()).as(path).isTrue();
      assertThat(change.get("op").asText())
          .as(path)
          .isEqualTo(parent.has(field) ? "replace" : "add");
      ((ObjectNode) parent).set(field, change.get("value"));
    }
    return Yaml.read(scaled, ScaledObject.class);
  }
}
