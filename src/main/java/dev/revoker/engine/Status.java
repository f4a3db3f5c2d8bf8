package dev.revoker.engine;

import dev.revoker.time.Time;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** What other threads can see of the loop: a snapshot, replaced each turn. */
final class Status {
  /**
   * The loop after a turn.
   *
   * @param turnedAtMs by the steady clock
   * @param oldest for each lane with unanswered requests, the time from which the age of the oldest
   *     is measured
   * @param committed the committed offset of each partition, as far as it was read
   */
  record Snapshot(
      long turnedAtMs,
      int partitions,
      Map<String, Instant> oldest,
      Map<TopicPartition, Long> committed) {}

  private volatile @Nullable Snapshot snapshot;

  void update(Intake intake, Time time) {
    Map<String, Instant> oldest = new HashMap<>();
    Map<TopicPartition, Long> committed = new HashMap<>();
    int partitions = 0;
    for (Lane lane : intake.lanes()) {
      partitions += lane.partitions.size();
      for (Partition partition : lane.partitions) {
        if (partition.progress != null) {
          committed.put(partition.id, partition.progress.committedOffset());
        }
      }
      lane.partitions.stream()
          .map(Partition::oldest)
          .filter(Objects::nonNull)
          .min(Instant::compareTo)
          .ifPresent(instant -> oldest.put(lane.name, instant));
    }
    snapshot = new Snapshot(time.millis(), partitions, oldest, committed);
  }

  /** Null before the first turn. */
  @Nullable Snapshot snapshot() {
    return snapshot;
  }
}
