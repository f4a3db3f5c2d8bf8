package dev.revoker.memory;

import dev.revoker.memory.RevokedKeyIndex.Position;
import dev.revoker.message.StoredResult;
import dev.revoker.model.Outcome;
import dev.revoker.time.Time;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the results topic into the index: from {@code remember.days} ago to the end, and from then
 * on each result as soon as it is committed. Used by one thread.
 */
final class ResultFollower {
  private static final Logger LOG = LoggerFactory.getLogger(ResultFollower.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final long NEW_PARTITIONS_MS = 10_000;

  private final MemoryThreads.LogEnds ends;
  private final String topic;
  private final Duration remember;
  private final ResultMemory memory;
  private final Time time;

  /** Where the log ended when the worker started; without the partitions that were read so far. */
  private final Map<TopicPartition, Long> unreached = new HashMap<>();

  private boolean begun;
  private boolean caughtUp;
  private boolean foreignRecordLogged;
  private long partitionsCheckedMs;

  ResultFollower(
      MemoryThreads.LogEnds ends, String topic, Duration remember, ResultMemory memory, Time time) {
    this.ends = ends;
    this.topic = topic;
    this.remember = remember;
    this.memory = memory;
    this.time = time;
  }

  /**
   * Reads what one poll returns.
   *
   * @param consumer always the same; read_committed, without a group, and with {@code
   *     auto.offset.reset=none}
   * @throws org.apache.kafka.common.KafkaException if the topic cannot be read now; may be called
   *     again
   */
  void turn(Consumer<byte[], byte[]> consumer) {
    if (!begun) {
      begin(consumer);
      begun = true;
    }
    addNewPartitions(consumer);
    try {
      consumer.poll(POLL).forEach(this::index);
    } catch (OffsetOutOfRangeException deleted) {
      LOG.atWarn()
          .addKeyValue("partitions", deleted.partitions())
          .log("the results topic was purged or created again: reading it from its beginning");
      consumer.seekToBeginning(deleted.partitions());
    }
    unreached.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
    if (!caughtUp && unreached.isEmpty()) {
      caughtUp = true;
      LOG.atInfo().addKeyValue("keys", memory.keys()).log("older results are read");
      memory.caughtUp();
    }
  }

  private void begin(Consumer<byte[], byte[]> consumer) {
    Set<TopicPartition> partitions = partitions(consumer);
    consumer.assign(partitions);
    // The ends first: a result that is committed after this line is read in any case.
    Map<TopicPartition, Long> visibleEnds = consumer.endOffsets(partitions);
    unreached.putAll(ends.of(partitions));
    long fromMs = time.now().minus(remember).toEpochMilli();
    Map<TopicPartition, OffsetAndTimestamp> starts =
        consumer.offsetsForTimes(
            partitions.stream().collect(Collectors.toMap(partition -> partition, same -> fromMs)));
    for (TopicPartition partition : partitions) {
      OffsetAndTimestamp start = starts.get(partition);
      consumer.seek(
          partition, start == null ? visibleEnds.getOrDefault(partition, 0L) : start.offset());
    }
    partitionsCheckedMs = time.millis();
  }

  private Set<TopicPartition> partitions(Consumer<?, ?> consumer) {
    return consumer.partitionsFor(topic).stream()
        .map(one -> new TopicPartition(topic, one.partition()))
        .collect(Collectors.toSet());
  }

  private void addNewPartitions(Consumer<?, ?> consumer) {
    if (time.millis() - partitionsCheckedMs < NEW_PARTITIONS_MS) {
      return;
    }
    partitionsCheckedMs = time.millis();
    Set<TopicPartition> added = new HashSet<>(partitions(consumer));
    added.removeAll(consumer.assignment());
    if (!added.isEmpty()) {
      Set<TopicPartition> all = new HashSet<>(consumer.assignment());
      all.addAll(added);
      consumer.assign(all);
      consumer.seekToBeginning(added);
    }
  }

  private void index(ConsumerRecord<byte[], byte[]> record) {
    StoredResult result = StoredResult.read(record.value());
    if (result == null) {
      logForeignRecord(record);
      return;
    }
    String fingerprint = result.fingerprint();
    if (fingerprint != null && result.outcome().equals(Outcome.REVOKED.wireName())) {
      memory.revoked(fingerprint, new Position(record.partition(), record.offset()));
    }
  }

  private void logForeignRecord(ConsumerRecord<byte[], byte[]> record) {
    if (!foreignRecordLogged) {
      foreignRecordLogged = true;
      LOG.atWarn()
          .addKeyValue("partition", record.partition())
          .addKeyValue("offset", record.offset())
          .log("the results topic has records that are not results: ignoring them");
    }
  }
}
