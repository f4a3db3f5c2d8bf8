package dev.revoker.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.Endpoint;
import dev.revoker.sandbox.Faults;
import dev.revoker.sandbox.Faults.Fault;
import dev.revoker.sandbox.Faults.Latency;
import dev.revoker.sandbox.Faults.Outage;
import dev.revoker.sandbox.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** CONTRACT 5.3: an outage of the API is not a failure. */
class OutageIT {
  private static final Map<String, String> QUICK =
      Map.of(
          // Each round of probes is logged at DEBUG.
          "log.level", "DEBUG",
          "max.in.flight", "16",
          "breaker.open.wait.ms", "300",
          "retry.initial.backoff.ms", "50",
          "api.request.timeout.ms", "1000");

  /** One worker has one outage after the other. */
  @Test
  void oneRequestWaitsOutAnOutageOfAnyKind() throws Exception {
    Map<String, String> settings = with("retry.max.attempts", "3");
    settings.put("breaker.minimum.calls", "2");
    settings.put("api.request.timeout.ms", "500");
    try (Scene scene = new Scene(settings)) {
      WorkerProcess worker = scene.worker();
      for (Outage kind : EnumSet.complementOf(EnumSet.of(Outage.NONE))) {
        scene.awaitReady(worker);
        oneRequestWaitsOut(kind, scene, worker);
      }
    }
  }

  private static void oneRequestWaitsOut(Outage kind, Scene scene, WorkerProcess worker)
      throws Exception {
    int answered = scene.results.count();
    scene.outage(kind);
    scene.submitKeys("urgent", 1, Map.of());

    await()
        .alias("intake paused, " + kind)
        .atMost(Scene.PATIENCE)
        .until(() -> metric(scene, worker, "revoker_intake_paused") == 1);
    // If a probe spent an attempt, so many would have spent all attempts twice over.
    double before = apiCalls(scene, worker);
    await()
        .alias("probes, " + kind)
        .atMost(Scene.PATIENCE)
        .until(() -> apiCalls(scene, worker) > before + 6 || scene.results.count() > answered);
    assertThat(scene.results.count()).as("%s", kind).isEqualTo(answered);
    assertThat(scene.get(worker, "/livez").statusCode()).isEqualTo(200);
    assertThat(scene.get(worker, "/readyz").statusCode()).isEqualTo(503);

    scene.outage(Outage.NONE);
    scene.awaitExactlyOneResultEach();
    assertThat(scene.outcomes()).containsOnlyKeys("revoked");
    scene.assertTruthful();
    // No further request comes: the worker must not stay "down" until one does.
    scene.awaitReady(worker);
    assertThat(metric(scene, worker, "revoker_intake_paused")).isZero();
  }

  @Test
  void thousandsOfRequestsWaitAndOnlyProbesAreCalled() throws Exception {
    // A call that ran into its time-out would leave its key removed and the result not_found.
    try (Scene scene = new Scene(with("api.request.timeout.ms", "30000"))) {
      scene.faults(Faults.NONE.with(Latency.fixed(10)));
      WorkerProcess worker = scene.worker();
      scene.awaitReady(worker);
      List<Secret> keys = scene.submitKeys("standard", 4000, Map.of());
      scene.awaitResults(500);

      scene.outage(Outage.UNAVAILABLE);
      await()
          .atMost(Scene.PATIENCE)
          .until(() -> metric(scene, worker, "revoker_intake_paused") == 1);
      long duringFrom = scene.stack().api().ledger().calls(Endpoint.REMOVE_API_KEY);
      double transitions = openings(scene, worker);
      await().atMost(Scene.PATIENCE).until(() -> openings(scene, worker) >= transitions + 4);
      long calls = scene.stack().api().ledger().calls(Endpoint.REMOVE_API_KEY) - duringFrom;
      double windows = openings(scene, worker) - transitions + 1;
      assertThat((double) calls)
          .as("probes only, 3 for each window")
          .isLessThanOrEqualTo(3 * windows);

      scene.outage(Outage.NONE);
      scene.awaitExactlyOneResultEach();
      assertThat(scene.outcomes()).containsOnlyKeys("revoked");
      assertThat(keys).noneMatch(scene.stack().api().ledger()::isActive);
      assertThat(takenOn(worker)).as("the group membership was kept").isEqualTo(1);
    }
  }

  @Test
  void a429HoldsTheCallsBackForNoLongerThanTheMaximumAndSaysUntilWhen() throws Exception {
    try (Scene scene = new Scene(with("retry.after.max.ms", "3000"))) {
      WorkerProcess worker = scene.worker();
      scene.awaitReady(worker);
      scene.faults(Faults.NONE.with(Fault.THROTTLE, 1).withRetryAfter(86_400));
      scene.submitKeys("urgent", 1, Map.of());

      await()
          .atMost(Scene.PATIENCE)
          .until(() -> metric(scene, worker, "revoker_intake_paused") == 1);
      await()
          .atMost(Scene.PATIENCE)
          .until(() -> scene.get(worker, "/readyz").body().contains("held back until"));
      assertThat(scene.get(worker, "/readyz").statusCode()).isEqualTo(200);

      scene.faults(Faults.NONE);
      scene.awaitExactlyOneResultEach();
      assertThat(scene.outcomes()).containsOnlyKeys("revoked");
      assertThat(metric(scene, worker, "revoker_intake_paused")).isZero();
    }
  }

  @Test
  void waitingEndsAtNotAfterAndAtTheLongestHold() {
    try (Scene scene = new Scene(with("hold.max.ms", "3000"))) {
      WorkerProcess worker = scene.worker();
      scene.awaitReady(worker);
      scene.outage(Outage.REFUSE);
      scene.submitKeys("standard", 5, Map.of());
      scene.submitKeys(
          "standard", 5, Map.of("not_after", java.time.Instant.now().plusSeconds(2).toString()));

      scene.awaitExactlyOneResultEach();
      assertThat(scene.outcomes()).isEqualTo(Map.of("unavailable", 5L, "expired", 5L));
    }
  }

  private static Map<String, String> with(String key, String value) {
    Map<String, String> settings = new java.util.HashMap<>(QUICK);
    settings.put(key, value);
    return settings;
  }

  private static long takenOn(WorkerProcess worker) throws IOException {
    return Files.readAllLines(worker.log()).stream()
        .filter(line -> line.contains("partitions assigned"))
        .count();
  }

  private static double apiCalls(Scene scene, WorkerProcess worker) throws Exception {
    return scene.metrics(worker, "revoker_api_call_seconds_count").stream()
        .mapToDouble(Double::doubleValue)
        .sum();
  }

  private static double openings(Scene scene, WorkerProcess worker) throws Exception {
    return Files.readAllLines(worker.log()).stream()
        .filter(line -> line.contains("the API is probed"))
        .count();
  }

  private static double metric(Scene scene, WorkerProcess worker, String name) throws Exception {
    return scene.metrics(worker, name).getFirst();
  }
}
