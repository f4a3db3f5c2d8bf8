package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Outcome;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Which results are the batch's. */
class HarvestTest {
  private final Prints prints = new Prints(2);
  private final Ledger ledger = new Ledger(2);
  private final Harvest harvest = new Harvest(new Batch("b", 2), ledger, prints, 2, null);

  @Test
  void aLateResultOfAnotherFileIsNotThisRows() {
    sent(1, "sha256:aa");

    result("b", "1/2", "sha256:bb");
    assertThat(ledger.outcome(1)).isNull();

    result("b", "1/2", "sha256:aa");
    assertThat(ledger.outcome(1)).isEqualTo(Outcome.REVOKED);
  }

  /** Else it would wait for ever. */
  @Test
  void aWorkersSecretThatSubmitDoesNotHaveHidesNoResult() {
    sent(1, "sha256:aa");
    sent(2, "hmac-sha256:cc");

    result("b", "1/2", "hmac-sha256:bb");
    result("b", "2/2", "hmac-sha256:dd");

    assertThat(ledger.outcome(1)).isEqualTo(Outcome.REVOKED);
    assertThat(ledger.outcome(2)).isEqualTo(Outcome.REVOKED);
  }

  @Test
  void aResultWithoutAKeyCounts() {
    sent(1, "sha256:aa");

    result("b", "1/2", null);

    assertThat(ledger.outcome(1)).isEqualTo(Outcome.REVOKED);
  }

  @Test
  void anotherBatchsAndARowThatIsNotThereAreNone() {
    result("c", "1/2", "sha256:aa");
    result("b", "3/3", "sha256:aa");

    assertThat(ledger.answered()).isZero();
  }

  private void sent(long row, String fingerprint) {
    ledger.sent(row);
    prints.note(row, fingerprint);
  }

  private void result(String batch, String row, String fingerprint) {
    String json =
        """
        {"request_id":"r","status":"success","outcome":"revoked","key_state":"inactive",
         "key_fingerprint":%s,"labels":{"batch":"%s","row":"%s"},"error":null,
         "source":{"topic":"t","partition":0,"offset":1}}
        """
            .formatted(fingerprint == null ? "null" : "\"" + fingerprint + "\"", batch, row);
    harvest.take(
        new ConsumerRecord<>("r", 0, 0, new byte[0], json.getBytes(StandardCharsets.UTF_8)));
  }
}
