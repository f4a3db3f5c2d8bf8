package dev.revoker.engine;

import dev.revoker.model.Result;
import dev.revoker.time.Time;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns answered requests into committed ones. The next transaction takes all that were answered
 * while the last was under way; memory changes only after it. Used by the loop's thread alone.
 *
 * <p>States: open (a producer stands), not open (to be made, and the committed state to be read
 * again), and a transaction whose end is unknown, which is gone on with before anything else.
 */
final class Commits {
  /** Told of each committed transaction. */
  interface Listener {
    /** These results are visible to a reader with read_committed. */
    void committed(List<Result> results, long tookNanos);
  }

  private static final long PAUSE_AFTER_FAILURE_MS = 200;

  /** How often offsets are committed without results, at most. */
  private static final long COMMIT_WITHOUT_RESULTS_MS = 1_000;

  private final Consumer<byte[], byte[]> consumer;
  private final Publisher publisher;
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
  private long withoutResultsNotBeforeMs;
  private long startedNanos;

  Commits(
      Consumer<byte[], byte[]> consumer,
      Publisher publisher,
      TopicIds topicIds,
      Intake intake,
      Rebalance.Withdrawal withdrawal,
      CompletionQueue completions,
      Listener listener,
      Time time) {
    this.consumer = consumer;
    this.publisher = publisher;
    this.state = new CommittedState(consumer, topicIds, intake, withdrawal);
    this.intake = intake;
    this.answered = new Uncommitted(completions);
    this.listener = listener;
    this.time = time;
    this.notBeforeMs = time.millis();
    this.withoutResultsNotBeforeMs = notBeforeMs;
  }

  /** What keeps results from being committed, or null. Any thread. */
  @Nullable String trouble() {
    return trouble.why();
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
   * it is for need to wait for it.
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
    if (idle() || pausing()) {
      return;
    }
    if (!open) {
      handle(publisher.open(), Answers.NONE);
    } else if (uncertain != null) {
      handle(publisher.resume(), uncertain);
    } else if (publisher.isAbortDue()) {
      // Before the committed offsets are read: until the transaction has ended they cannot be.
      handle(publisher.finishAbort(), Answers.NONE);
    }
    if (ready()) {
      commitAnswered();
    }
    if (ready()) {
      readState();
    }
    if (ready() && !state.due()) {
      trouble.isOver();
    }
  }

  private boolean idle() {
    return open
        && uncertain == null
        && !publisher.isAbortDue()
        && !state.due()
        && answered.isEmpty()
        && offsetsDue().isEmpty()
        && trouble() == null;
  }

  private boolean ready() {
    return open && uncertain == null && !pausing();
  }

  private boolean pausing() {
    return time.millis() < notBeforeMs;
  }

  private void commitAnswered() {
    Answers batch = new Answers(answered.next(), offsetsDue());
    if (batch.isEmpty()) {
      return;
    }
    if (batch.requests().isEmpty()) {
      withoutResultsNotBeforeMs = time.millis() + COMMIT_WITHOUT_RESULTS_MS;
    }
    startedNanos = time.nanos();
    handle(
        publisher.publish(new Batch(batch.results(), batch.offsets(), consumer.groupMetadata())),
        batch);
  }

  /**
   * Partitions whose offsets are committed without results: the last offsets of a log may be holes,
   * as after each transaction of a producer, and the lag would never be 0.
   */
  private List<Partition> offsetsDue() {
    return time.millis() < withoutResultsNotBeforeMs
        ? List.of()
        : intake.partitions().stream().filter(Partition::isCommitDue).toList();
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
          state.forget();
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
