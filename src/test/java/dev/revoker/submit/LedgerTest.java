package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Outcome;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is known of rows whose results come in any order, and more than once. */
class LedgerTest {
  private final Ledger ledger = new Ledger(3);

  @Test
  void aRowWaitsUntilEachOfItsRequestsHasAResult() {
    ledger.sent(1);
    ledger.sent(1);
    ledger.sent(2);
    assertThat(ledger.waiting()).isEqualTo(2);
    ledger.answered(1, Outcome.UNAVAILABLE);
    assertThat(ledger.isUnderWay(1)).isTrue();
    ledger.answered(1, Outcome.REVOKED);
    ledger.unsent(2);
    assertThat(ledger.waiting()).isZero();
    assertThat(ledger.sent()).isEqualTo(2);
    assertThat(ledger.counts()).isEqualTo(Map.of(Outcome.REVOKED, 1));
  }

  @Test
  void whatSucceededOnceHasSucceeded() {
    ledger.answered(3, Outcome.REVOKED);
    ledger.answered(3, Outcome.NOT_FOUND);
    assertThat(ledger.successes()).isEqualTo(1);
    assertThat(ledger.succeeded(3)).isTrue();
    assertThat(ledger.answered()).isEqualTo(1);
  }

  @Test
  void rowsOfNobodyDoNotCount() {
    assertThat(ledger.answered(0, Outcome.REVOKED)).isFalse();
    assertThat(ledger.answered(4, Outcome.REVOKED)).isFalse();
    ledger.sent(4);
    assertThat(ledger.sent()).isZero();
  }

  @Test
  void aResultThatComesBeforeItsAcknowledgementCounts() {
    ledger.sent(1);
    ledger.answered(1, Outcome.EXPIRED);
    assertThat(ledger.waiting()).isZero();
    assertThat(ledger.outcome(1)).isEqualTo(Outcome.EXPIRED);
  }
}
