package dev.revoker.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.sandbox.Endpoint;
import dev.revoker.sandbox.Faults;
import dev.revoker.sandbox.Faults.Latency;
import dev.revoker.sandbox.WorkerProcess;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CONTRACT 5.8: a graceful stop repeats nothing. */
class GracefulStopIT {
  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void aRollingRestartCausesNoSecondCall(String protocol) {
    try (Scene scene =
        new Scene(Map.of("max.in.flight", "16", "consumer.group.protocol", protocol))) {
      scene.faults(Faults.NONE.with(Latency.fixed(100)));
      WorkerProcess one = scene.worker();
      WorkerProcess two = scene.worker();
      scene.awaitReady(one);
      scene.awaitReady(two);
      scene.submitKeys("standard", 1500, Map.of());

      scene.awaitResults(200);
      assertThat(one.stop()).as("exit code").isZero();
      one.restart();
      scene.awaitResults(700);
      assertThat(two.stop()).as("exit code").isZero();
      two.restart();

      scene.awaitExactlyOneResultEach();
      assertThat(scene.outcomes()).containsOnlyKeys("revoked");
      assertThat(scene.keys())
          .allSatisfy(key -> assertThat(scene.stack().api().ledger().callCount(key)).isEqualTo(1));

      assertThat(one.stop() + two.stop()).as("exit codes").isZero();
      assertThat(scene.stack().api().ledger().calls(Endpoint.LOGOUT))
          .as("each session that a login opened is closed")
          .isPositive()
          .isEqualTo(scene.stack().api().ledger().calls(Endpoint.LOGIN));
    }
  }
}
