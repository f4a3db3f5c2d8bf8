package dev.revoker.submit;

import dev.revoker.model.Source;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where the batch's request records are: which row each topic, partition and offset belongs to. A
 * result is the row's own only if its {@code source} is one of these, for everything else in it can
 * be copied by others.
 *
 * <p>Rows that follow each other in a partition cost nothing; each gap costs 20 bytes. Safe on any
 * thread.
 */
final class SentRecords {
  private final Map<TopicPartition, Runs> partitions = new HashMap<>();

  /** The last acknowledged offset of each partition that was sent to. */
  private final Map<TopicPartition, Long> acknowledged = new HashMap<>();

  private final String topic;
  private long unacknowledged;

  /**
   * Starts without records.
   *
   * @param topic the topic that the batch is sent to; records of earlier runs may be in others
   */
  SentRecords(String topic) {
    this.topic = topic;
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
    partitions.computeIfAbsent(partition, unused -> new Runs()).add(offset, row);
  }

  /** The row that this record belongs to; 0 where the record is not the batch's. */
  synchronized long rowOf(Source source) {
    Runs runs = partitions.get(new TopicPartition(source.topic(), source.partition()));
    return runs == null ? 0 : runs.rowOf(source.offset());
  }

  /**
   * Whether the record may turn out to be the batch's: a result can come before the acknowledgement
   * of its request. The producer acknowledges the records of a partition in their order.
   */
  synchronized boolean mayBecomeKnown(Source source) {
    @Nullable Long last = acknowledged.get(new TopicPartition(source.topic(), source.partition()));
    return unacknowledged > 0
        && source.topic().equals(topic)
        && (last == null || source.offset() > last);
  }

  /** Runs of offsets without gaps, which belong to rows without gaps, in ascending order. */
  private static final class Runs {
    private long[] offsets = new long[4];
    private long[] rows = new long[4];
    private int[] lengths = new int[4];
    private int count;

    void add(long offset, long row) {
      int last = count - 1;
      if (count > 0 && offset < offsets[last] + lengths[last]) {
        // The topic was deleted and created again: its earlier offsets mean other records now.
        count = 0;
      } else if (count > 0
          && offset == offsets[last] + lengths[last]
          && row == rows[last] + lengths[last]) {
        lengths[last]++;
        return;
      }
      if (count == offsets.length) {
        int more = count + count / 2;
        offsets = Arrays.copyOf(offsets, more);
        rows = Arrays.copyOf(rows, more);
        lengths = Arrays.copyOf(lengths, more);
      }
      offsets[count] = offset;
      rows[count] = row;
      lengths[count] = 1;
      count++;
    }

    long rowOf(long offset) {
      int at = Arrays.binarySearch(offsets, 0, count, offset);
      int run = at >= 0 ? at : -at - 2;
      return run >= 0 && offset < offsets[run] + lengths[run]
          ? rows[run] + offset - offsets[run]
          : 0;
    }
  }
}
