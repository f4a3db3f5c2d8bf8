package dev.revoker.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * The brokers as one: logs, the transaction coordinator with its epochs and time-outs, the group.
 * They may be out of reach for all, or for one.
 */
final class Cluster {
  static final int MAX_METADATA_BYTES = 4096;

  /** Results have one partition here. */
  static final TopicPartition RESULTS = new TopicPartition("results", 0);

  /** A record of a request topic. */
  record Stored(
      long offset, long timestampMs, byte @Nullable [] value, Map<String, byte[]> headers) {}

  /** A transaction that is decided: from now on it is as good as committed. */
  record Commit(
      String transactionalId,
      List<ProducerRecord<byte[], byte[]>> results,
      Map<TopicPartition, OffsetAndMetadata> offsets) {}

  /** Told of each commit. */
  interface Observer {
    void committed(Commit commit);

    /** What was acknowledged is gone: see {@link #loseMarkers}. */
    void lost(Commit commit);
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
    boolean offsetsAdded;
    final Map<TopicPartition, OffsetAndMetadata> offsets = new LinkedHashMap<>();
    Decision decision = Decision.ONGOING;

    Txn(long startedNanos) {
      this.startedNanos = startedNanos;
    }

    /** Whether nothing of it waits for a later one. */
    boolean isOver() {
      return (writtenDown || records.isEmpty()) && offsets.isEmpty();
    }
  }

  private static final class Transactional {
    final String id;
    int epoch;
    @Nullable Txn current;

    /** Acknowledged, but without markers: the end of a later one decides over them too. */
    final List<Txn> unmarked = new ArrayList<>();

    Transactional(String id) {
      this.id = id;
    }
  }

  final World world;
  final Group group;
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
  private long markersLost;

  Cluster(World world, Scenario scenario, Observer observer) {
    this.world = world;
    this.scenario = scenario;
    this.observer = observer;
    for (TopicPartition partition : scenario.partitions()) {
      logs.put(partition, new TreeMap<>());
      endOffsets.put(partition, 0L);
    }
    this.group = new Group(world, scenario.partitions());
    tick();
  }

  boolean reachable(Process process) {
    return up && process.linkUp;
  }

  void up(boolean now) {
    world.trace(now ? "BROKERS ARE BACK" : "BROKERS ARE AWAY");
    up = now;
    if (!now && scenario.losesMarkers) {
      transactional.values().forEach(this::loseMarkers);
    }
    if (now) {
      group.coordinatorMoved();
    }
  }

  /** As Kafka 4.4's lone broker, which takes a partition without a leader for deleted. */
  private void loseMarkers(Transactional one) {
    Txn txn = one.current;
    if (txn != null && txn.decision == Decision.COMMIT && world.chance(0.9)) {
      // The partitions' markers are written one by one: those of the offsets may be there, or those
      // of the results. As any marker, they decide over what is before them, too.
      double written = world.random.nextDouble();
      boolean ofOffsets = written < 0.3;
      boolean ofResults = written >= 0.8;
      world.trace(
          "%s LOSES MARKERS %s of %s"
              .formatted(
                  one.id,
                  ofOffsets ? "of results alone" : ofResults ? "of offsets alone" : "",
                  txn.offsets));
      one.current = null;
      one.unmarked.add(txn);
      if (ofOffsets) {
        one.unmarked.forEach(
            unmarked -> {
              offsets.putAll(unmarked.offsets);
              unmarked.offsets.clear();
            });
      }
      if (ofResults && !txn.records.isEmpty()) {
        one.unmarked.forEach(unmarked -> unmarked.writtenDown = true);
        stabilise();
      }
      one.unmarked.removeIf(Txn::isOver);
      markersLost++;
    }
  }

  /** Whether a commit is decided and not written down. */
  boolean committing() {
    return transactional.values().stream()
        .anyMatch(one -> one.current != null && one.current.decision == Decision.COMMIT);
  }

  /** How many commits lost their markers. */
  long markersLost() {
    return markersLost;
  }

  /** Whether the end of some transaction waits for that of a later one. */
  boolean unmarked() {
    return transactional.values().stream().anyMatch(one -> !one.unmarked.isEmpty());
  }

  long latency() {
    return world.longTail(scenario.brokerLatencyMs);
  }

  boolean losesAnswer() {
    return scenario.faulty() && world.chance(scenario.lostBrokerAnswers);
  }

  // ---- request topics

