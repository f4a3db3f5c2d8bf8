package dev.revoker.engine;

import dev.revoker.engine.RequestLoop.TopicIds;
import dev.revoker.resilience.RequestProcessor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads committed offsets into the partitions' progress: of partitions that were just assigned,
 * and, after an aborted transaction or a lost producer, of all partitions, to compare them with
 * memory. Used by the loop's thread alone, in callbacks of a rebalance too: both kinds of consumer
 * allow that.
 */
final class ProgressLoader {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressLoader.class);

  /**
   * Short, because the loop waits. A worker that was killed leaves a transaction open, and its
   * offsets cannot be read until the broker has ended it.
   */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** The result of reading the committed offsets. */
  sealed interface Loaded {
    /** The offsets were read. These requests are committed, which memory did not know. */
    record Done(List<TrackedRequest> committed) implements Loaded {}

    /** A wakeup that was meant for a poll ended the reading: read again at once. */
    record Interrupted() implements Loaded {}

    /** The offsets cannot be read now. */
    record Failed(String why) implements Loaded {}
  }

  private final Consumer<byte[], byte[]> consumer;
  private final CommittedMaps maps;
  private final Intake intake;
  private final RequestProcessor processor;

  /**
   * Sets of partitions whose last look-up was ended by a wakeup or a time-out. Kafka's consumers
   * answer the next call for the same partitions from that unfinished look-up, without the commits
   * since then. So the worker discards that answer and asks again.
   */
  private final Set<Set<TopicPartition>> unfinishedLookUps = new HashSet<>();

  ProgressLoader(
      Consumer<byte[], byte[]> consumer,
      TopicIds topicIds,
      Intake intake,
      RequestProcessor processor) {
    this.consumer = consumer;
    this.maps = new CommittedMaps(consumer, topicIds);
    this.intake = intake;
    this.processor = processor;
  }

  /** Whether the committed offsets of a partition must be read. */
  boolean isDue() {
    return intake.partitions().stream().anyMatch(Partition::mustLoad);
  }

  /** The committed offsets of all partitions must be read again before the next commit. */
  void loadAllAgain() {
    intake.partitions().forEach(Partition::mustLoadAgain);
  }

  Loaded load() {
    // A partition without a leader fails the reading for those after it, so the next reading has it
    // last.
    List<Partition> stale =
        intake.partitions().stream()
            .filter(Partition::mustLoad)
            .sorted(Comparator.comparingInt(one -> one.failedReads))
            .toList();
    if (stale.isEmpty()) {
      return new Loaded.Done(List.of());
    }
    // Another worker's open transaction on one new partition fails the whole reading. So partitions
    // that were loaded before do not wait for the new ones.
    List<Partition> known = stale.stream().filter(one -> one.progress != null).toList();
    try {
      maps.identify(stale);
      List<TrackedRequest> found = new ArrayList<>();
      committedOffsets(known.isEmpty() ? stale : known)
          .forEach((partition, committed) -> found.addAll(load(partition, committed)));
      return new Loaded.Done(found);
    } catch (WakeupException woken) {
      return new Loaded.Interrupted();
    } catch (InvalidConfigurationException refused) {
      throw refused(refused);
    } catch (KafkaException passing) {
      return new Loaded.Failed("the committed offsets cannot be read: " + passing.getMessage());
    }
  }

  private static FatalWorkerException refused(InvalidConfigurationException refused) {
    return new FatalWorkerException(
        "the broker refuses this worker: " + refused.getMessage(), refused);
  }

  /** The committed offsets, null for a partition without one. */
  private Map<Partition, @Nullable OffsetAndMetadata> committedOffsets(
      Collection<Partition> partitions) {
    Set<TopicPartition> ids = partitions.stream().map(one -> one.id).collect(Collectors.toSet());
    if (ids.isEmpty()) {
      return Map.of();
    }
    if (!unfinishedLookUps.add(ids)) {
      consumer.committed(ids, TIMEOUT);
    }
    Map<TopicPartition, OffsetAndMetadata> read = consumer.committed(ids, TIMEOUT);
    unfinishedLookUps.remove(ids);
    if (!read.keySet().containsAll(ids)) {
      // A partition without a committed offset has null. The new protocol's consumer leaves out
      // partitions whose offset the coordinator does not know at the moment.
      throw new TimeoutException("no answer for all of " + ids);
    }
    Map<Partition, @Nullable OffsetAndMetadata> committed = new LinkedHashMap<>();
    partitions.forEach(partition -> committed.put(partition, read.get(partition.id)));
    return committed;
  }

  private List<TrackedRequest> load(Partition partition, @Nullable OffsetAndMetadata committed) {
    partition.failedReads++;
    OffsetMap map = maps.of(partition, committed);
    PartitionProgress progress = partition.progress;
    List<TrackedRequest> found = new ArrayList<>();
    if (progress == null) {
      begin(partition, map, committed == null ? -1 : map.nextOffset());
    } else if (progress.isAheadOf(map)) {
      beginAgain(partition, map, committed);
    } else if (committed != null) {
      // A request that is answered at the broker must not be answered again.
      for (long offset : progress.reconcile(map)) {
        TrackedRequest pending = partition.admitted.get(offset);
        if (pending != null) {
          partition.release(pending);
          found.add(pending);
        }
      }
    }
    partition.loaded();
    return found;
  }

  private void begin(Partition partition, OffsetMap map, long nextOffset) {
    if (nextOffset >= 0 && !partition.isLeaving()) {
      // The consumer looked its position up at another time. A worker that was frozen in between
      // would read requests that another worker has answered meanwhile, before it learns of its
      // replacement.
      consumer.seek(partition.id, nextOffset);
    }
    partition.progress = PartitionProgress.from(map);
    partition.nextOffset = nextOffset;
    partition.firstOffset = nextOffset;
  }

  /**
   * The broker has lost a commit that it acknowledged. The worker continues from the broker's
   * offsets: it withdraws the requests of this partition and reads them again.
   */
  private void beginAgain(
      Partition partition, OffsetMap map, @Nullable OffsetAndMetadata committed) {
    long start = committed == null ? partition.firstOffset : map.nextOffset();
    LOG.atWarn()
        .addKeyValue("partition", partition.id)
        .addKeyValue("offset", start)
        .log(
            "the broker has lost a commit that it had acknowledged: continuing from the broker's"
                + " offset, requests after it are processed again");
    processor.withdraw(partition.callers());
    partition.drop();
    partition.longUnread = true;
    begin(partition, map, start);
  }
}
