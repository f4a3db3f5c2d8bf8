package dev.revoker.consume;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
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
 * Reads what the broker has as committed, for partitions that were taken on and after a commit
 * whose end is not known. Used by the loop's thread alone, in callbacks of a rebalance too: both
 * kinds of consumer allow that.
 */
final class CommittedState {
  private static final Logger LOG = LoggerFactory.getLogger(CommittedState.class);

  /** What came of reading. */
  sealed interface Reading {
    /** It was read; these answers are committed, though that was not known. */
    record Done(Answers found) implements Reading {}

    /** A wakeup that was meant for a poll ended it: read again at once. */
    record Woken() implements Reading {}

    /** It can't be read now. */
    record Failed(String why) implements Reading {}
  }

  /**
   * Short, because the loop stands still meanwhile. A worker that was killed leaves a transaction
   * open, and until the broker has ended it the offsets in it can't be read.
   */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private static final int LOOKS = 10;

  private final Consumer<byte[], byte[]> consumer;
  private final Intake intake;
  private final Rebalance.Withdrawal withdrawal;

  /** Told where a partition begins: what is not answered there is carried out, again perhaps. */
  private final BiConsumer<TopicPartition, OffsetMap> begun;

  /** A transaction was aborted since the last look. */
  private boolean doubted;

  /** How often the broker could not be asked since then. */
  private int looks;

  /**
   * Of which partitions a reading was ended by a wakeup or its time-out. Kafka's consumers let its
   * request go on, and answer the next call for the same partitions with it: with what was so
   * before all that was committed meanwhile. That answer is thrown away.
   */
  private final Set<Set<TopicPartition>> leftBehind = new HashSet<>();

  CommittedState(
      Consumer<byte[], byte[]> consumer,
      Intake intake,
      Rebalance.Withdrawal withdrawal,
      BiConsumer<TopicPartition, OffsetMap> begun) {
    this.consumer = consumer;
    this.intake = intake;
    this.withdrawal = withdrawal;
    this.begun = begun;
  }

  /** Whether there is something to be read. */
  boolean due() {
    return intake.partitions().stream().anyMatch(partition -> partition.stale);
  }

  /** All that is known is to be read again. */
  void forget() {
    intake.partitions().forEach(partition -> partition.stale = true);
  }

  /** A transaction was aborted: see {@link #verify}. */
  void doubt() {
    doubted = true;
  }

  /**
   * Looks, after an aborted transaction and before the next, whether the broker still has what it
   * acknowledged. Tried {@link #LOOKS} times, which outlast a broker's restart: where it still
   * can't be read, the reason may be the lost transaction itself, which only the next commit can
   * end. Once, where a partition is being given up.
   *
   * @return why nothing may be committed yet, or null
   */
  @Nullable String verify() {
    if (doubted) {
      doubted = false;
      List<Partition> known =
          intake.partitions().stream().filter(one -> one.progress != null && !one.stale).toList();
      try {
        committed(known)
            .forEach(
                (partition, committed) -> {
                  OffsetMap map = decode(partition, committed);
                  if (isAhead(partition, map)) {
                    beginAgain(partition, map, committed);
                  }
                });
        looks = 0;
      } catch (WakeupException woken) {
        doubted = true;
        return "the look at the committed offsets was interrupted";
      } catch (InvalidConfigurationException refused) {
        throw refused(refused);
      } catch (KafkaException passing) {
        if (++looks < (givingUp() ? 1 : LOOKS)) {
          doubted = true;
          return "the committed offsets cannot be compared: " + passing.getMessage();
        }
        looks = 0;
        LOG.atDebug()
            .addKeyValue("cause", passing.toString())
            .log("the committed offsets could not be compared; the results are sent all the same");
      }
    }
    return null;
  }

  /** There is no time for more than one look, and the commit may be what mends things. */
  private boolean givingUp() {
    return intake.partitions().stream().anyMatch(partition -> partition.leaving);
  }

