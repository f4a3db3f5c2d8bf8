package dev.revoker.consume;

import dev.revoker.model.Result;
import dev.revoker.publish.Publication;
import dev.revoker.publish.Publisher;
import dev.revoker.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
 * Turns answered requests into committed ones. The next transaction takes all that were answered
 * while the last was under way; memory changes only after it. Used by the loop's thread alone.
 *
 * <p>States: open (a producer stands), not open (to be made, and the committed state to be read
 * again), and a commit whose answer is unknown, which is asked for again before anything else.
 */
final class Commits {
  /** Told of each committed transaction. */
  interface Listener {
    /** These results are visible to a reader with read_committed. */
    void committed(List<Result> results, long tookNanos);
  }

  private static final Logger LOG = LoggerFactory.getLogger(Commits.class);

  /** A transaction's size is bounded too: the rest is the next one's. */
  private static final int MAX_BATCH = 1000;

  private static final long PAUSE_AFTER_FAILURE_MS = 200;
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(5);

  private final Consumer<byte[], byte[]> consumer;
  private final Publisher publisher;
  private final Intake intake;
  private final Completions completions;
  private final Listener listener;
  private final Time time;

  private final List<Pending> answered = new ArrayList<>();

  /** The transaction whose commit is not known to be done. */
  private @Nullable List<Pending> uncertain;

  private boolean open;
  private long notBeforeMs;
  private long startedNanos;
  private volatile @Nullable String trouble = "not connected yet";

  Commits(
      Consumer<byte[], byte[]> consumer,
      Publisher publisher,
      Intake intake,
      Completions completions,
      Listener listener,
      Time time) {
    this.consumer = consumer;
    this.publisher = publisher;
    this.intake = intake;
    this.completions = completions;
    this.listener = listener;
    this.time = time;
    this.notBeforeMs = time.millis();
  }

  /** What keeps results from being committed, or null. Any thread. */
  @Nullable String trouble() {
    return trouble;
  }

  /** Whether a turn would have something to do now. */
  boolean due() {
    return time.millis() >= notBeforeMs
        && (!open || uncertain != null || !answered.isEmpty() || staleLeft());
  }

  /** How long the loop may sleep for all that is to be done here. */
  long idleMs(long atMostMs) {
    boolean idle = open && uncertain == null && answered.isEmpty() && !staleLeft();
    return idle ? atMostMs : Math.clamp(notBeforeMs - time.millis(), 0, atMostMs);
  }

  /**
   * One step: makes a producer, or finishes a commit, or reads committed state, or commits what is
   * answered.
   */
  void turn() {
    takeCompletions();
    if (!due()) {
      return;
    }
    if (!open) {
      handle(publisher.open(), List.of());
      open = trouble == null;
    } else if (uncertain != null) {
      handle(publisher.recommit(), uncertain);
    }
    if (open && uncertain == null && loadStale()) {
      commitAnswered();
    }
  }

  private void takeCompletions() {
    for (Pending next = completions.next(); next != null; next = completions.next()) {
      if (next.partition.gone) {
        continue;
      }
      if (next.result() == null) {
        next.partition.release(next);
      } else {
        answered.add(next);
      }
    }
  }

  private void commitAnswered() {
    answered.removeIf(pending -> pending.partition.gone);
    if (answered.isEmpty() || time.millis() < notBeforeMs) {
      return;
    }
    List<Pending> batch = List.copyOf(answered.subList(0, Math.min(MAX_BATCH, answered.size())));
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    byPartition(batch)
        .forEach(
            (partition, offsetsOf) -> {
              OffsetMap map = progress(partition).with(offsetsOf);
              offsets.put(partition.id, new OffsetAndMetadata(map.nextOffset(), map.encode()));
            });
    startedNanos = time.nanos();
    handle(
        publisher.publish(new Publisher.Batch(results(batch), offsets, consumer.groupMetadata())),
        batch);
  }

  private void handle(Publication publication, List<Pending> batch) {
    switch (publication) {
      case Publication.Committed committed -> {
        trouble(null);
        uncertain = null;
        if (!batch.isEmpty()) {
          committed(batch);
        }
      }
      case Publication.Aborted aborted -> {
        uncertain = null;
        later(aborted.why());
      }
      case Publication.Unknown unknown -> {
        uncertain = batch;
        later(unknown.why());
      }
      case Publication.ProducerLost lost -> {
        uncertain = null;
        open = false;
        intake.partitions().forEach(partition -> partition.stale = true);
        later(lost.why());
      }
      case Publication.Fatal fatal -> throw new LoopFailure(fatal.message(), fatal.cause());
    }
  }

