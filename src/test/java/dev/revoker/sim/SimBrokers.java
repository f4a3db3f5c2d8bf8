package dev.revoker.sim;

import dev.revoker.hostile.HostileRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * All brokers as one: logs, the transaction coordinator with its epochs and time-outs, the group.
 * They may be unreachable for all workers or for one.
 */
final class SimBrokers {
  static final int MAX_METADATA_BYTES = 4096;

  /** Results have one partition here. */
  static final TopicPartition RESULTS = new TopicPartition("results", 0);

  /**
   * A record of a request topic.
   *
   * @param slow it takes long to read
   */
  record Stored(
      long offset, long timestampMs, byte @Nullable [] value, List<Header> headers, boolean slow) {}

  /** A transaction whose commit is decided; it will be committed. */
  record Commit(
      String transactionalId,
      List<ProducerRecord<byte[], byte[]>> results,
      Map<TopicPartition, OffsetAndMetadata> offsets) {}

  /** Listener for commits. */
  interface Observer {
    void committed(Commit commit);
  }

  private enum Decision {
    ONGOING,
    COMMIT,
    ABORT
  }

  private static final class Txn {
    final long startedNanos;
    final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    boolean writtenDown;
    final Map<TopicPartition, OffsetAndMetadata> offsets = new LinkedHashMap<>();
    Decision decision = Decision.ONGOING;

    Txn(long startedNanos) {
      this.startedNanos = startedNanos;
    }
  }

  private static final class Transactional {
    final String id;
    int epoch;
    @Nullable Txn current;

    Transactional(String id) {
      this.id = id;
    }
  }

  final World world;
  final SimGroup group;
  private final Scenario scenario;
  private final Observer observer;
  private final Map<TopicPartition, TreeMap<Long, Stored>> logs = new LinkedHashMap<>();
  private final Map<TopicPartition, Long> endOffsets = new HashMap<>();
  private final Map<String, Transactional> transactional = new LinkedHashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
  private final List<Map.Entry<ProducerRecord<byte[], byte[]>, Txn>> results = new ArrayList<>();
  private final List<ProducerRecord<byte[], byte[]>> visible = new ArrayList<>();
  private int lastStable;
  private int ticks;
  private boolean up = true;

  SimBrokers(World world, Scenario scenario, Observer observer) {
    this.world = world;
    this.scenario = scenario;
    this.observer = observer;
    for (TopicPartition partition : scenario.partitions()) {
      logs.put(partition, new TreeMap<>());
      endOffsets.put(partition, 0L);
    }
    this.group = new SimGroup(world, scenario.partitions());
    tick();
  }

  /** Derived from the name, because no topic is created twice here. */
  static Map<String, Uuid> topicIds(Set<String> topics) {
    Map<String, Uuid> ids = new HashMap<>();
    topics.forEach(topic -> ids.put(topic, new Uuid(4, topic.hashCode())));
    return ids;
  }

  boolean reachable(SimProcess process) {
    return up && process.linkUp;
  }

  void up(boolean now) {
    world.trace(now ? "BROKERS ARE BACK" : "BROKERS ARE AWAY");
    up = now;
    if (now) {
      group.coordinatorMoved();
    }
  }

  long latency() {
    return world.longTail(scenario.brokerLatencyMs);
  }

  boolean losesAnswer() {
    return scenario.faulty() && world.chance(scenario.lostBrokerAnswers);
  }

  // ---- request topics

  /** Appends a request; before it there may be offsets without a record. */
  Stored append(TopicPartition partition, byte @Nullable [] value, List<Header> headers) {
    return append(partition, value, headers, nowMs(), false);
  }

  /** Appends a hostile record. */
  Stored append(TopicPartition partition, HostileRecord record) {
    Long timestampMs = record.timestampMs();
    return append(
        partition,
        record.value(),
        record.headers(),
        timestampMs == null ? nowMs() : timestampMs,
        record.kind() == HostileRecord.Kind.SLOW_REDACTION);
  }

  private Stored append(
      TopicPartition partition,
      byte @Nullable [] value,
      List<Header> headers,
      long timestampMs,
      boolean slow) {
    long offset = endOffsets.getOrDefault(partition, 0L);
    while (world.chance(scenario.holes)) {
      offset += world.chance(0.1) ? world.between(1, 300) : 1;
    }
    Stored stored = new Stored(offset, timestampMs, value, headers, slow);
    logs.get(partition).put(offset, stored);
    endOffsets.put(partition, offset + 1);
    return stored;
  }

  /** The partitions of a topic, as metadata has them. */
  List<PartitionInfo> partitions(String topic) {
    return logs.keySet().stream()
        .filter(partition -> partition.topic().equals(topic))
        .map(partition -> new PartitionInfo(topic, partition.partition(), null, null, null))
        .toList();
  }

  /** The offset of the next record or hole. */
  long endOffset(TopicPartition partition) {
    return endOffsets.getOrDefault(partition, 0L);
  }

  private long nowMs() {
    return SimProcess.EPOCH.toEpochMilli() + world.nanos() / World.MS;
  }

