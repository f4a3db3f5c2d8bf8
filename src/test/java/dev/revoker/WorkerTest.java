package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.ops.Health;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What /readyz says of the API. */
class WorkerTest {
  @Test
  void a429LeavesTheWorkerReadyAndSaysUntilWhenItHoldsTheCallsBack() {
    assertThat(Worker.apiUp(true, Instant.parse("2026-11-23T10:00:02.250Z")))
        .isEqualTo(
            new Health.State(
                true,
                "the API answered 429: every call is held back until 2026-11-23T10:00:02.250Z"));
  }

  @Test
  void anOutageDoesNot() {
    assertThat(Worker.apiUp(true, null).ok()).isTrue();
    assertThat(Worker.apiUp(false, null).ok()).isFalse();
    assertThat(Worker.apiUp(false, Instant.EPOCH).ok()).isFalse();
  }
}
