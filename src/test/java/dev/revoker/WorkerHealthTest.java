package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.ops.Health;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What /readyz says of the API. */
class WorkerHealthTest {
  @Test
  void a429LeavesTheWorkerReadyAndSaysUntilWhenItHoldsTheCallsBack() {
    assertThat(WorkerHealth.apiUp(true, Instant.parse("2026-11-23T10:00:02.250Z")))
        .isEqualTo(
            new Health.State(
                true,
                "the API answered 429: every call is held back until 2026-11-23T10:00:02.250Z"));
  }

  @Test
  void anOutageDoesNot() {
    assertThat(WorkerHealth.apiUp(true, null).ok()).isTrue();
    assertThat(WorkerHealth.apiUp(false, null).ok()).isFalse();
    assertThat(WorkerHealth.apiUp(false, Instant.EPOCH).ok()).isFalse();
  }
}
