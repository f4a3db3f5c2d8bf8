package dev.revoker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.time.ManualTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class RecordPurgeTest {
  private static final TopicPartition ZERO = new TopicPartition("requests", 0);
  private static final TopicPartition ONE = new TopicPartition("requests", 1);

  private final ManualTime time = new ManualTime();
  private final Map<TopicPartition, Long> committed = new HashMap<>();
  private final List<Map<TopicPartition, Long>> deletions = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private Throwable refusal;
  private final RecordPurge purge =
      new RecordPurge(
          1_000,
          () -> Map.copyOf(committed),
          (offsets, done, failed) -> {
            deletions.add(Map.copyOf(offsets));
            if (refusal == null) {
              done.run();
            } else {
              failed.accept(refusal);
            }
          },
          failures::add,
          time);

  @Test
  void recordsAreDeletedUpToTheOffsetThatWasCommittedThatLongAgo() {
    committed(ZERO, 10);
    roundAfter(600);
    committed(ZERO, 25);
    roundAfter(399);
    assertThat(deletions).as("offset 10 was committed 999 ms ago").isEmpty();
    roundAfter(1);
    assertThat(deletions).containsExactly(Map.of(ZERO, 10L));
    roundAfter(599);
    assertThat(deletions).as("offset 25 is not old enough").hasSize(1);
    roundAfter(1);
    assertThat(deletions).containsExactly(Map.of(ZERO, 10L), Map.of(ZERO, 25L));
  }

  @Test
  void theSameOffsetIsDeletedOnce() {
    committed(ZERO, 10);
    roundAfter(1_000);
    roundAfter(1_000);
    roundAfter(1_000);

    assertThat(deletions).hasSize(1);
  }

  @Test
  void afterAResetNothingBeyondTheCommittedOffsetIsDeleted() {
    committed(ZERO, 10);
    roundAfter(900);
    committed(ZERO, 4);
    roundAfter(100);
    assertThat(deletions).isEmpty();
    roundAfter(1_000);

    assertThat(deletions).containsExactly(Map.of(ZERO, 4L));
  }

  @Test
  void theTimeBeginsAnewWithEachAssignment() {
    committed(ZERO, 10);
    roundAfter(900);
    committed.clear();
    purge.round();
    committed(ZERO, 10);
    roundAfter(999);
    assertThat(deletions).isEmpty();
    roundAfter(1);

    assertThat(deletions).containsExactly(Map.of(ZERO, 10L));
  }

  @Test
  void aDeletionThatFailsIsReportedAndTriedAgain() {
    refusal = new TopicAuthorizationException("requests");
    committed(ZERO, 10);
    committed(ONE, 0);
    roundAfter(1_000);
    refusal = null;
    roundAfter(50);

    assertThat(failures).hasSize(1);
    assertThat(deletions).containsExactly(Map.of(ZERO, 10L), Map.of(ZERO, 10L));
  }

  private void committed(TopicPartition partition, long offset) {
    committed.put(partition, offset);
    purge.round();
  }

  private void roundAfter(long ms) {
    time.advanceMs(ms);
    purge.round();
  }
}
