package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Outcome;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Results come in any order, and a row may have several. */
class BatchProgressTest {
  private final BatchProgress progress = new BatchProgress(3);

  @Test
  void aRowWaitsUntilEachOfItsRequestsHasAResult() {
    progress.sent(1);
    progress.sent(1);
    progress.sent(2);
    assertThat(progress.waiting()).isEqualTo(2);
    progress.answered(1, Outcome.UNAVAILABLE);
    assertThat(progress.isInFlight(1)).isTrue();
    progress.answered(1, Outcome.REVOKED);
    progress.unsent(2);
    assertThat(progress.waiting()).isZero();
    assertThat(progress.sent()).isEqualTo(2);
    assertThat(progress.counts()).isEqualTo(Map.of(Outcome.REVOKED, 1));
  }

  @Test
  void aRowThatSucceededOnceHasSucceeded() {
    progress.answered(3, Outcome.REVOKED);
    progress.answered(3, Outcome.NOT_FOUND);
    assertThat(progress.successes()).isEqualTo(1);
    assertThat(progress.succeeded(3)).isTrue();
    assertThat(progress.answered()).isEqualTo(1);
  }

  @Test
  void unknownRowsDoNotCount() {
    progress.answered(0, Outcome.REVOKED);
    progress.answered(4, Outcome.REVOKED);
    progress.answeredBefore(9_999_999_999L, Outcome.REVOKED);
    assertThat(progress.answered()).isZero();
    progress.sent(4);
    assertThat(progress.sent()).isZero();
  }

  @Test
  void anEarlierResultLeavesARequestInFlight() {
    progress.sent(1);
    progress.answeredBefore(1, Outcome.EXPIRED);
    assertThat(progress.waiting()).isEqualTo(1);
    assertThat(progress.outcome(1)).isEqualTo(Outcome.EXPIRED);
  }
}
