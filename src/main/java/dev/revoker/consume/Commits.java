package dev.revoker.consume;

import dev.revoker.model.Result;
import dev.revoker.model.Source;
import dev.revoker.publish.Acknowledged;
import dev.revoker.publish.Batch;
import dev.revoker.publish.Publication;
import dev.revoker.publish.Publisher;
import dev.revoker.time.Time;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns answered requests into committed ones. The next transaction takes all that were answered
 * while the last was under way; memory changes only after it. Used by the loop's thread alone.
 *
 * <p>States: open (a producer stands), not open (to be made, and the committed state to be read
 * again), and a transaction whose end is unknown, which is gone on with before anything else.
 */
final class Commits {
  private static final Logger LOG = LoggerFactory.getLogger(Commits.class);

  /** Told of each committed transaction. */
  interface Listener {
    /** These results are visible to a reader with read_committed. */
    void committed(List<Result> results, long tookNanos);
  }

  private static final long PAUSE_AFTER_FAILURE_MS = 200;

  /** Between two looks for results; each may take as long. */
  private static final long PAUSE_AFTER_LOOK_MS = 1_000;

  private final Consumer<byte[], byte[]> consumer;
  private final Publisher publisher;
  private final Acknowledged acknowledged;
  private final CommittedState state;
  private final Intake intake;
  private final Uncommitted answered;
  private final Listener listener;
  private final Time time;
  private final Trouble trouble = new Trouble();

  /** The transaction that is not known to be committed, nor to be aborted. */
  private @Nullable Answers uncertain;

  private boolean open;
  private boolean broken;
  private long notBeforeMs;
  private long lookNotBeforeMs;
  private long startedNanos;

  Commits(
      Consumer<byte[], byte[]> consumer,
      Publisher publisher,
      Intake intake,
      Rebalance.Withdrawal withdrawal,
      Completions completions,
      Listener listener,
      Time time) {
    this.consumer = consumer;
    this.publisher = publisher;
    this.acknowledged = publisher.acknowledged();
    this.state = new CommittedState(consumer, intake, withdrawal, acknowledged);
    this.intake = intake;
    this.answered = new Uncommitted(completions);
    this.listener = listener;
    this.time = time;
    this.notBeforeMs = time.millis();
    this.lookNotBeforeMs = notBeforeMs;
  }

  /** What keeps results from being committed, or null. Any thread. */
  @Nullable String trouble() {
    return trouble.why();
  }

  /** Whether results or offsets that were acknowledged are lost, for all that is known. */
  boolean owes() {
    return acknowledged.owes() || acknowledged.hasReclaimed() || acknowledged.mayOwe();
  }

  /** The same, or that it is not known yet. */
  boolean unsettled() {
    return owes() || state.isDoubted() || acknowledged.isUndecided() || acknowledged.doubted();
  }

  /**
   * Whether a step failed in its middle, by a bug or by what can't be mended: what is in memory may
   * not be what the broker has, so nothing is committed any more. The next owner reads what is.
   */
  boolean isBroken() {
    return broken;
  }

  /** How long the loop may sleep for all that is to be done here. */
  long idleMs(long atMostMs) {
    return idle() ? atMostMs : Math.clamp(notBeforeMs - time.millis(), 0, atMostMs);
  }

  /**
   * One step: makes a producer or finishes a commit, then commits what is answered, then reads
   * committed state. In this order, because reading may have to wait, and only the partitions that
   * it is for need to wait for it. Where the broker has lost offsets, it is found out first what
   * became of their results.
   */
  void turn() {
    if (broken) {
      return;
    }
    boolean whole = false;
    try {
      step();
      whole = true;
    } finally {
      broken = !whole;
    }
  }

  private void step() {
    answered.take();
    acknowledged.keepReclaimed(this::isReclaimed);
    if (idle() || pausing()) {
      return;
    }
    if (!open) {
      handle(publisher.open(), Answers.NONE);
    } else if (uncertain != null) {
      handle(publisher.resume(), uncertain);
    }
    if (ready()) {
      String unverified = state.verify();
      if (unverified != null) {
        later(unverified);
      } else if (acknowledged.isUndecided()) {
        handle(publisher.decide(), Answers.NONE);
      } else {
        if (acknowledged.reclaims() && lookDue()) {
          look();
        }
        if (!acknowledged.reclaims()) {
          commitAnswered();
        }
      }
    }
    if (ready()) {
      readState();
    }
    if (ready() && lookDue()) {
      look();
    }
    if (ready() && !state.due() && !acknowledged.reclaims()) {
      trouble.isOver();
    }
  }

