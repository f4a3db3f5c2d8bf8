package dev.revoker.submit;

import dev.revoker.model.Source;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where the request records are: which row each topic, partition and offset belongs to. A result is
 * the row's own only if its {@code source} is one of these, because others can copy everything else
 * in it. Successive rows in a partition cost no memory. Safe on any thread.
 */
final class SentRecords {
  /** For each partition the runs of records, by their first offset. */
  private final Map<TopicPartition, TreeMap<Long, Run>> partitions = new HashMap<>();

  /** The last acknowledged offset of each partition that was sent to. */
  private final Map<TopicPartition, Long> acknowledged = new HashMap<>();

  private final Set<String> topics;
  private long unacknowledged;

  /** Offsets without gaps, which belong to rows without gaps, from this row. */
  private record Run(long row, long length) {}

  /** Starts without records; results of requests in other topics are not waited for. */
  SentRecords(String... topics) {
    this.topics = Set.of(topics);
  }

  /** A record is handed to the producer; {@link #acknowledged} or {@link #failed} follows. */
  synchronized void sending() {
    unacknowledged++;
  }

  /** The brokers have the record, and say where. Calls for one partition come in its order. */
  synchronized void acknowledged(TopicPartition partition, long offset, long row) {
    unacknowledged--;
    acknowledged.put(partition, offset);
    found(partition, offset, row);
  }

  /** The record was not sent, or nobody knows where it is. */
  synchronized void failed() {
    unacknowledged--;
  }

  /** A record of an earlier run was found in its topic. */
  synchronized void found(TopicPartition partition, long offset, long row) {
    TreeMap<Long, Run> runs = partitions.computeIfAbsent(partition, unused -> new TreeMap<>());
    Map.Entry<Long, Run> last = runs.lastEntry();
    if (last != null && offset < last.getKey() + last.getValue().length()) {
      // The topic was deleted and created again: its earlier offsets mean other records now.
      runs.clear();
    } else if (last != null
        && offset == last.getKey() + last.getValue().length()
        && row == last.getValue().row() + last.getValue().length()) {
      runs.put(last.getKey(), new Run(last.getValue().row(), last.getValue().length() + 1));
      return;
    }
    runs.put(offset, new Run(row, 1));
  }

  /** The row that this record belongs to; 0 where the record was not sent here. */
  synchronized long rowOf(Source source) {
    TreeMap<Long, Run> runs =
        partitions.get(new TopicPartition(source.topic(), source.partition()));
    Map.Entry<Long, Run> run = runs == null ? null : runs.floorEntry(source.offset());
    long within = run == null ? 0 : source.offset() - run.getKey();
    return run != null && within < run.getValue().length() ? run.getValue().row() + within : 0;
  }

  /**
   * Whether the record may turn out to be one of these: a result can come before the
   * acknowledgement of its request. The producer acknowledges the records of a partition in their
   * order.
   */
  synchronized boolean mayBecomeKnown(Source source) {
    @Nullable Long last = acknowledged.get(new TopicPartition(source.topic(), source.partition()));
    return unacknowledged > 0
        && topics.contains(source.topic())
        && (last == null || source.offset() > last);
  }
}
