package dev.revoker.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Kafka's MockConsumer, with logs and committed offsets that outlive it. */
final class FakeConsumer extends MockConsumer<byte[], byte[]> {
  private static final int MAX_POLL_RECORDS = 500;

  final Map<TopicPartition, TreeMap<Long, byte[]>> logs = new HashMap<>();

  /** Thrown by the next calls of committed(), one each. */
  final Deque<KafkaException> committedFailures = new ArrayDeque<>();

  /** Partitions whose committed offsets cannot be read. */
  final Set<TopicPartition> unreadable = new HashSet<>();

  /** Partitions that committed() leaves out. */
  final Set<TopicPartition> leftOut = new HashSet<>();

  /** Thrown by the next calls of beginningOffsets(), one each. */
  final Deque<KafkaException> beginningFailures = new ArrayDeque<>();

  /** The end of a log whose last offsets are holes. */
  final Map<TopicPartition, Long> ends = new HashMap<>();

  /** Thrown by the next calls of endOffsets(), one each. */
  final Deque<KafkaException> endFailures = new ArrayDeque<>();

  /** The timestamp of the records that are fetched. */
  long timestamp;

  /** The headers of a record of this partition. */
  Function<TopicPartition, Headers> headers = id -> new RecordHeaders();

  int polls;
  int wakeups;
  int seeks;

  /** How often beginningOffsets() was called. */
  int beginningLooks;

  /** For how long polls without records blocked, in milliseconds. */
  long idleMs;

  /** Runs while a poll blocks. */
  LongConsumer whileBlocked = timeoutMs -> {};

  private final ScriptedProducer.Store store;
  private ConsumerRebalanceListener listener;

  /** The answer to a call of committed() that was interrupted, or null. */
  private Map<TopicPartition, OffsetAndMetadata> leftBehind;

  FakeConsumer(ScriptedProducer.Store store) {
    super("earliest");
    this.store = store;
    setMaxPollRecords(MAX_POLL_RECORDS);
  }

  /** Appends to a partition's log. */
  void append(TopicPartition id, long offset, byte[] value) {
    logs.computeIfAbsent(id, one -> new TreeMap<>()).put(offset, value);
  }

  /** A rebalance inside the next poll. Exceptions of the callbacks are wrapped, as Kafka does. */
  void assignAtNextPoll(TopicPartition... ids) {
    schedulePollTask(() -> wrapped(() -> assign(List.of(ids))));
  }

  /** Assigns what it owns already, without a word of having revoked it. */
  void assignAgainAtNextPoll(TopicPartition... ids) {
    schedulePollTask(
        () ->
            wrapped(
                () -> {
                  List.of(ids).forEach(id -> seek(id, committedOffset(id)));
                  listener.onPartitionsAssigned(List.of(ids));
                }));
  }

  void loseAtNextPoll(TopicPartition... ids) {
    schedulePollTask(() -> wrapped(() -> losePartitions(List.of(ids))));
  }

  @Override
  public synchronized void subscribe(
      Collection<String> topics, ConsumerRebalanceListener rebalanceListener) {
    listener = rebalanceListener;
    super.subscribe(topics, rebalanceListener);
  }

