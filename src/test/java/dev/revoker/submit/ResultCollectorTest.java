package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Outcome;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** A result belongs to a row only if its source is the record that was sent for the row. */
class ResultCollectorTest {
  private static final TopicPartition PARTITION = new TopicPartition("t", 0);

  private final BatchProgress progress = new BatchProgress(2);
  private final SentRecords sent = new SentRecords("t");
  private final ResultCollector collector = new ResultCollector(progress, sent, null, any -> {});

  @Test
  void echoedLabelsAndFingerprintsDoNotCount() {
    sending(1);
    sent.acknowledged(PARTITION, 7, 1);

    collector.take(result("t", 0, 8));
    collector.take(result("t", 1, 7));
    collector.take(result("other", 0, 7));
    collector.settle();
    assertThat(progress.answered()).isZero();

    collector.take(result("t", 0, 7));
    assertThat(progress.outcome(1)).isEqualTo(Outcome.REVOKED);
    assertThat(progress.waiting()).isZero();
  }

  @Test
  void aResultThatComesBeforeTheAcknowledgementCountsAfterIt() {
    sending(1);
    sending(2);
    sent.acknowledged(PARTITION, 7, 1);
    collector.take(result("t", 0, 9));
    collector.settle();
    assertThat(progress.outcome(2)).isNull();

    sent.acknowledged(PARTITION, 9, 2);
    collector.settle();
    assertThat(progress.outcome(2)).isEqualTo(Outcome.REVOKED);
  }

  @Test
  void readingPausesUntilEarlyResultsAreSettled() {
    sending(1);
    for (int i = 0; i < 5_000; i++) {
      collector.take(result("t", 3, i, 1_000));
    }
    assertThat(collector.isFull()).isTrue();

    sent.acknowledged(PARTITION, 0, 1);
    collector.settle();
    assertThat(collector.isFull()).isFalse();
  }

  @Test
  void recordsThatAreNotResultsAreIgnored() {
    sending(1);
    sent.acknowledged(PARTITION, 7, 1);
    for (String value :
        new String[] {
          "",
          "junk",
          "[]",
          "{\"outcome\":\"revoked\"}",
          "{\"outcome\":\"revoked\",\"source\":{\"topic\":\"t\",\"partition\":0,\"offset\":7.5}}",
          "{\"outcome\":\"unheard_of\",\"source\":{\"topic\":\"t\",\"partition\":0,\"offset\":7}}"
        }) {
      collector.take(
          new ConsumerRecord<>("r", 0, 0, new byte[0], value.getBytes(StandardCharsets.UTF_8)));
    }
    collector.take(new ConsumerRecord<>("r", 0, 0, null, null));
    assertThat(progress.answered()).isZero();
  }

  private void sending(long row) {
    progress.sent(row);
    sent.sending();
  }

  private static ConsumerRecord<byte[], byte[]> result(String topic, int partition, long offset) {
    return result(topic, partition, offset, 500);
  }

  static ConsumerRecord<byte[], byte[]> result(
      String topic, int partition, long offset, int claimedBytes) {
    byte[] value =
        """
        {"request_id":"b/1","status":"success","outcome":"revoked","key_state":"inactive",
         "key_fingerprint":"sha256:aa","labels":{"batch":"b","row":"1/2"},"error":null,
         "source":{"topic":"%s","partition":%d,"offset":%d}}
        """
            .formatted(topic, partition, offset)
            .getBytes(StandardCharsets.UTF_8);
    return new ConsumerRecord<>(
        "r",
        0,
        0,
        0,
        TimestampType.CREATE_TIME,
        0,
        claimedBytes,
        new byte[0],
        value,
        new RecordHeaders(),
        java.util.Optional.empty());
  }
}
