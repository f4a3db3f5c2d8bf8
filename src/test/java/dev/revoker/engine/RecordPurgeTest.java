package dev.revoker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.time.ManualTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class RecordPurgeTest {
  private static final Uuid TOPIC = new Uuid(1, 2);
  private static final TopicIdPartition ZERO = new TopicIdPartition(TOPIC, 0, "requests");
  private static final TopicIdPartition ONE = new TopicIdPartition(TOPIC, 1, "requests");

  private final ManualTime time = new ManualTime();
  private final Map<TopicIdPartition, Long> committed = new HashMap<>();
  private final List<Map<TopicIdPartition, Long>> deletions = new ArrayList<>();
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

  @Test
  void nothingIsDeletedOfATopicThatWasCreatedAgain() {
    Map<TopicIdPartition, Long> offsets = Map.of(ZERO, 10L);

    assertThat(RecordPurge.ofTheseTopics(offsets, described(TOPIC)))
        .containsOnlyKeys(ZERO.topicPartition());
    assertThat(RecordPurge.ofTheseTopics(offsets, described(new Uuid(3, 4)))).isEmpty();
    assertThat(RecordPurge.ofTheseTopics(offsets, Map.of())).isEmpty();
  }

  private static Map<String, TopicDescription> described(Uuid id) {
    return Map.of("requests", new TopicDescription("requests", false, List.of(), Set.of(), id));
  }

  private void committed(TopicIdPartition partition, long offset) {
    committed.put(partition, offset);
    purge.round();
  }

  private void roundAfter(long ms) {
    time.advanceMs(ms);
    purge.round();
  }
}
