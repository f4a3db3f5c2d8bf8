package dev.revoker.sim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ObjIntConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** A consumer's positions and the records that it reads. */
final class SimFetcher {
  private final SimProcess process;
  private final World world;
  private final SimBrokers cluster;
  private final Scenario scenario;
  private final ObjIntConsumer<TopicPartition> observer;
  private final Map<TopicPartition, Long> positions = new TreeMap<>(SimGroup.ORDER);
  private final Set<TopicPartition> paused = new HashSet<>();
  private @Nullable Rpc<Map<TopicPartition, Long>> positionFetch;

  /**
   * @param observer listener for the records
   */
  SimFetcher(
      SimProcess process,
      SimBrokers cluster,
      Scenario scenario,
      ObjIntConsumer<TopicPartition> observer) {
    this.process = process;
    this.world = process.world;
    this.cluster = cluster;
    this.scenario = scenario;
    this.observer = observer;
  }

  void pause(Collection<TopicPartition> partitions) {
    paused.addAll(partitions);
  }

  void resume(Collection<TopicPartition> partitions) {
    paused.removeAll(partitions);
  }

  void seek(TopicPartition partition, long offset) {
    positions.put(partition, offset);
  }

  /** The position of each partition. */
  Map<TopicPartition, OffsetAndMetadata> positions(Collection<TopicPartition> partitions) {
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
    partitions.forEach(
        partition ->
            next.put(partition, new OffsetAndMetadata(positions.getOrDefault(partition, 0L))));
    return next;
  }

  void forget(Collection<TopicPartition> gone) {
    positions.keySet().removeAll(gone);
    paused.removeAll(gone);
  }

  /** Whether {@link #fetchPositions} has partitions to look up. */
  boolean positionsDue(Set<TopicPartition> owned) {
    return positionFetch != null ? positionFetch.done() : positions.size() < owned.size();
  }

  /** Looks up the starting positions of new partitions. */
  void fetchPositions(Set<TopicPartition> owned) {
    Rpc<Map<TopicPartition, Long>> answered = positionFetch;
    if (answered != null && answered.done()) {
      positionFetch = null;
      Map<TopicPartition, Long> found = answered.value();
      if (found != null) {
        found.forEach(
            (partition, offset) -> {
              if (owned.contains(partition)) {
                positions.putIfAbsent(partition, offset);
              }
            });
      }
    }
    Set<TopicPartition> missing = SimGroup.sorted(owned);
    missing.removeAll(positions.keySet());
    if (positionFetch == null && !missing.isEmpty()) {
      positionFetch =
          new Rpc<>(
              process,
              cluster,
              "positions",
              () -> {
                Map<TopicPartition, Long> found = new LinkedHashMap<>();
                for (TopicPartition partition : missing) {
                  OffsetAndMetadata offset = cluster.stableOffset(partition);
                  found.put(partition, offset == null ? 0 : offset.offset());
                }
                return found;
              });
    }
  }

  /** Whether {@link #fetch} would return records. */
  boolean fetchable() {
    if (!cluster.reachable(process)) {
      return false;
    }
    for (Map.Entry<TopicPartition, Long> position : positions.entrySet()) {
      if (!paused.contains(position.getKey())
          && cluster.read(position.getKey(), position.getValue()) != null) {
        return true;
      }
    }
    return false;
  }

  /** The next records, at most max.poll.records. */
  Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> fetch() {
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> fetched = new LinkedHashMap<>();
    int room = scenario.maxPollRecords;
    List<TopicPartition> ready = new ArrayList<>(positions.keySet());
    ready.removeAll(paused);
    while (!ready.isEmpty() && room > 0 && cluster.reachable(process)) {
      TopicPartition partition = ready.remove(world.random.nextInt(ready.size()));
      List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
      SimBrokers.Stored next = cluster.read(partition, positions.getOrDefault(partition, 0L));
      while (next != null && records.size() < room) {
        records.add(record(partition, next));
        positions.put(partition, next.offset() + 1);
        next = cluster.read(partition, next.offset() + 1);
      }
      if (!records.isEmpty()) {
        fetched.put(partition, records);
        room -= records.size();
        observer.accept(partition, records.size());
      }
    }
    return fetched;
  }

  private ConsumerRecord<byte[], byte[]> record(
      TopicPartition partition, SimBrokers.Stored stored) {
    byte[] value = stored.value();
    return new SimRecord(
        partition, stored, new RecordHeaders(stored.headers()), value == null ? -1 : value.length);
  }

  /** A record that may take time to read. */
  private final class SimRecord extends ConsumerRecord<byte[], byte[]> {
    private boolean slow;

    SimRecord(TopicPartition partition, SimBrokers.Stored stored, RecordHeaders headers, int size) {
      super(
          partition.topic(),
          partition.partition(),
          stored.offset(),
          stored.timestampMs(),
          TimestampType.CREATE_TIME,
          -1,
          size,
          null,
          stored.value(),
          headers,
          Optional.empty());
      slow = stored.slow();
    }

    @Override
    public byte @Nullable [] value() {
      if (slow && scenario.slowReadMs > 0) {
        slow = false;
        process.spend(world.nanosBetween(0, 2 * scenario.slowReadMs));
      }
      return super.value();
    }
  }
}
