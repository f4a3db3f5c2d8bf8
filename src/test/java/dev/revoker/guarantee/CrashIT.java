package dev.revoker.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.sandbox.Broker;
import dev.revoker.sandbox.Faults;
import dev.revoker.sandbox.Faults.Latency;
import dev.revoker.sandbox.Signals;
import dev.revoker.sandbox.WorkerProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * CONTRACT 5.1 and 5.2: one result for each request, across kill -9 of workers and brokers, and
 * takeovers.
 */
class CrashIT {
  private static final List<String> REMOVED = List.of("revoked", "not_found");
  private static final Broker.Options THREE_BROKERS =
      new Broker.Options(List.of(1, 2, 3), Map.of());

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void twoWorkersAreKilledInTurnAndEveryRequestHasOneResult(String protocol) {
    try (Scene scene =
        new Scene(Map.of("max.in.flight", "16", "consumer.group.protocol", protocol))) {
      // Some take long, so that much is answered beyond the lowest unanswered one.
      scene.faults(Faults.NONE.with(new Latency(20, 1500)));
      WorkerProcess one = scene.worker();
      WorkerProcess two = scene.worker();
      scene.awaitReady(one);
      scene.awaitReady(two);
      scene.submitKeys("standard", 2400, Map.of());
      scene.submitKeys("urgent", 100, Map.of());

      scene.awaitResults(400);
      one.kill();
      one.restart();
      scene.awaitResults(1200);
      two.kill();
      two.restart();

      scene.awaitExactlyOneResultEach();
      scene.assertTruthful();
      assertThat(scene.outcomes().keySet()).isSubsetOf(REMOVED);
      assertThat(scene.keys()).noneMatch(scene.stack().api().ledger()::isActive);
    }
  }

  /**
   * Within the transaction timeout, so that no call is repeated. Of three brokers, one at a time.
   */
  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void brokersAreKilledAndRestartedAndTheWorkerGoesOnByItself(String protocol) {
    Map<String, String> settings =
        Map.of(
            "max.in.flight",
            "16",
            "consumer.group.protocol",
            protocol,
            "producer.transaction.timeout.ms",
            "60000",
            "producer.delivery.timeout.ms",
            "60000");
    try (Broker brokers = Broker.start(THREE_BROKERS);
        Scene scene = new Scene(settings, brokers)) {
      WorkerProcess worker = inTheMiddle(scene);
      for (int more = 1; more <= 2; more++) {
        scene.stack().broker().node(more).kill();
        scene.awaitResults(300 + 300 * more);
        scene.stack().broker().restart();
      }

      scene.awaitExactlyOneResultEach();
      scene.assertTruthful();
      assertThat(worker.alive()).isTrue();
      assertThat(scene.keys()).noneMatch(scene.stack().api().ledger()::isActive);
      assertThat(scene.outcomes()).as("no call was repeated").containsOnlyKeys("revoked");
    }
  }

  /** With the settings that a worker has by itself. What was sent is aborted, and sent again. */
  @Test
  void theBrokersAreAwayForLongerThanATransactionLives() {
    Map<String, String> settings =
        Map.of(
            "max.in.flight",
            "16",
            "producer.transaction.timeout.ms",
            "10000",
            "producer.delivery.timeout.ms",
            "10000",
            "producer.request.timeout.ms",
            "5000");
    try (Scene scene = new Scene(settings)) {
      WorkerProcess worker = inTheMiddle(scene);
      Signals.freeze(scene.stack().broker());
      try {
        await()
            .pollDelay(Duration.ofSeconds(12))
            .atMost(Scene.PATIENCE)
            .until(() -> scene.get(worker, "/readyz").statusCode() == 503);
      } finally {
        Signals.thaw(scene.stack().broker());
      }

      scene.awaitExactlyOneResultEach();
      scene.assertTruthful();
      assertThat(worker.alive()).isTrue();
      assertThat(scene.keys()).noneMatch(scene.stack().api().ledger()::isActive);
      assertThat(scene.outcomes().keySet()).isSubsetOf(REMOVED);
    }
  }

  @Test
  void aFrozenWorkerThatWakesAsAZombieAddsNothing() {
    try (Scene scene = new Scene(Map.of("max.in.flight", "16"))) {
      WorkerProcess frozen = inTheMiddle(scene);
      Signals.freeze(frozen);
      WorkerProcess other = scene.worker();
      scene.awaitResults(900);
      Signals.thaw(frozen);

      scene.awaitExactlyOneResultEach();
      scene.assertTruthful();
      assertThat(other.stop()).isZero();
      assertThat(scene.outcomes().keySet()).isSubsetOf(REMOVED);
    }
  }

  /** A worker that has answered some of its 1,500 requests. */
  private static WorkerProcess inTheMiddle(Scene scene) {
    scene.faults(Faults.NONE.with(Latency.fixed(20)));
    WorkerProcess worker = scene.worker();
    scene.awaitReady(worker);
    scene.submitKeys("standard", 1500, Map.of());
    scene.awaitResults(300);
    return worker;
  }
}
