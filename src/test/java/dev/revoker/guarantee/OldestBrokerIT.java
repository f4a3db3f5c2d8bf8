package dev.revoker.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.sandbox.Broker;
import dev.revoker.sandbox.Faults;
import dev.revoker.sandbox.Faults.Latency;
import dev.revoker.sandbox.OldestBroker;
import dev.revoker.sandbox.WorkerProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The oldest broker that README names: check, kill -9, urgent before standard, one result each. */
class OldestBrokerIT {
  private static final int STANDARD = 1500;

  @TempDir Path temp;

  @Test
  void aWorkerIsKilledAndUrgentRequestsOvertake() throws Exception {
    assertThat(Path.of("README.md"))
        .content()
        .contains("Kafka brokers from " + OldestBroker.version() + " on");
    try (Broker broker = OldestBroker.start();
        Scene scene = new Scene(Map.of("max.in.flight", "16"), broker)) {
      assertThat(check(scene)).contains("transactions", "can be made").doesNotContain("FAILED");
      scene.faults(Faults.NONE.with(Latency.fixed(20)));
      WorkerProcess one = scene.worker();
      scene.awaitReady(one);
      scene.submitKeys("standard", STANDARD, Map.of());
      scene.awaitResults(300);

      scene.submitKeys("urgent", 20, Map.of());
      scene.awaitUntil(() -> scene.results.count("urgent") == 20);
      assertThat(scene.results.count("standard")).isLessThan(STANDARD);
      one.kill();
      one.restart();

      scene.awaitExactlyOneResultEach();
      scene.assertTruthful();
      assertThat(scene.outcomes().keySet()).isSubsetOf("revoked", "not_found");
      assertThat(scene.keys()).noneMatch(scene.stack().api().ledger()::isActive);
      assertThat(one.stop()).isZero();
    }
  }

  /** What {@code check} prints; it must succeed. */
  private String check(Scene scene) throws IOException, InterruptedException {
    Properties settings = new Properties();
    settings.putAll(scene.workerSettings());
    settings.put("ops.listen", "127.0.0.1:0");
    Path file = temp.resolve("revoker.properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      settings.store(out, null);
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(WorkerProcess.classPath());
    command.addAll(List.of("dev.revoker.App", "check", "--config", file.toString()));
    Process check = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(check.waitFor()).as(printed).isZero();
    return printed;
  }
}
