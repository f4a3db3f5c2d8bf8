package dev.revoker.publish;

import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads the results topic with a consumer of its own for each look: there are hardly any. */
public final class ResultsReader implements ResultsView {
  /** Polls of {@link #POLL} each: the loop stands still meanwhile. */
  private static final int POLLS = 10;

  private static final Duration POLL = Duration.ofMillis(100);

  private final Supplier<Consumer<byte[], byte[]>> newConsumer;

  /**
   * Makes no consumer yet.
   *
   * @param newConsumer one without a group, with {@code isolation.level=read_committed}
   */
  public ResultsReader(Supplier<Consumer<byte[], byte[]>> newConsumer) {
    this.newConsumer = newConsumer;
  }

  @Override
  public Map<TopicPartition, Set<Long>> missing(Map<TopicPartition, Set<Long>> offsets) {
    Map<TopicPartition, Set<Long>> missing = new HashMap<>();
    offsets.forEach((partition, those) -> missing.put(partition, new HashSet<>(those)));
    Consumer<byte[], byte[]> consumer = newConsumer.get();
    try {
      consumer.assign(offsets.keySet());
      offsets.forEach((partition, those) -> consumer.seek(partition, Collections.min(those)));
      for (int polls = 0; !isPast(consumer, offsets); polls++) {
        if (polls == POLLS) {
          throw new TimeoutException("no reader gets as far as the last results yet");
        }
        ConsumerRecords<byte[], byte[]> seen = consumer.poll(POLL);
        missing.forEach(
            (partition, those) ->
                seen.records(partition).forEach(record -> those.remove(record.offset())));
      }
      return missing;
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  /** Its position moves over what was aborted, too, but not over what is not decided. */
  private static boolean isPast(
      Consumer<byte[], byte[]> consumer, Map<TopicPartition, Set<Long>> offsets) {
    return offsets.entrySet().stream()
        .allMatch(
            entry -> consumer.position(entry.getKey(), POLL) > Collections.max(entry.getValue()));
  }
}