  Reading read() {
    List<Partition> stale = intake.partitions().stream().filter(one -> one.stale).toList();
    if (stale.isEmpty()) {
      return new Reading.Done(Answers.NONE);
    }
    // One that another worker's open transaction keeps from being read fails the whole reading, so
    // those that were ours before do not wait for the new ones.
    List<Partition> known = stale.stream().filter(one -> one.progress != null).toList();
    try {
      List<Pending> found = new ArrayList<>();
      committed(known.isEmpty() ? stale : known)
          .forEach((partition, committed) -> found.addAll(load(partition, committed)));
      return new Reading.Done(new Answers(found));
    } catch (WakeupException woken) {
      return new Reading.Woken();
    } catch (InvalidConfigurationException refused) {
      throw refused(refused);
    } catch (KafkaException passing) {
      return new Reading.Failed("the committed offsets cannot be read: " + passing.getMessage());
    }
  }

  private Map<Partition, @Nullable OffsetAndMetadata> committed(List<Partition> partitions) {
    Set<TopicPartition> ids = partitions.stream().map(one -> one.id).collect(Collectors.toSet());
    if (ids.isEmpty()) {
      return Map.of();
    }
    if (!leftBehind.add(ids)) {
      consumer.committed(ids, TIMEOUT);
    }
    Map<TopicPartition, OffsetAndMetadata> read = consumer.committed(ids, TIMEOUT);
    leftBehind.remove(ids);
    if (!read.keySet().containsAll(ids)) {
      // Nothing committed is a null. One that is not there at all was not told: the new protocol's
      // consumer leaves out what the coordinator does not know at the moment.
      throw new TimeoutException("no answer for all of " + ids);
    }
    Map<Partition, @Nullable OffsetAndMetadata> committed = new LinkedHashMap<>();
    partitions.forEach(partition -> committed.put(partition, read.get(partition.id)));
    return committed;
  }

  private static LoopFailure refused(InvalidConfigurationException refused) {
    return new LoopFailure("the broker refuses this worker: " + refused.getMessage(), refused);
  }

  private static boolean isAhead(Partition partition, OffsetMap map) {
    PartitionProgress progress = partition.progress;
    return progress != null && progress.isAheadOf(map);
  }

  private List<Pending> load(Partition partition, @Nullable OffsetAndMetadata committed) {
    OffsetMap map = decode(partition, committed);
    PartitionProgress progress = partition.progress;
    List<Pending> found = new ArrayList<>();
    if (progress == null) {
      begin(partition, map, committed == null ? -1 : map.nextOffset());
    } else if (isAhead(partition, map)) {
      beginAgain(partition, map, committed);
    } else if (committed != null) {
      // What the broker has as answered must not be answered again.
      for (long offset : progress.reconcile(map)) {
        Pending pending = partition.admitted.get(offset);
        if (pending != null) {
          partition.release(pending);
          found.add(pending);
        }
      }
    }
    partition.stale = false;
    return found;
  }

  private void begin(Partition partition, OffsetMap map, long nextOffset) {
    if (nextOffset >= 0) {
      // The consumer looked its position up at another time: a worker that was frozen in between
      // would read what another has answered meanwhile, before it learns that it was replaced.
      consumer.seek(partition.id, nextOffset);
    }
    begun.accept(partition.id, map);
    partition.progress = PartitionProgress.from(map);
    partition.readNextOffset = nextOffset;
    partition.stale = false;
  }

  /**
   * Kafka 4 skips the markers of a transaction while a partition has no leader at all, as after the
   * restart of a lone broker: then the end of a later transaction decides over the results and
   * offsets of one that was acknowledged. What was answered in it is carried out again, with all
   * that came after it; the calls that are under way for it end without a result.
   */
  private void beginAgain(
      Partition partition, OffsetMap map, @Nullable OffsetAndMetadata committed) {
    long nextOffset = committed == null ? partition.firstOffset : map.nextOffset();
    LOG.atWarn()
        .addKeyValue("partition", partition.id)
        .addKeyValue("offset", nextOffset)
        .log(
            "the broker has lost a commit that it had acknowledged: what it answered is carried out"
                + " again");
    withdrawal.withdraw(partition.tickets());
    if (partition.leaving) {
      // Its next owner does it.
      intake.remove(partition);
      return;
    }
    Partition again = intake.add(partition.id);
    again.paused = partition.paused;
    again.readNextOffset = nextOffset;
    begin(again, map, nextOffset);
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
}