  private boolean idle() {
    return open
        && uncertain == null
        && !state.due()
        && !acknowledged.isUndecided()
        && (acknowledged.reclaims() || nothingToSend())
        && !lookDue();
  }

  private boolean nothingToSend() {
    return answered.isEmpty()
        && !acknowledged.owes()
        && !acknowledged.hasReclaimed()
        && trouble() == null;
  }

  private boolean ready() {
    return open && uncertain == null && !pausing();
  }

  private boolean pausing() {
    return time.millis() < notBeforeMs;
  }

  private void commitAnswered() {
    List<Partition> reclaimed = reclaimed();
    if (reclaimed.stream().anyMatch(partition -> partition.stale)) {
      // Results that are sent again go with their offsets.
      return;
    }
    Answers batch = new Answers(answered.next(), reclaimed);
    if (batch.isEmpty() && !acknowledged.owes()) {
      return;
    }
    startedNanos = time.nanos();
    handle(
        publisher.publish(new Batch(batch.results(), batch.offsets(), consumer.groupMetadata())),
        batch);
  }

  /** Partitions of which the broker has lost offsets that count all the same. */
  private List<Partition> reclaimed() {
    return intake.partitions().stream()
        .filter(partition -> !partition.reclaimed.isEmpty())
        .toList();
  }

  private void handle(Publication publication, Answers batch) {
    switch (publication) {
      case Publication.Committed committed -> {
        open = true;
        uncertain = null;
        batch.done();
        committed(batch);
      }
      case Publication.Aborted aborted -> {
        uncertain = null;
        if (open) {
          state.doubt();
        }
        later(aborted.why());
      }
      case Publication.Unknown unknown -> {
        uncertain = batch;
        later(unknown.why());
      }
      case Publication.ProducerLost lost -> {
        uncertain = null;
        open = false;
        state.forget();
        later(lost.why());
      }
      case Publication.Fatal fatal -> throw new LoopFailure(fatal.message(), fatal.cause());
    }
  }

  private void committed(Answers batch) {
    if (!batch.requests().isEmpty()) {
      answered.committed(batch.requests());
      listener.committed(batch.results(), time.nanos() - startedNanos);
    }
  }

  /**
   * Not before it is known which requests are carried out again, and what is decided. It is known
   * of those whose offsets were lost.
   */
  private boolean lookDue() {
    return acknowledged.doubted()
        && !acknowledged.isUndecided()
        && (acknowledged.reclaims() || !state.due())
        && time.millis() >= lookNotBeforeMs;
  }

  private void look() {
    String why = acknowledged.look(this::isAnswered);
    lookNotBeforeMs = time.millis() + PAUSE_AFTER_LOOK_MS;
    if (why != null && acknowledged.reclaims()) {
      trouble.begins(why, answered.size());
    } else if (why != null) {
      LOG.atDebug().log(why);
    }
  }

  private boolean isAnswered(Source source) {
    Partition partition = partition(source);
    return partition != null
        && partition.progress != null
        && partition.progress.isAnswered(source.offset());
  }

  private boolean isReclaimed(Source source) {
    Partition partition = partition(source);
    return partition != null && partition.reclaimed.contains(source.offset());
  }

  private @Nullable Partition partition(Source source) {
    return intake.partition(new TopicPartition(source.topic(), source.partition()));
  }

  private void readState() {
    switch (state.read()) {
      case CommittedState.Reading.Done done -> committed(done.found());
      case CommittedState.Reading.Failed failed -> later(failed.why());
      case CommittedState.Reading.Woken woken -> {
        // The next turn reads it.
      }
    }
  }

  private void later(String why) {
    notBeforeMs = time.millis() + PAUSE_AFTER_FAILURE_MS;
    trouble.begins(why, answered.size());
  }
}
