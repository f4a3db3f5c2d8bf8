package dev.revoker.engine;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads committed offsets from the broker. Used by the loop's thread alone, in callbacks of a
 * rebalance too: both kinds of consumer allow that.
 */
final class CommittedOffsets {
  /**
   * Short, because the loop waits. A worker that was killed leaves a transaction open, and its
   * offsets cannot be read until the broker has ended it.
   */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final Consumer<byte[], byte[]> consumer;

  /**
   * Partitions of calls that a wakeup or a time-out ended. Kafka's consumers answer the next call
   * for the same partitions with the request of the call before, which does not have the commits
   * since then. That answer is discarded.
   */
  private final Set<Set<TopicPartition>> leftBehind = new HashSet<>();

  CommittedOffsets(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /**
   * The committed offsets, null for a partition without one.
   *
   * @throws org.apache.kafka.common.KafkaException if they cannot be read
   */
  Map<Partition, @Nullable OffsetAndMetadata> of(Collection<Partition> partitions) {
    Set<TopicPartition> ids = partitions.stream().map(one -> one.id).collect(Collectors.toSet());
    if (ids.isEmpty()) {
      return Map.of();
    }
    if (!leftBehind.add(ids)) {
      consumer.committed(ids, TIMEOUT);
    }
    Map<TopicPartition, OffsetAndMetadata> read = consumer.committed(ids, TIMEOUT);
    leftBehind.remove(ids);
    if (!read.keySet().containsAll(ids)) {
      // A partition without a committed offset has null. The new protocol's consumer leaves out
      // partitions whose offset the coordinator does not know at the moment.
      throw new TimeoutException("no answer for all of " + ids);
    }
    Map<Partition, @Nullable OffsetAndMetadata> committed = new LinkedHashMap<>();
    partitions.forEach(partition -> committed.put(partition, read.get(partition.id)));
    return committed;
  }
}
