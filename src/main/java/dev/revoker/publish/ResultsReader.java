package dev.revoker.publish;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads the results topic with consumers of its own for each look: there are hardly any. */
public final class ResultsReader implements ResultsView {
  /** Polls of {@link #POLL} each that bring nothing: the loop stands still meanwhile. */
  private static final int POLLS = 10;

  private static final Duration POLL = Duration.ofMillis(100);

  private final Function<IsolationLevel, Consumer<byte[], byte[]>> newConsumer;

  /**
   * Makes no consumer yet.
   *
   * @param newConsumer one without a group, with {@code auto.offset.reset=none}
   */
  public ResultsReader(Function<IsolationLevel, Consumer<byte[], byte[]>> newConsumer) {
    this.newConsumer = newConsumer;
  }

  @Override
  public Map<TopicPartition, Set<Long>> aborted(Map<TopicPartition, Set<Long>> offsets) {
    Map<TopicPartition, Set<Long>> aborted = without(offsets, IsolationLevel.READ_COMMITTED);
    if (!aborted.isEmpty()) {
      Map<TopicPartition, Set<Long>> gone = without(aborted, IsolationLevel.READ_UNCOMMITTED);
      aborted.forEach(
          (partition, those) -> those.removeAll(gone.getOrDefault(partition, Set.of())));
      aborted.values().removeIf(Set::isEmpty);
    }
    return aborted;
  }

  /** Those of the offsets that a reader does not get. */
  private Map<TopicPartition, Set<Long>> without(
      Map<TopicPartition, Set<Long>> offsets, IsolationLevel isolation) {
    Map<TopicPartition, Set<Long>> left = new HashMap<>();
    offsets.forEach((partition, those) -> left.put(partition, new HashSet<>(those)));
    Consumer<byte[], byte[]> consumer = newConsumer.apply(isolation);
    try {
      consumer.assign(offsets.keySet());
      offsets.forEach((partition, those) -> consumer.seek(partition, Collections.min(those)));
      for (int vain = 0; !isPast(consumer, offsets); ) {
        ConsumerRecords<byte[], byte[]> read = consumer.poll(POLL);
        if (read.isEmpty() && ++vain == POLLS) {
          throw new TimeoutException("no reader gets as far as the last results yet");
        }
        left.forEach(
            (partition, those) ->
                read.records(partition).forEach(record -> those.remove(record.offset())));
      }
      left.values().removeIf(Set::isEmpty);
      return left;
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  /**
   * Its position moves over what was aborted, too, but not over what is not decided. What comes
   * after them is left to others.
   */
  private static boolean isPast(
      Consumer<byte[], byte[]> consumer, Map<TopicPartition, Set<Long>> offsets) {
    offsets.forEach(
        (partition, those) -> {
          if (consumer.position(partition, POLL) > Collections.max(those)) {
            consumer.pause(List.of(partition));
          }
        });
    return consumer.paused().size() == offsets.size();
  }
}