  /** The first record from this offset on, or null. */
  @Nullable Stored read(TopicPartition partition, long fromOffset) {
    Map.Entry<Long, Stored> next = logs.get(partition).ceilingEntry(fromOffset);
    return next == null ? null : next.getValue();
  }

  TreeMap<Long, Stored> log(TopicPartition partition) {
    return logs.get(partition);
  }

  // ---- offsets

  /** What an OffsetFetch answers with require-stable; an error while a commit is pending. */
  @Nullable OffsetAndMetadata stableOffset(TopicPartition partition) {
    for (Transactional one : transactional.values()) {
      if (one.current != null && one.current.offsets.containsKey(partition)) {
        throw new Rpc.NotYet();
      }
    }
    return offsets.get(partition);
  }

  // ---- transactions

  int initProducer(String id) {
    Transactional one = transactional.computeIfAbsent(id, Transactional::new);
    if (one.current != null) {
      if (one.current.decision == Decision.ONGOING) {
        one.epoch++;
        decide(one, Decision.ABORT);
      }
      throw new Rpc.NotYet();
    }
    return ++one.epoch;
  }

  /** Appends results and returns the offset of the first. */
  long produce(String id, int epoch, List<ProducerRecord<byte[], byte[]>> records) {
    Transactional one = ofEpoch(id, epoch, new InvalidProducerEpochException("an old epoch"));
    Txn txn = ongoing(one);
    long first = results.size();
    txn.records.addAll(records);
    records.forEach(record -> results.add(Map.entry(record, txn)));
    return first;
  }

  void addOffsets(
      String id,
      int epoch,
      Map<TopicPartition, OffsetAndMetadata> added,
      ConsumerGroupMetadata member) {
    Transactional one = ofEpoch(id, epoch, new ProducerFencedException("an old epoch"));
    // First the coordinator of transactions, then that of the group.
    Txn txn = ongoing(one);
    group.validate(member);
    for (OffsetAndMetadata offset : added.values()) {
      if (offset.metadata().length() > MAX_METADATA_BYTES) {
        throw new OffsetMetadataTooLarge("more than " + MAX_METADATA_BYTES);
      }
    }
    txn.offsets.putAll(added);
  }

  /** Ends the transaction and returns the epoch of the next. */
  int end(String id, int epoch, boolean commit) {
    Transactional one = ofEpoch(id, epoch, new ProducerFencedException("an old epoch"));
    if (one.current != null && one.current.decision == Decision.ONGOING) {
      decide(one, commit ? Decision.COMMIT : Decision.ABORT);
    }
    return ++one.epoch;
  }

  private Transactional ofEpoch(
      String id, int epoch, org.apache.kafka.common.errors.ApiException fenced) {
    Transactional one = transactional.get(id);
    if (one == null || one.epoch != epoch) {
      throw fenced;
    }
    return one;
  }

  private Txn ongoing(Transactional one) {
    Txn current = one.current;
    if (current == null) {
      current = new Txn(world.nanos());
      one.current = current;
    } else if (current.decision != Decision.ONGOING) {
      // The markers of the transaction before are still being written.
      throw new Rpc.NotYet();
    }
    return current;
  }

  private void decide(Transactional one, Decision decision) {
    Txn txn = one.current;
    if (txn == null) {
      return;
    }
    txn.decision = decision;
    world.trace(
        one.id + " " + decision + " results " + txn.records.size() + " offsets " + txn.offsets);
    if (decision == Decision.COMMIT) {
      observer.committed(
          new Commit(one.id, List.copyOf(txn.records), new LinkedHashMap<>(txn.offsets)));
    }
    writeDown(one, txn);
  }

  private void writeDown(Transactional one, Txn txn) {
    world.at(
        latency(),
        one.id + " markers",
        () -> {
          if (one.current != txn) {
            return;
          }
          if (!up) {
            writeDown(one, txn);
            return;
          }
          if (txn.decision == Decision.COMMIT) {
            offsets.putAll(txn.offsets);
          }
          one.current = null;
          txn.writtenDown = true;
          stabilise();
        });
  }

  /** The results that a reader with isolation.level=read_committed can see now. */
  List<ProducerRecord<byte[], byte[]>> visible() {
    return visible;
  }

  /** Advances the last stable offset up to the first open transaction. */
  private void stabilise() {
    while (lastStable < results.size() && results.get(lastStable).getValue().writtenDown) {
      Map.Entry<ProducerRecord<byte[], byte[]>, Txn> entry = results.get(lastStable++);
      if (entry.getValue().decision == Decision.COMMIT) {
        visible.add(entry.getKey());
      }
    }
  }

  private void tick() {
    world.at(
        500 * World.MS,
        "brokers tick",
        () -> {
          if (up) {
            group.tick();
            // A broker also looks for timed-out transactions every ten seconds.
            if (++ticks % 20 == 0) {
              transactional.values().forEach(this::timeOut);
            }
          }
          tick();
        });
  }

  private void timeOut(Transactional one) {
    Txn txn = one.current;
    if (txn != null
        && txn.decision == Decision.ONGOING
        && world.nanos() - txn.startedNanos > scenario.transactionTimeoutMs * World.MS) {
      one.epoch++;
      world.trace(one.id + " TIMES OUT");
      decide(one, Decision.ABORT);
    }
  }
}
