package dev.revoker.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What stands under deploy/kubernetes. */
final class Manifests {
  static final Path ROOT = Path.of("deploy", "kubernetes");

  /** By apiVersion and kind. KEDA has no published model: its two are our own. */
  private static final Map<String, Class<?>> MODELS =
      Map.of(
          "apps/v1 Deployment", Deployment.class,
          "policy/v1 PodDisruptionBudget", PodDisruptionBudget.class,
          "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class,
          "monitoring.coreos.com/v1 PodMonitor", PodMonitor.class,
          "monitoring.coreos.com/v1 PrometheusRule", PrometheusRule.class,
          "keda.sh/v1alpha1 ScaledObject", ScaledObject.class,
          "keda.sh/v1alpha1 TriggerAuthentication", TriggerAuthentication.class,
          "kustomize.config.k8s.io/v1beta1 Kustomization", Kustomization.class,
          "kustomize.config.k8s.io/v1alpha1 Component", Kustomization.class);

  private Manifests() {}

  /** Every YAML file, but those that are lists of changes. */
  static List<Path> files() {
    try (Stream<Path> all = Files.walk(ROOT)) {
      return all.filter(file -> file.toString().endsWith(".yaml"))
          .filter(file -> Yaml.tree(file).isObject())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The manifest as its model. */
  static Object load(Path file) {
    JsonNode tree = Yaml.tree(file);
    String kind = tree.path("apiVersion").asText() + " " + tree.path("kind").asText();
    Class<?> model = MODELS.get(kind);
    if (model == null) {
      throw new AssertionError(file + ": no model for " + kind);
    }
    return Yaml.read(file, model);
  }

  static <T> T load(Class<T> model, String file) {
    return model.cast(load(ROOT.resolve(file)));
  }

  /** Of a kustomization, what we use. */
  record Kustomization(
      String apiVersion,
      String kind,
      String namespace,
      List<String> resources,
      List<String> components,
      List<Map<String, String>> images,
      List<Generator> configMapGenerator,
      List<JsonNode> patches) {
    record Generator(String name, String behavior, List<String> files) {}
  }

  /** Of KEDA's ScaledObject, what we use, after its reference. */
  record ScaledObject(String apiVersion, String kind, ObjectMeta metadata, Spec spec) {
    record Spec(
        Target scaleTargetRef,
        int pollingInterval,
        int minReplicaCount,
        int maxReplicaCount,
        Advanced advanced,
        List<Trigger> triggers) {}

    record Target(String apiVersion, String kind, String name) {}

    record Advanced(Autoscaler horizontalPodAutoscalerConfig) {}

    record Autoscaler(Behavior behavior) {}

    record Behavior(ScaleDown scaleDown) {}

    record ScaleDown(int stabilizationWindowSeconds, List<Policy> policies) {}

    record Policy(String type, int value, int periodSeconds) {}

    record Trigger(
        String type, String name, Kafka metadata, @Nullable Authentication authenticationRef) {}

    record Authentication(String name) {}

    record Kafka(
        String bootstrapServers,
        String consumerGroup,
        String topic,
        String lagThreshold,
        String offsetResetPolicy,
        @Nullable String sasl,
        @Nullable String tls) {}
  }

  /** Of KEDA's TriggerAuthentication, what we use, after its reference. */
  record TriggerAuthentication(String apiVersion, String kind, ObjectMeta metadata, Spec spec) {
    record Spec(List<SecretRef> secretTargetRef) {}

    record SecretRef(String parameter, String name, String key) {}
  }
}
