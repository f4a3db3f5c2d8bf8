package dev.revoker.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.sandbox.Faults;
import dev.revoker.sandbox.Faults.Latency;
import dev.revoker.sandbox.WorkerProcess;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** CONTRACT 5.6: an urgent request never waits behind standard ones. */
class LanesIT {
  private static final int STANDARD = 10_000;
  private static final int SLOTS = 16;

  @Test
  void urgentRequestsOvertakeTenThousandStandardOnes() {
    try (Scene scene = new Scene(Map.of("max.in.flight", "" + SLOTS))) {
      scene.faults(Faults.NONE.with(Latency.fixed(20)));
      WorkerProcess worker = scene.worker();
      scene.awaitReady(worker);
      scene.submitKeys("standard", STANDARD, Map.of());
      scene.awaitResults(200);

      for (int i = 0; i < 20; i++) {
        int before = scene.results.count();
        scene.submitKeys("urgent", 1, Map.of());
        long urgentSoFar = i + 1;
        scene.awaitUntil(() -> scene.results.count("urgent") >= urgentSoFar);
        // Counted, not timed: in the queue of standard ones it would have stood behind thousands.
        assertThat(scene.results.count() - before)
            .as("results that came before urgent request %d had its own", i)
            .isLessThan(STANDARD / 10);
      }
      assertThat(scene.results.count("standard")).isLessThan(STANDARD);
      assertThat(scene.stack().api().ledger().maxInFlight()).isLessThanOrEqualTo(SLOTS);
    }
  }

  @Test
  void urgentRequestsDoNotWaitForStandardOnesInBackOffOrForTheirRate() {
    try (Scene scene =
        new Scene(
            Map.of(
                "max.in.flight", "8",
                "rate.limit.per.second", "100",
                "retry.initial.backoff.ms", "20000",
                "breaker.minimum.calls", "50",
                "breaker.failure.rate.threshold", "100"))) {
      WorkerProcess worker = scene.worker();
      scene.awaitReady(worker);
      scene.faults(Faults.NONE.withEveryNth(2));
      scene.submitKeys("standard", 400, Map.of());
      scene.awaitResults(100);
      scene.faults(Faults.NONE);

      scene.submitKeys("urgent", 10, Map.of());
      scene.awaitUntil(() -> scene.results.count("urgent") == 10);
      assertThat(scene.results.count("standard")).as("still in back-off").isLessThan(400);
    }
  }
}
