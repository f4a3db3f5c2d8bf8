package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Source;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which row a record's coordinates belong to. */
class SentRecordsTest {
  private final SentRecords sent = new SentRecords("t");

  /** Against a map, with gaps between offsets as other producers make them. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void everyRecordIsFoundAndNoOther(long seed) {
    Random random = new Random(seed);
    Map<Source, Long> expected = new HashMap<>();
    long[] next = {5, 1L << 40, 0};
    for (long row = 1; row <= 5_000; row++) {
      int partition = random.nextInt(10) == 0 ? random.nextInt(3) : 0;
      next[partition] += random.nextInt(20) == 0 ? random.nextInt(9) : 0;
      Source source = new Source("t", partition, next[partition]++);
      sent.found(new TopicPartition("t", partition), source.offset(), row);
      expected.put(source, row);
    }
    for (int partition = 0; partition < 3; partition++) {
      for (long offset = next[partition] - 8_000; offset < next[partition] + 5; offset++) {
        Source source = new Source("t", partition, offset);
        assertThat(sent.rowOf(source)).isEqualTo(expected.getOrDefault(source, 0L));
      }
    }
    assertThat(sent.rowOf(new Source("other", 0, 5))).isZero();
  }

  @Test
  void aTopicThatWasCreatedAgainStartsAnew() {
    TopicPartition partition = new TopicPartition("t", 0);
    sent.found(partition, 10, 1);
    sent.found(partition, 3, 2);

    assertThat(sent.rowOf(new Source("t", 0, 10))).isZero();
    assertThat(sent.rowOf(new Source("t", 0, 3))).isEqualTo(2);
  }

  @Test
  void aResultIsInDoubtOnlyWhileARequestIsNotAcknowledged() {
    Source early = new Source("t", 0, 7);
    assertThat(sent.mayBecomeKnown(early)).isFalse();
    sent.sending();
    assertThat(sent.mayBecomeKnown(early)).isTrue();
    assertThat(sent.mayBecomeKnown(new Source("other", 0, 7))).isFalse();
    sent.failed();
    assertThat(sent.mayBecomeKnown(early)).isFalse();
  }

  /** The producer acknowledges in the order of a partition. Else others' results would pile up. */
  @Test
  void aResultBeforeAnAcknowledgedRecordOfItsPartitionIsNotInDoubt() {
    sent.sending();
    sent.sending();
    sent.acknowledged(new TopicPartition("t", 0), 7, 1);

    assertThat(sent.mayBecomeKnown(new Source("t", 0, 6))).isFalse();
    assertThat(sent.mayBecomeKnown(new Source("t", 0, 8))).isTrue();
    assertThat(sent.mayBecomeKnown(new Source("t", 1, 6))).isTrue();
  }
}