  /** Appends a request; before it there may be offsets without a record. */
  Stored append(TopicPartition partition, byte @Nullable [] value, Map<String, byte[]> headers) {
    long offset = endOffsets.getOrDefault(partition, 0L);
    while (world.chance(scenario.holes)) {
      offset += world.chance(0.1) ? world.between(1, 300) : 1;
    }
    Stored stored =
        new Stored(offset, Process.EPOCH.toEpochMilli() + world.nanos() / World.MS, value, headers);
    logs.get(partition).put(offset, stored);
    endOffsets.put(partition, offset + 1);
    return stored;
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

  /** What a reader with isolation.level=read_committed is told; not while a commit is pending. */
  @Nullable OffsetAndMetadata stableOffset(TopicPartition partition) {
    for (Transactional one : transactional.values()) {
      if (one.current != null && one.current.offsets.containsKey(partition)) {
        throw new Rpc.NotYet();
      }
      if (one.unmarked.stream().anyMatch(txn -> txn.offsets.containsKey(partition))) {
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

  /** Appends results, and gives the offset of the first. */
  long produce(String id, int epoch, List<ProducerRecord<byte[], byte[]>> records) {
    Transactional one = ofEpoch(id, epoch, new InvalidProducerEpochException("an old epoch"));
    Txn txn = ongoing(one);
    long first = results.size();
    txn.records.addAll(records);
    records.forEach(record -> results.add(Map.entry(record, txn)));
    return first;
  }

  /** Which of these offsets of the results were aborted. */
  Map<TopicPartition, Set<Long>> aborted(Map<TopicPartition, Set<Long>> offsets) {
    Set<Long> asked = offsets.getOrDefault(RESULTS, Set.of());
    if (asked.stream().anyMatch(offset -> offset >= lastStable)) {
      throw new Rpc.NotYet();
    }
    return Map.of(
        RESULTS,
        asked.stream()
            .filter(offset -> results.get(offset.intValue()).getValue().decision != Decision.COMMIT)
            .collect(Collectors.toSet()));
  }

  void addOffsets(
      String id,
      int epoch,
      Map<TopicPartition, OffsetAndMetadata> added,
      ConsumerGroupMetadata member) {
    Transactional one = ofEpoch(id, epoch, new ProducerFencedException("an old epoch"));
    // First the coordinator of transactions, then that of the group.
    Txn txn = ongoing(one);
    txn.offsetsAdded = true;
    group.validate(member);
    for (OffsetAndMetadata offset : added.values()) {
      if (offset.metadata().length() > MAX_METADATA_BYTES) {
        throw new OffsetMetadataTooLarge("more than " + MAX_METADATA_BYTES);
      }
    }
    txn.offsets.putAll(added);
  }

  /** Ends the transaction and gives the epoch of the next. */
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
      // The one before is being written down.
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
          one.unmarked.forEach(unmarked -> decideToo(unmarked, txn));
          one.unmarked.removeIf(Txn::isOver);
          if (txn.decision == Decision.COMMIT) {
            offsets.putAll(txn.offsets);
          }
          one.current = null;
          txn.writtenDown = true;
          stabilise();
        });
  }

  /** Markers go to the partitions of the transaction that ends: to results, or to offsets. */
  private void decideToo(Txn unmarked, Txn ended) {
    boolean commit = ended.decision == Decision.COMMIT;
    if (!ended.records.isEmpty() && !unmarked.writtenDown) {
      unmarked.decision = ended.decision;
      unmarked.writtenDown = true;
      if (!commit) {
        world.trace("ACKNOWLEDGED RESULTS ARE LOST " + unmarked.records.size());
        observer.lost(new Commit("", List.copyOf(unmarked.records), Map.of()));
      }
    }
    if (ended.offsetsAdded) {
      if (commit) {
        offsets.putAll(unmarked.offsets);
      } else {
        world.trace("ACKNOWLEDGED OFFSETS ARE LOST " + unmarked.offsets);
        observer.lost(new Commit("", List.of(), Map.copyOf(unmarked.offsets)));
      }
      unmarked.offsets.clear();
    }
  }

  /** What a reader of the results with isolation.level=read_committed can have read by now. */
  List<ProducerRecord<byte[], byte[]>> visible() {
    return visible;
  }

  /** Moves the last stable offset on, up to the first transaction that is not written down. */
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
            // As a broker does, which looks every ten seconds.
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
