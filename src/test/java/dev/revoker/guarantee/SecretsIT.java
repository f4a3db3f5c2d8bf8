package dev.revoker.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.Faults;
import dev.revoker.sandbox.Faults.Fault;
import dev.revoker.sandbox.Faults.Outage;
import dev.revoker.sandbox.WorkerProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * CONTRACT 5.5: no secrets out, with every logger at TRACE and every kind of failure on the way.
 */
class SecretsIT {
  static final String EVERYTHING =
      """
      <configuration>
        <appender name="all" class="ch.qos.logback.core.ConsoleAppender">
          <encoder><pattern>%d %level %logger %msg %kvp %ex%n</pattern></encoder>
        </appender>
        <root level="TRACE"><appender-ref ref="all"/></root>
      </configuration>
      """;

  @TempDir private Path folder;

  @Test
  void noCanaryGetsOutAnywhere() throws Exception {
    Path logback = Files.writeString(folder.resolve("trace.xml"), EVERYTHING);
    Path log = folder.resolve("worker.log");
    try (Scene scene = new Scene(Map.of("max.in.flight", "8", "breaker.open.wait.ms", "300"))) {
      WorkerProcess worker =
          scene
              .stack()
              .started(
                  WorkerProcess.start(
                      scene.workerSettings(),
                      List.of("-Dlogback.configurationFile=" + logback),
                      log));
      scene.awaitReady(worker);
      List<Secret> canaries = new ArrayList<>(List.of(scene.stack().password()));
      for (Fault fate : Fault.values()) {
        scene.faults(Faults.NONE.with(fate, 0.3));
        canaries.addAll(scene.submitKeys("standard", 10, Map.of("reason", "a canary")));
      }
      String own = "feedfacefeedfacefeedface";
      canaries.add(Secret.of(own));
      canaries.addAll(scene.submitKeys("urgent", 3, Map.of("api_token", own)));
      String leaky = "beefbeefbeefbeefbeefbeef00000001";
      canaries.add(Secret.of(leaky));
      scene.submitRaw(
          "standard",
          List.of(
              "{\"api_securekey\":\"" + leaky + "\",\"reason\":\"" + leaky + "\"}",
              "{\"api_securekey\":\"" + leaky + "\",\"request_id\":\"" + leaky + "\"}",
              "{\"api_securekey\":\"" + leaky + "\",\"labels\":{\"" + leaky + "\":\"x\"}}",
              "{\"api_securekey\":\"" + leaky + "\"} and more " + leaky,
              "{\"api_securekey\":\""
                  + leaky.toUpperCase(Locale.ROOT)
                  + "\",\"account\":\"none\"}"));
      scene.outage(Outage.RESET);
      scene.submitKeys("standard", 3, Map.of());
      scene.awaitUntil(() -> log(log).contains("the API is probed"));
      scene.outage(Outage.NONE);
      scene.faults(Faults.NONE);
      scene.awaitExactlyOneResultEach();
      canaries.addAll(scene.keys());

      String everything =
          log(log)
              + scene.get(worker, "/metrics").body()
              + scene.get(worker, "/livez").body()
              + scene.get(worker, "/readyz").body()
              + Files.readString(Path.of("/proc/" + worker.pid() + "/cmdline"))
              + scene.results.all();
      assertThat(log(log)).as("TRACE is on").contains(" TRACE ");
      String lower = everything.toLowerCase(Locale.ROOT);
      assertThat(canaries)
          .allSatisfy(
              canary ->
                  assertThat(lower.indexOf(canary.reveal().toLowerCase(Locale.ROOT)))
                      .as("a canary's place in what came out")
                      .isNegative());
    }
  }

  private static String log(Path log) throws java.io.IOException {
    return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
  }
}
