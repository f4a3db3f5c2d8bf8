package dev.revoker.sim;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * The classic consumer with cooperative rebalances: callbacks come inside poll and close,
 * heartbeats come from a separate thread.
 */
@SuppressWarnings("removal") // Kafka offers no other way to make group metadata
final class SimConsumer {
  /** Listener for records that the worker got. */
  interface Observer {
    void polled(TopicPartition partition, int records);

    /** These partitions are no longer the worker's; called after its callback. */
    void gone(Set<TopicPartition> partitions);
  }

  private final SimProcess process;
  private final World world;
  private final SimBrokers cluster;
  private final Observer observer;

  private final SimFetcher fetcher;
  private Set<TopicPartition> owned = SimGroup.sorted(Set.of());
  private @Nullable ConsumerRebalanceListener listener;
  private ConsumerGroupMetadata metadata = SimGroup.metadata(-1, "");
  private String memberId = "";
  private int generation = -1;
  private boolean rejoin;
  private boolean unknownMember;
  private boolean wakeup;
  private boolean closed;
  private long heartbeatNanos = -1;
  private @Nullable Rpc<SimGroup.Assignment> join;
  private @Nullable Rpc<Boolean> heartbeat;

  SimConsumer(SimProcess process, SimBrokers cluster, Scenario scenario, Observer observer) {
    this.process = process;
    this.world = process.world;
    this.cluster = cluster;
    this.observer = observer;
    this.fetcher = new SimFetcher(process, cluster, scenario, observer::polled);
    beat();
  }

  // ---- the methods of Consumer that the engine uses

  void subscribe(Collection<String> topics, ConsumerRebalanceListener callback) {
    listener = callback;
    rejoin = true;
  }

  void wakeup() {
    wakeup = true;
  }

  void pause(Collection<TopicPartition> partitions) {
    check(partitions);
    fetcher.pause(partitions);
  }

  void resume(Collection<TopicPartition> partitions) {
    check(partitions);
    fetcher.resume(partitions);
  }

  void seek(TopicPartition partition, long offset) {
    check(List.of(partition));
    fetcher.seek(partition, offset);
  }