  @Override
  public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    polls++;
    if (!timeout.isZero()) {
      whileBlocked.accept(timeout.toMillis());
    }
    fetch();
    ConsumerRecords<byte[], byte[]> found = super.poll(timeout);
    idleMs += found.isEmpty() ? timeout.toMillis() : 0;
    return passingHoles(found);
  }

  /** The position moves past holes at the end of the log, as in Kafka. */
  private ConsumerRecords<byte[], byte[]> passingHoles(ConsumerRecords<byte[], byte[]> found) {
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();
    found.partitions().forEach(id -> records.put(id, found.records(id)));
    Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>(found.nextOffsets());
    for (TopicPartition id : ends.keySet()) {
      if (assignment().contains(id)
          && !paused().contains(id)
          && position(id) < end(id)
          && logs.getOrDefault(id, new TreeMap<>()).tailMap(position(id)).isEmpty()) {
        seek(id, end(id));
        next.put(id, new OffsetAndMetadata(end(id)));
      }
    }
    return new ConsumerRecords<>(records, next);
  }

  @Override
  public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
      Set<TopicPartition> ids, Duration timeout) {
    KafkaException failure = committedFailures.poll();
    if (failure != null) {
      // As in Kafka: the request goes on, and its answer is returned to the next call.
      leftBehind = leftBehind == null ? found(ids) : leftBehind;
      throw failure;
    }
    if (ids.stream().anyMatch(unreadable::contains)) {
      throw new org.apache.kafka.common.errors.TimeoutException("a transaction is open");
    }
    Map<TopicPartition, OffsetAndMetadata> answer = leftBehind;
    leftBehind = null;
    return answer != null && answer.keySet().equals(ids) ? answer : found(ids);
  }

  @Override
  public synchronized Map<TopicPartition, Long> beginningOffsets(
      Collection<TopicPartition> ids, Duration timeout) {
    beginningLooks++;
    KafkaException failure = beginningFailures.poll();
    if (failure != null) {
      throw failure;
    }
    return super.beginningOffsets(ids, timeout);
  }

  @Override
  public synchronized Map<TopicPartition, Long> endOffsets(
      Collection<TopicPartition> ids, Duration timeout) {
    KafkaException failure = endFailures.poll();
    if (failure != null) {
      throw failure;
    }
    Map<TopicPartition, Long> found = new HashMap<>();
    ids.forEach(id -> found.put(id, end(id)));
    return found;
  }

  private long end(TopicPartition id) {
    TreeMap<Long, byte[]> log = logs.getOrDefault(id, new TreeMap<>());
    return Math.max(ends.getOrDefault(id, 0L), log.isEmpty() ? 0 : log.lastKey() + 1);
  }

  @Override
  public synchronized void seek(TopicPartition id, long offset) {
    seeks++;
    super.seek(id, offset);
  }

  @Override
  public synchronized void wakeup() {
    wakeups++;
    super.wakeup();
  }

  private Map<TopicPartition, OffsetAndMetadata> found(Set<TopicPartition> ids) {
    Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>();
    // Kafka returns null for a partition without a commit.
    ids.forEach(id -> found.put(id, store.offsets.get(id)));
    found.keySet().removeAll(leftOut);
    return found;
  }

  /** Adds no more than a poll returns: MockConsumer would keep the rest after a seek. */
  private void fetch() {
    for (TopicPartition id : assignment()) {
      if (!paused().contains(id)) {
        logs.getOrDefault(id, new TreeMap<>()).tailMap(position(id)).entrySet().stream()
            .limit(MAX_POLL_RECORDS)
            .forEach(one -> addRecord(record(id, one.getKey(), one.getValue())));
      }
    }
  }

  private ConsumerRecord<byte[], byte[]> record(TopicPartition id, long offset, byte[] value) {
    return new ConsumerRecord<>(
        id.topic(),
        id.partition(),
        offset,
        timestamp,
        TimestampType.CREATE_TIME,
        -1,
        value == null ? -1 : value.length,
        null,
        value,
        headers.apply(id),
        Optional.empty());
  }

  private void assign(List<TopicPartition> ids) {
    List<TopicPartition> added = new ArrayList<>(ids);
    added.removeAll(assignment());
    Map<TopicPartition, Long> positions = new HashMap<>();
    assignment().stream().filter(ids::contains).forEach(id -> positions.put(id, position(id)));
    rebalance(ids);
    added.forEach(id -> positions.put(id, committedOffset(id)));
    positions.forEach(this::seek);
  }

  private long committedOffset(TopicPartition id) {
    OffsetAndMetadata committed = store.offsets.get(id);
    return committed == null ? 0 : committed.offset();
  }

  private static void wrapped(Runnable rebalance) {
    try {
      rebalance.run();
    } catch (FatalWorkerException failure) {
      throw new KafkaException("User rebalance callback throws an error", failure);
    }
  }
}
