package dev.revoker.consume;

import dev.revoker.model.Source;
import dev.revoker.publish.Acknowledged;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
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

  private static final int LOOKS = 10;

  private final Consumer<byte[], byte[]> consumer;
  private final CommittedOffsets offsets;
  private final Intake intake;
  private final Rebalance.Withdrawal withdrawal;
  private final Acknowledged acknowledged;

  /** A transaction was aborted since the last look. */
  private boolean doubted;

  /** How often the broker could not be asked since then. */
  private int looks;

  CommittedState(
      Consumer<byte[], byte[]> consumer,
      Intake intake,
      Rebalance.Withdrawal withdrawal,
      Acknowledged acknowledged) {
    this.consumer = consumer;
    this.offsets = new CommittedOffsets(consumer);
    this.intake = intake;
    this.withdrawal = withdrawal;
    this.acknowledged = acknowledged;
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

  boolean isDoubted() {
    return doubted;
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
        offsets
            .of(known)
            .forEach(
                (partition, committed) -> {
                  OffsetMap map = CommittedOffsets.decode(partition, committed);
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
      offsets
          .of(known.isEmpty() ? stale : known)
          .forEach((partition, committed) -> found.addAll(load(partition, committed)));
      return new Reading.Done(new Answers(found, List.of()));
    } catch (WakeupException woken) {
      return new Reading.Woken();
    } catch (InvalidConfigurationException refused) {
      throw refused(refused);
    } catch (KafkaException passing) {
      return new Reading.Failed("the committed offsets cannot be read: " + passing.getMessage());
    }
  }

  private static LoopFailure refused(InvalidConfigurationException refused) {
    return new LoopFailure("the broker refuses this worker: " + refused.getMessage(), refused);
  }

  private static boolean isAhead(Partition partition, OffsetMap map) {
    PartitionProgress progress = partition.progress;
    return progress != null && progress.isAheadOf(map);
  }

  private List<Pending> load(Partition partition, @Nullable OffsetAndMetadata committed) {
    OffsetMap map = CommittedOffsets.decode(partition, committed);
    PartitionProgress progress = partition.progress;
    List<Pending> found = new ArrayList<>();
    if (progress == null) {
      begin(partition, PartitionProgress.from(map), committed == null ? -1 : map.nextOffset());
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

  private void begin(Partition partition, PartitionProgress progress, long nextOffset) {
    if (nextOffset >= 0 && !partition.leaving) {
      // The consumer looked its position up at another time: a worker that was frozen in between
      // would read what another has answered meanwhile, before it learns that it was replaced.
      consumer.seek(partition.id, nextOffset);
    }
    // What is not answered there is carried out, again perhaps: it has another result then.
    acknowledged.forget(source -> isOf(source, partition) && !progress.isAnswered(source.offset()));
    partition.progress = progress;
    partition.readNextOffset = nextOffset;
  }

  private static boolean isOf(Source source, Partition partition) {
    return source.partition() == partition.id.partition()
        && source.topic().equals(partition.id.topic());
  }

  /**
   * Kafka 4 skips the markers of a transaction while a partition has no leader at all, as after the
   * restart of a lone broker: then the end of a later transaction decides over the results and
   * offsets of one that was acknowledged. What was answered in it is committed again where its
   * result is at hand, and is carried out again where it is not. What came after it goes on; where
   * that is too much to keep account of, it is taken back and begins again, too.
   */
  private void beginAgain(
      Partition partition, OffsetMap map, @Nullable OffsetAndMetadata committed) {
    long start = committed == null ? partition.firstOffset : map.nextOffset();
    List.copyOf(partition.admitted.values()).stream()
        .filter(pending -> map.isAnswered(pending.offset()))
        .forEach(partition::release);
    partition.reclaimed.addAll(
        acknowledged.reclaim(
            source -> isOf(source, partition) && !map.isAnswered(source.offset())));
    PartitionProgress more = progress(partition, map, start);
    if (more == null) {
      withdrawal.withdraw(partition.tickets());
      partition.drop();
      more = progress(partition, map, start);
    }
    if (more == null) {
      partition.reclaimed.clear();
    }
    LOG.atWarn()
        .addKeyValue("partition", partition.id)
        .addKeyValue("offset", start)
        .addKeyValue("held", partition.reclaimed.tailSet(start).size())
        .log(
            "the broker has lost a commit that it had acknowledged: what it answered is committed"
                + " again where its result is still held, else carried out again");
    partition.dropBacklog();
    partition.longUnread = true;
    if (more == null) {
      begin(partition, PartitionProgress.from(map), start);
    } else {
      begin(partition, more, more.deliveredEndOffset());
    }
  }

  private static @Nullable PartitionProgress progress(
      Partition partition, OffsetMap map, long start) {
    return PartitionProgress.from(
        map, start, partition.reclaimed, partition.admitted.navigableKeySet());
  }
}
