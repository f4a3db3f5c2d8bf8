package dev.revoker.memory;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** A results topic in memory, and consumers without a group that read it. */
final class FakeTopic {
  static final String NAME = "results";

  private final List<Log> logs = new ArrayList<>();

  /** How many polls the consumers had. */
  int polls;

  /** How often they changed their position. */
  int seeks;

  private static final class Log {
    private final TreeMap<Long, ConsumerRecord<byte[], byte[]>> records = new TreeMap<>();
    private long start;
    private long end;
  }

  FakeTopic(int partitions) {
    for (int i = 0; i < partitions; i++) {
      logs.add(new Log());
    }
  }

  void addPartition() {
    logs.add(new Log());
  }

  /** Appends a record and returns its offset. */
  synchronized long append(int partition, long timestamp, String value) {
    Log log = logs.get(partition);
    long offset = log.end++;
    byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
    log.records.put(
        offset,
        new ConsumerRecord<>(
            NAME,
            partition,
            offset,
            timestamp,
            TimestampType.CREATE_TIME,
            0,
            bytes == null ? -1 : bytes.length,
            null,
            bytes,
            new RecordHeaders(),
            Optional.empty()));
    return offset;
  }

  /** Takes a record away, as compaction does. */
  void remove(int partition, long offset) {
    logs.get(partition).records.remove(offset);
  }

  /** Deletes all records before this offset. */
  void purge(int partition, long beforeOffset) {
    logs.get(partition).start = beforeOffset;
    logs.get(partition).records.headMap(beforeOffset).clear();
  }

  synchronized Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
    Map<TopicPartition, Long> ends = new HashMap<>();
    partitions.forEach(one -> ends.put(one, logs.get(one.partition()).end));
    return ends;
  }

  MockConsumer<byte[], byte[]> consumer() {
    return new Reader();
  }

  private final class Reader extends MockConsumer<byte[], byte[]> {
    private final Map<TopicPartition, Long> positions = new HashMap<>();

    Reader() {
      super("none");
    }

    @Override
    public synchronized List<PartitionInfo> partitionsFor(String topic) {
      List<PartitionInfo> all = new ArrayList<>();
      for (int i = 0; i < logs.size(); i++) {
        all.add(new PartitionInfo(NAME, i, Node.noNode(), new Node[0], new Node[0]));
      }
      return all;
    }

    @Override
    public synchronized void assign(Collection<TopicPartition> partitions) {
      positions.keySet().retainAll(new HashSet<>(partitions));
      super.assign(partitions);
    }

    @Override
    public synchronized void seek(TopicPartition partition, long offset) {
      seeks++;
      positions.put(partition, offset);
    }

    @Override
    public synchronized void seekToBeginning(Collection<TopicPartition> partitions) {
      partitions.forEach(one -> positions.put(one, logs.get(one.partition()).start));
    }

    @Override
    public synchronized long position(TopicPartition partition) {
      return positions.get(partition);
    }

    @Override
    public synchronized Map<TopicPartition, Long> endOffsets(
        Collection<TopicPartition> partitions) {
      return ends(partitions);
    }

    @Override
    public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
        Map<TopicPartition, Long> times) {
      Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
      times.forEach(
          (partition, fromMs) ->
              logs.get(partition.partition()).records.values().stream()
                  .filter(record -> record.timestamp() >= fromMs)
                  .findFirst()
                  .ifPresentOrElse(
                      record ->
                          found.put(
                              partition,
                              new OffsetAndTimestamp(record.offset(), record.timestamp())),
                      () -> found.put(partition, null)));
      return found;
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      synchronized (FakeTopic.this) {
        return polled();
      }
    }

    private ConsumerRecords<byte[], byte[]> polled() {
      polls++;
      Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> batches = new HashMap<>();
      Set<TopicPartition> assigned = assignment();
      for (TopicPartition partition : assigned) {
        Log log = logs.get(partition.partition());
        long from = position(partition);
        if (from < log.start) {
          throw new OffsetOutOfRangeException(Map.of(partition, from));
        }
        List<ConsumerRecord<byte[], byte[]>> batch =
            log.records.tailMap(from).values().stream().limit(500).toList();
        if (batch.isEmpty()) {
          positions.put(partition, log.end);
        } else {
          batches.put(partition, batch);
          positions.put(partition, batch.getLast().offset() + 1);
        }
      }
      return new ConsumerRecords<>(batches, Map.of());
    }
  }
}
