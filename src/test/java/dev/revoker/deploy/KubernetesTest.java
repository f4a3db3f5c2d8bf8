package dev.revoker.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.revoker.config.Config;
import dev.revoker.deploy.Manifests.Kustomization;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The manifests are what Kubernetes takes, and agree with the code and with each other. */
class KubernetesTest {
  private static final long CLOSING_SECONDS = 15;

  private final Deployment deployment = Manifests.load(Deployment.class, "base/deployment.yaml");
  private final PodSpec pod = deployment.getSpec().getTemplate().getSpec();
  private final Map<String, String> podLabels =
      deployment.getSpec().getTemplate().getMetadata().getLabels();
  private final Container worker = pod.getContainers().getFirst();

  static Stream<Path> manifests() {
    return Manifests.files().stream();
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void everyFieldIsOneThatKubernetesKnows(Path file) {
    assertThat(Manifests.load(file)).isNotNull();
  }

  @Test
  void anUnknownFieldFails(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("deployment.yaml");
    Files.writeString(
        file,
        Files.readString(Manifests.ROOT.resolve("base/deployment.yaml"))
            .replace("readOnlyRootFilesystem", "readOnlyRootFileSystem"));

    assertThatThrownBy(() -> Manifests.load(file))
        .hasMessageContaining("readOnlyRootFileSystem")
        .hasMessageContaining("containers");
  }

  @Test
  void everyFileIsInItsKustomizationAndTheOtherWayRound() throws IOException {
    for (String folder : List.of("base", "monitoring", "keda", "example")) {
      Path place = Manifests.ROOT.resolve(folder);
      Kustomization listed = Yaml.read(place.resolve("kustomization.yaml"), Kustomization.class);
      List<String> names = new ArrayList<>(List.of("kustomization.yaml"));
      Stream.of(listed.resources(), listed.components())
          .flatMap(list -> Optional.ofNullable(list).stream().flatMap(List::stream))
          .forEach(names::add);
      Optional.ofNullable(listed.configMapGenerator()).stream()
          .flatMap(List::stream)
          .forEach(generator -> names.addAll(generator.files()));
      Optional.ofNullable(listed.patches()).stream()
          .flatMap(List::stream)
          .filter(patch -> patch.has("path"))
          .forEach(patch -> names.add(patch.get("path").asText()));

      assertThat(names).allSatisfy(name -> assertThat(place.resolve(name)).exists());
      try (Stream<Path> there = Files.list(place)) {
        assertThat(there.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrderElementsOf(
                names.stream().filter(name -> !name.startsWith("..")).toList());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "example"})
  void theConfigurationLoadsAndAgreesWithThePod(String overlay, @TempDir Path folder)
      throws IOException {
    Path properties = Manifests.ROOT.resolve(overlay).resolve("revoker.properties");
    Config config = WorkerFiles.load(properties, environment(), folder);

    assertThat(config.opsListen().host()).isEqualTo("0.0.0.0");
    assertThat(port("ops").getContainerPort()).isEqualTo(config.opsListen().port());
    assertThat(pod.getTerminationGracePeriodSeconds())
        .isGreaterThan(config.drainTimeoutMs() / 1000 + CLOSING_SECONDS);
    assertThat(pod.getVolumes())
        .filteredOn(volume -> volume.getSecret() != null)
        .singleElement()
        .satisfies(
            volume -> assertThat(mountPath(volume.getName())).isEqualTo(WorkerFiles.SECRETS));
    assertThat(worker.getArgs())
        .containsExactly("worker", "--config", mountPath("configuration"))
        .last()
        .isEqualTo("/etc/revoker/revoker.properties");
    assertThat(WorkerFiles.variables(properties))
        .as("secrets come from mounted files: variables are seen by whoever sees the process")
        .isEmpty();
  }

  @Test
  void theSecretsThatTheExampleAsksForAreTheOnesThatItUses() throws IOException {
    Path example = Manifests.ROOT.resolve("example");
    List<String> used = List.copyOf(WorkerFiles.secrets(example.resolve("revoker.properties")));

    assertThat(used).isNotEmpty();
    for (Path document :
        List.of(example.resolve("kustomization.yaml"), Path.of("docs/DEPLOY.md"))) {
      assertThat(Stream.of(Files.readString(document).split("\\s+")))
          .filteredOn(word -> word.startsWith("--from-file="))
          .containsExactlyInAnyOrderElementsOf(
              used.stream().map(name -> "--from-file=" + name).toList());
    }
  }

  @Test
  void everySelectorFindsThePods() {
    PodDisruptionBudget budget = Manifests.load(PodDisruptionBudget.class, "base/disruption.yaml");
    NetworkPolicy network = Manifests.load(NetworkPolicy.class, "base/network.yaml");
    PodMonitor monitor = Manifests.load(PodMonitor.class, "monitoring/podmonitor.yaml");

    assertThat(podLabels).isNotEmpty();
    assertThat(
            List.of(
                deployment.getSpec().getSelector(),
                budget.getSpec().getSelector(),
                network.getSpec().getPodSelector(),
                monitor.getSpec().getSelector(),
                pod.getTopologySpreadConstraints().getFirst().getLabelSelector()))
        .allSatisfy(selector -> assertThat(selector.getMatchLabels()).isEqualTo(podLabels));
    assertThat(monitor.getSpec().getPodMetricsEndpoints())
        .allSatisfy(endpoint -> assertThat(port(endpoint.getPort())).isNotNull());
    assertThat(network.getSpec().getIngress().getFirst().getPorts())
        .allSatisfy(open -> assertThat(port(open.getPort().getStrVal())).isNotNull());
  }

  @Test
  void thePodMayDoNothingThatItNeedNot() throws IOException {
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(worker.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(worker.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(worker.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(mountPath("tmp")).isEqualTo("/tmp");
    assertThat(worker.getResources().getLimits()).containsKey("memory");
    assertThat(Files.readString(Path.of("deploy/Dockerfile")))
        .contains(
            "USER %d:%d"
                .formatted(
                    pod.getSecurityContext().getRunAsUser(),
                    pod.getSecurityContext().getRunAsGroup()));
  }

  @Test
  void probesAskWhereTheWorkerAnswers() {
    assertThat(List.of(worker.getStartupProbe(), worker.getLivenessProbe()))
        .allSatisfy(probe -> assertThat(path(probe)).isEqualTo("/livez"));
    assertThat(path(worker.getReadinessProbe())).isEqualTo("/readyz");
  }

  /** Not by the name of a namespace: a cache on the node has an address of the node. */
  @Test
  void namesMayBeAskedForWhereverTheyAreKept() {
    NetworkPolicy network = Manifests.load(NetworkPolicy.class, "base/network.yaml");

    assertThat(network.getSpec().getEgress())
        .filteredOn(rule -> rule.getTo().isEmpty())
        .flatExtracting(NetworkPolicyEgressRule::getPorts)
        .extracting(NetworkPolicyPort::getProtocol, open -> open.getPort().getIntVal())
        .contains(tuple("UDP", 53), tuple("TCP", 53));
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    for (EnvVar variable : worker.getEnv()) {
      environment.put(variable.getName(), variable.getValue());
    }
    return environment;
  }

  private ContainerPort port(String name) {
    return worker.getPorts().stream()
        .filter(port -> port.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no port " + name));
  }

  private String path(Probe probe) {
    assertThat(port(probe.getHttpGet().getPort().getStrVal())).isNotNull();
    return probe.getHttpGet().getPath();
  }

  private String mountPath(String volume) {
    return worker.getVolumeMounts().stream()
        .filter(mount -> mount.getName().equals(volume))
        .findFirst()
        .orElseThrow()
        .getMountPath();
  }
}
