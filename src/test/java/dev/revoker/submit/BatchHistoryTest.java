package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.Fingerprints;
import dev.revoker.model.Outcome;
import dev.revoker.model.Secret;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code --resume} believes of the records that it finds. */
class BatchHistoryTest {
  private static final Fingerprints FINGERPRINTS =
      new Fingerprints(Secret.of("a secret of 16 characters or more"));

  private final SubmitBatch batch = new SubmitBatch("b", 2);
  private final BatchProgress progress = new BatchProgress(2);
  private final SentRecords sent = new SentRecords("t");
  private final ResultCollector collector = new ResultCollector(progress, sent, null, any -> {});
  private final KeyFingerprintIndex keys = new KeyFingerprintIndex();
  private final BatchHistory history =
      new BatchHistory(
          batch, new RequestComposer(FINGERPRINTS, Trial.NOTHING), keys, progress, sent, collector);

  @BeforeEach
  void noteTheRowsKeys() {
    keys.note(1, FINGERPRINTS.of(Secret.of(Trial.KEY)));
    keys.note(2, FINGERPRINTS.of(Secret.of(Trial.OTHER)));
  }

  @Test
  void aRequestOfTheRowsOwnKeyIsInFlightUntilItsResult() {
    request(3, "b/1", value(Trial.KEY));
    assertThat(history.wants(1)).isFalse();

    history.takeResult(result(3, "", "", "1/2", "rejected"));
    assertThat(progress.outcome(1)).isEqualTo(Outcome.REJECTED);
    assertThat(history.wants(1)).isTrue();
  }

  @Test
  void otherRecordsWithTheRowsIdDoNotCount() {
    request(3, "b/1", "junk");
    request(4, "b/1", null);
    request(5, "b/1", value(Trial.OTHER));
    request(6, "b/1", "{\"api_securekey\":\"" + Trial.KEY + "\",\"reason\":7}");
    request(7, "b/99999999999", value(Trial.KEY));

    assertThat(history.wants(1)).isTrue();
    assertThat(progress.waiting()).isZero();
    assertThat(history.foreign()).isEqualTo(5);
  }

  @Test
  void aResultIsTheRowsByItsSourceWhateverTheWorkersFingerprintSecret() {
    request(3, "b/1", value(Trial.KEY));

    history.takeResult(result(3, "sha256:" + "a".repeat(64), "b", "1/2", "revoked"));

    assertThat(progress.succeeded(1)).isTrue();
    assertThat(progress.waiting()).isZero();
  }

  @Test
  void aResultWhoseRequestIsGoneNeedsBatchRowAndFingerprint() {
    String own = FINGERPRINTS.of(Secret.of(Trial.KEY));
    String others = FINGERPRINTS.of(Secret.of(Trial.OTHER));
    history.takeResult(result(1, others, "b", "1/2", "revoked"));
    history.takeResult(result(2, "", "b", "1/2", "revoked"));
    history.takeResult(result(3, own.replace("hmac-", ""), "b", "1/2", "revoked"));
    history.takeResult(result(4, own, "c", "1/2", "revoked"));
    history.takeResult(result(5, own, "b", "2/2", "revoked"));
    history.takeResult(result(6, own, "b", "4999999/5000000", "revoked"));
    assertThat(progress.answered()).isZero();

    history.takeResult(result(7, own, "b", "1/3", "revoked"));
    assertThat(progress.succeeded(1)).isTrue();
  }

  @Test
  void anEarlierResultLeavesALaterRequestInFlight() {
    request(9, "b/1", value(Trial.KEY));

    history.takeResult(result(1, FINGERPRINTS.of(Secret.of(Trial.KEY)), "b", "1/2", "unavailable"));

    assertThat(history.wants(1)).isFalse();
    assertThat(progress.waiting()).isEqualTo(1);
  }

  private static String value(String key) {
    return "{\"api_securekey\":\"" + key + "\"}";
  }

  private void request(long offset, String id, @Nullable String value) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(
            "t", 0, offset, null, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    record.headers().add("ce_id", id.getBytes(StandardCharsets.UTF_8));
    history.takeRequest(record);
  }

  static ConsumerRecord<byte[], byte[]> result(
      long offset, String fingerprint, String batch, String row, String outcome) {
    String json =
        """
        {"request_id":"r","outcome":"%s","key_fingerprint":"%s","error":null,
         "labels":{"batch":"%s","row":"%s"},"source":{"topic":"t","partition":0,"offset":%d}}
        """
            .formatted(outcome, fingerprint, batch, row, offset);
    return new ConsumerRecord<>(
        "r", 0, 0, "r".getBytes(StandardCharsets.UTF_8), json.getBytes(StandardCharsets.UTF_8));
  }
}
