package dev.revoker.consume;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidConfigurationException;
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

  private final Consumer<byte[], byte[]> consumer;
  private final Intake intake;
  private final Rebalance.Withdrawal withdrawal;

  CommittedState(
      Consumer<byte[], byte[]> consumer, Intake intake, Rebalance.Withdrawal withdrawal) {
    this.consumer = consumer;
    this.intake = intake;
    this.withdrawal = withdrawal;
  }

  /** Whether there is something to be read. */
  boolean due() {
    return intake.partitions().stream().anyMatch(partition -> partition.stale);
  }

  /** All that is known is to be read again. */
  void forget() {
    intake.partitions().forEach(partition -> partition.stale = true);
  }

  Reading read() {
    List<Partition> stale = intake.partitions().stream().filter(one -> one.stale).toList();
    if (stale.isEmpty()) {
      return new Reading.Done(Answers.NONE);
    }
    try {
      Map<TopicPartition, OffsetAndMetadata> committed =
          consumer.committed(
              stale.stream().map(one -> one.id).collect(Collectors.toSet()), TIMEOUT);
      List<Pending> found = new ArrayList<>();
      stale.forEach(partition -> found.addAll(load(partition, committed.get(partition.id))));
      return new Reading.Done(new Answers(found));
    } catch (WakeupException woken) {
      return new Reading.Woken();
    } catch (InvalidConfigurationException refused) {
      throw new LoopFailure("the broker refuses this worker: " + refused.getMessage(), refused);
    } catch (KafkaException passing) {
      return new Reading.Failed("the committed offsets cannot be read: " + passing.getMessage());
    }
  }

  private List<Pending> load(Partition partition, @Nullable OffsetAndMetadata committed) {
    OffsetMap map = decode(partition, committed);
    PartitionProgress progress = partition.progress;
    List<Pending> found = new ArrayList<>();
    if (progress == null) {
      begin(partition, map, committed == null ? -1 : map.nextOffset());
    } else if (progress.isAheadOf(map)) {
      beginAgain(partition, map, committed == null ? partition.firstOffset : map.nextOffset());
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
    partition.progress = PartitionProgress.from(map);
    partition.readNextOffset = nextOffset;
    partition.stale = false;
    if (nextOffset >= 0) {
      // The consumer looked its position up at another time: a worker that was frozen in between
      // would read what another has answered meanwhile, before it learns that it was replaced.
      consumer.seek(partition.id, nextOffset);
    }
  }

  /**
   * Kafka 4 skips the markers of a transaction while a partition has no leader at all, as after the
   * restart of a lone broker: then the end of a later transaction decides over the results and
   * offsets of one that was acknowledged. What was answered in it is carried out again, with all
   * that came after it; the calls that are under way for it end without a result.
   */
  private void beginAgain(Partition partition, OffsetMap map, long nextOffset) {
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
    } else {
      Partition again = intake.add(partition.id);
      again.paused = partition.paused;
      begin(again, map, nextOffset);
    }
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
