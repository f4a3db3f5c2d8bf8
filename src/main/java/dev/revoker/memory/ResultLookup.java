package dev.revoker.memory;

import dev.revoker.memory.ResultMemory.Question;
import dev.revoker.memory.RevokedKeyIndex.Position;
import dev.revoker.message.StoredResult;
import dev.revoker.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads single records of the results topic. Records that lie close together are read in one fetch:
 * a list of keys that is submitted again asks for them in about the order of the topic. One thread
 * calls {@link #turn}; any thread may call {@link #want}.
 */
final class ResultLookup implements ResultMemory.Lookup {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long IDLE_MS = 500;

  /** How long a record may take to be read, while brokers are away for example. */
  private static final long TIMEOUT_MS = 30_000;

  /** To a record so near, reading on is quicker than a further fetch. */
  private static final long NEAR = 300;

  private record Wanted(Position position, Question question, long untilMs) {}

  private final String topic;
  private final Time time;
  private final BlockingQueue<Wanted> queue = new LinkedBlockingQueue<>();
  private final Map<TopicPartition, TreeMap<Long, List<Wanted>>> wanted = new HashMap<>();

  /** The next offset that the consumer reads, for each of its partitions. */
  private final Map<TopicPartition, Long> next = new HashMap<>();

  ResultLookup(String topic, Time time) {
    this.topic = topic;
    this.time = time;
  }

  @Override
  public void want(Position position, Question question) {
    queue.add(new Wanted(position, question, time.millis() + TIMEOUT_MS));
  }

  /**
   * Reads what one poll returns, or waits a moment if no record is wanted.
   *
   * @param consumer read_committed, without a group, and with {@code auto.offset.reset=none}
   * @throws org.apache.kafka.common.KafkaException if the topic cannot be read now; may be called
   *     again
   */
  void turn(Consumer<byte[], byte[]> consumer) throws InterruptedException {
    takeWanted();
    dropLate();
    if (wanted.isEmpty()) {
      return;
    }
    seek(consumer);
    try {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      for (TopicPartition partition : List.copyOf(wanted.keySet())) {
        records.records(partition).forEach(record -> read(partition, record));
        next.put(partition, consumer.position(partition));
        // A record that the consumer passed without returning it is not in the topic any more.
        lose(partition, consumer.position(partition));
      }
    } catch (OffsetOutOfRangeException deleted) {
      deleted
          .offsetOutOfRangePartitions()
          .forEach(
              (partition, offset) -> {
                lose(partition, offset + 1);
                next.remove(partition);
              });
    }
  }

  /** Whether no record is wanted. */
  boolean isIdle() {
    return queue.isEmpty() && wanted.isEmpty();
  }

  private void takeWanted() throws InterruptedException {
    List<Wanted> taken = new ArrayList<>();
    Wanted first = wanted.isEmpty() ? queue.poll(IDLE_MS, TimeUnit.MILLISECONDS) : queue.poll();
    if (first != null) {
      taken.add(first);
      queue.drainTo(taken);
    }
    for (Wanted one : taken) {
      wanted
          .computeIfAbsent(
              new TopicPartition(topic, one.position().partition()), same -> new TreeMap<>())
          .computeIfAbsent(one.position().offset(), same -> new ArrayList<>(1))
          .add(one);
    }
  }

  /** Ends the questions whose records cannot be read in time. */
  private void dropLate() {
    List<Wanted> late = new ArrayList<>();
    for (TreeMap<Long, List<Wanted>> offsets : wanted.values()) {
      for (List<Wanted> same : offsets.values()) {
        same.stream().filter(one -> one.untilMs() <= time.millis()).forEach(late::add);
      }
      offsets.values().forEach(same -> same.removeAll(late));
      offsets.values().removeIf(List::isEmpty);
    }
    wanted.values().removeIf(Map::isEmpty);
    late.forEach(one -> one.question().unreadable());
  }

  private void seek(Consumer<byte[], byte[]> consumer) {
    if (!consumer.assignment().equals(wanted.keySet())) {
      consumer.assign(wanted.keySet());
      next.keySet().retainAll(wanted.keySet());
    }
    wanted.forEach(
        (partition, offsets) -> {
          long first = offsets.firstKey();
          Long position = next.get(partition);
          if (position == null || first < position || first > position + NEAR) {
            consumer.seek(partition, first);
            next.put(partition, first);
          }
        });
  }

  private void read(TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
    TreeMap<Long, List<Wanted>> offsets = wanted.get(partition);
    List<Wanted> found = offsets == null ? null : offsets.remove(record.offset());
    if (found != null) {
      StoredResult result = StoredResult.read(record.value());
      found.forEach(one -> one.question().read(one.position(), result));
    }
    forgetEmpty(partition);
  }

  /** Reports the wanted records before this offset as lost: they are not in the topic. */
  private void lose(TopicPartition partition, long beforeOffset) {
    TreeMap<Long, List<Wanted>> offsets = wanted.get(partition);
    if (offsets != null) {
      Map<Long, List<Wanted>> lost = offsets.headMap(beforeOffset);
      List<List<Wanted>> all = List.copyOf(lost.values());
      lost.clear();
      forgetEmpty(partition);
      all.forEach(same -> same.forEach(one -> one.question().read(one.position(), null)));
    }
  }

  private void forgetEmpty(TopicPartition partition) {
    wanted.computeIfPresent(partition, (same, offsets) -> offsets.isEmpty() ? null : offsets);
  }
}