  private void committed(List<Pending> batch) {
    byPartition(batch)
        .forEach(
            (partition, offsets) -> {
              if (!partition.gone) {
                progress(partition).answered(offsets);
              }
            });
    batch.forEach(pending -> pending.partition.release(pending));
    answered.removeAll(Set.copyOf(batch));
    listener.committed(results(batch), time.nanos() - startedNanos);
  }

  /** Reads the committed state where it is needed; false if that has to be tried again. */
  private boolean loadStale() {
    List<Partition> stale = intake.partitions().stream().filter(one -> one.stale).toList();
    if (stale.isEmpty()) {
      return true;
    }
    try {
      Map<TopicPartition, OffsetAndMetadata> committed =
          consumer.committed(
              stale.stream().map(one -> one.id).collect(Collectors.toSet()), READ_TIMEOUT);
      stale.forEach(partition -> load(partition, committed.get(partition.id)));
      return true;
    } catch (WakeupException woken) {
      // Meant for a poll that had ended already.
      return false;
    } catch (InvalidConfigurationException refused) {
      throw new LoopFailure("the broker refuses this worker: " + refused.getMessage(), refused);
    } catch (TimeoutException away) {
      later("the committed offsets cannot be read: " + away.getMessage());
      return false;
    } catch (KafkaException passing) {
      later("the committed offsets cannot be read: " + passing.getMessage());
      return false;
    }
  }

  private void load(Partition partition, @Nullable OffsetAndMetadata committed) {
    OffsetMap map = decode(partition, committed);
    PartitionProgress progress = partition.progress;
    if (progress == null) {
      partition.progress = PartitionProgress.from(map);
    } else if (committed != null) {
      // What the broker has as answered must not be answered again.
      for (long offset : progress.reconcile(map)) {
        Pending pending = partition.admitted.get(offset);
        if (pending != null) {
          answered.remove(pending);
          partition.release(pending);
        }
      }
    }
    partition.stale = false;
  }

  private static OffsetMap decode(Partition partition, @Nullable OffsetAndMetadata committed) {
    if (committed == null) {
      return OffsetMap.none();
    }
    try {
      return OffsetMap.decode(committed.offset(), committed.metadata());
    } catch (OffsetMap.UnreadableMetadataException unreadable) {
      throw new LoopFailure(
          "the metadata of the committed offset %d of %s cannot be read (%s). A newer worker may have"
                  .formatted(committed.offset(), partition.id, unreadable.getMessage())
              + " written it: run that version, or reset the group's offset for this partition,"
              + " which carries out again what was answered beyond it",
          unreadable);
    }
  }

  private boolean staleLeft() {
    return intake.partitions().stream().anyMatch(partition -> partition.stale);
  }

  private void later(String why) {
    notBeforeMs = time.millis() + PAUSE_AFTER_FAILURE_MS;
    trouble(why);
  }

  private void trouble(@Nullable String now) {
    if (now != null && trouble == null) {
      LOG.atWarn()
          .addKeyValue("cause", now)
          .addKeyValue("answered", answered.size())
          .log("results cannot be committed now: they are kept and sent again");
    } else if (now == null && trouble != null) {
      LOG.atInfo().log("results are committed");
    }
    trouble = now;
  }

  private static PartitionProgress progress(Partition partition) {
    PartitionProgress progress = partition.progress;
    if (progress == null) {
      throw new IllegalStateException("a request was admitted before its partition was loaded");
    }
    return progress;
  }

  private static Map<Partition, List<Long>> byPartition(List<Pending> batch) {
    return batch.stream()
        .collect(
            Collectors.groupingBy(
                pending -> pending.partition,
                Collectors.mapping(Pending::offset, Collectors.toList())));
  }

  private static List<Result> results(List<Pending> batch) {
    List<Result> results = new ArrayList<>(batch.size());
    for (Pending pending : batch) {
      Result result = pending.result();
      if (result != null) {
        results.add(result);
      }
    }
    return results;
  }
}