  ConsumerGroupMetadata groupMetadata() {
    return metadata;
  }

  ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    long deadline = world.nanos() + timeout.toNanos();
    process.pass();
    while (true) {
      throwIfWoken();
      coordinate();
      fetcher.fetchPositions(owned);
      Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> fetched = fetcher.fetch();
      if (!fetched.isEmpty() || world.nanos() >= deadline) {
        return new ConsumerRecords<>(fetched, fetcher.positions(fetched.keySet()));
      }
      process.await(
          () -> wakeup || coordinationDue() || fetcher.positionsDue(owned) || fetcher.fetchable(),
          deadline);
    }
  }

  Map<TopicPartition, OffsetAndMetadata> committed(
      Set<TopicPartition> partitions, Duration timeout) {
    process.pass();
    Rpc<Map<TopicPartition, OffsetAndMetadata>> rpc =
        new Rpc<>(
            process,
            cluster,
            "committed",
            () -> {
              Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
              for (TopicPartition partition : SimGroup.sorted(partitions)) {
                offsets.put(partition, cluster.stableOffset(partition));
              }
              return offsets;
            });
    process.await(() -> rpc.done() || wakeup, world.nanos() + timeout.toNanos());
    rpc.cancel();
    throwIfWoken();
    Map<TopicPartition, OffsetAndMetadata> offsets = rpc.value();
    if (!rpc.done() || offsets == null) {
      throw new TimeoutException("committed offsets not known in time");
    }
    return offsets;
  }

  Map<TopicPartition, Long> beginningOffsets(
      Collection<TopicPartition> partitions, Duration timeout) {
    process.pass();
    Map<TopicPartition, Long> offsets = new HashMap<>();
    partitions.forEach(partition -> offsets.put(partition, 0L));
    return offsets;
  }

  Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions, Duration timeout) {
    process.pass();
    Rpc<Map<TopicPartition, Long>> rpc =
        new Rpc<>(
            process,
            cluster,
            "end offsets",
            () -> {
              Map<TopicPartition, Long> ends = new HashMap<>();
              partitions.forEach(partition -> ends.put(partition, cluster.endOffset(partition)));
              return ends;
            });
    process.await(() -> rpc.done() || wakeup, world.nanos() + timeout.toNanos());
    rpc.cancel();
    throwIfWoken();
    Map<TopicPartition, Long> ends = rpc.value();
    if (!rpc.done() || ends == null) {
      throw new TimeoutException("end offsets not known in time");
    }
    return ends;
  }

  List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
    process.pass();
    return cluster.partitions(topic);
  }

  /** As by Kafka's metric: since a heartbeat was sent. */
  long heartbeatAgeMs() {
    return heartbeatNanos < 0 ? -1 : (world.nanos() - heartbeatNanos) / World.MS;
  }

  void close(CloseOptions options) {
    long deadline =
        world.nanos() + options.timeout().map(Duration::toNanos).orElse(30 * World.SECOND);
    process.pass();
    ConsumerRebalanceListener callback = listener;
    if (callback != null && !owned.isEmpty()) {
      Set<TopicPartition> dropped = owned;
      if (memberId.isEmpty() || unknownMember) {
        callback.onPartitionsLost(dropped);
      } else {
        callback.onPartitionsRevoked(dropped);
      }
      forget(dropped);
    }
    closed = true;
    if (!memberId.isEmpty()) {
      String leaver = memberId;
      Rpc<Boolean> leave = new Rpc<>(process, cluster, "leave", () -> cluster.group.leave(leaver));
      process.await(leave::done, Math.max(deadline, world.nanos()));
      leave.cancel();
    }
  }

  // ---- the group

  private void beat() {
    process.post(
        3 * World.SECOND,
        process.name + " heartbeat",
        () -> {
          if (closed) {
            return;
          }
          if (!memberId.isEmpty() && (heartbeat == null || heartbeat.done())) {
            String member = memberId;
            heartbeatNanos = world.nanos();
            heartbeat =
                new Rpc<>(process, cluster, "heartbeat", () -> cluster.group.heartbeat(member));
          }
          beat();
        });
  }

  private boolean coordinationDue() {
    return unknownMember
        || (join == null && rejoin)
        || (join != null && join.done())
        || (heartbeat != null && heartbeat.done());
  }

  private void coordinate() {
    takeHeartbeat();
    if (unknownMember) {
      unknownMember = false;
      memberId = "";
      generation = -1;
      rejoin = true;
      join = null;
      lose();
    }
    if (join == null && rejoin) {
      rejoin = false;
      SimGroup.Join asked = cluster.group.new Join(memberId, owned, generation);
      join = new Rpc<>(process, cluster, "join", asked::ask);
    }
    Rpc<SimGroup.Assignment> answered = join;
    if (answered != null && answered.done()) {
      join = null;
      SimGroup.Assignment assignment = answered.value();
      if (assignment == null || answered.error() instanceof UnknownMemberIdException) {
        unknownMember = true;
        coordinate();
      } else {
        joined(assignment);
      }
    }
  }

  private void takeHeartbeat() {
    Rpc<Boolean> answered = heartbeat;
    if (answered != null && answered.done()) {
      heartbeat = null;
      if (answered.error() instanceof UnknownMemberIdException) {
        unknownMember = true;
      } else if (Boolean.TRUE.equals(answered.value()) && join == null) {
        rejoin = true;
      }
    }
  }

  private void lose() {
    Set<TopicPartition> lost = owned;
    if (lost.isEmpty() || listener == null) {
      return;
    }
    world.trace(process.name + " lost " + lost);
    @Nullable RuntimeException failed = call(() -> listener.onPartitionsLost(lost));
    forget(lost);
    raise(failed);
  }

  private void joined(SimGroup.Assignment assignment) {
    memberId = assignment.memberId();
    heartbeatNanos = world.nanos();
    generation = assignment.generation();
    metadata = SimGroup.metadata(generation, memberId);
    Set<TopicPartition> revoked = SimGroup.minus(owned, assignment.partitions());
    Set<TopicPartition> added = SimGroup.minus(assignment.partitions(), owned);
    @Nullable RuntimeException failed = null;
    ConsumerRebalanceListener callback = listener;
    if (callback == null) {
      throw new IllegalStateException("not subscribed");
    }
    if (!revoked.isEmpty()) {
      world.trace(process.name + " revoked " + revoked);
      failed = call(() -> callback.onPartitionsRevoked(revoked));
      rejoin = true;
      forget(revoked);
    }
    Set<TopicPartition> now = SimGroup.sorted(owned);
    now.addAll(added);
    owned = now;
    world.trace(process.name + " assigned " + added);
    RuntimeException second = call(() -> callback.onPartitionsAssigned(added));
    raise(failed == null ? second : failed);
  }

  private static @Nullable RuntimeException call(Runnable callback) {
    try {
      callback.run();
      return null;
    } catch (RuntimeException failed) {
      return failed;
    }
  }

  private static void raise(@Nullable RuntimeException failed) {
    if (failed instanceof WakeupException woken) {
      throw woken;
    }
    if (failed != null) {
      throw new KafkaException("User rebalance callback throws an error", failed);
    }
  }

  private void forget(Set<TopicPartition> gone) {
    observer.gone(gone);
    fetcher.forget(gone);
    owned = SimGroup.minus(owned, gone);
  }

  private void check(Collection<TopicPartition> partitions) {
    if (!owned.containsAll(partitions)) {
      throw new IllegalStateException("no current assignment for " + partitions);
    }
  }

  private void throwIfWoken() {
    if (wakeup) {
      wakeup = false;
      throw new WakeupException();
    }
  }
}
