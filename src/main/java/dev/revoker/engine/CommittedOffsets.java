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
 * Asks the broker what it has as committed. Used by the loop's thread alone, in callbacks of a
 * rebalance too: both kinds of consumer allow that.
 */
final class CommittedOffsets {
  /**
   * Short, because the loop stands still meanwhile. A worker that was killed leaves a transaction
   * open, and until the broker has ended it the offsets in it can't be read.
   */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final Consumer<byte[], byte[]> consumer;

  /**
   * Of which partitions a reading was ended by a wakeup or its time-out. Kafka's consumers let its
   * request go on, and answer the next call for the same partitions with it: with what was so
   * before all that was committed meanwhile. That answer is thrown away.
   */
  private final Set<Set<TopicPartition>> leftBehind = new HashSet<>();

  CommittedOffsets(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /**
   * What is committed, null where nothing is.
   *
   * @throws org.apache.kafka.common.KafkaException if it can't be read
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
      // Nothing committed is a null. One that is not there at all was not told: the new protocol's
      // consumer leaves out what the coordinator does not know at the moment.
      throw new TimeoutException("no answer for all of " + ids);
    }
    Map<Partition, @Nullable OffsetAndMetadata> committed = new LinkedHashMap<>();
    partitions.forEach(partition -> committed.put(partition, read.get(partition.id)));
    return committed;
  }
}
