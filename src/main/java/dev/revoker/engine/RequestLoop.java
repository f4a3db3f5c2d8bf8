package dev.revoker.engine;

import dev.revoker.config.Config;
import dev.revoker.message.RequestReader;
import dev.revoker.time.Time;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.FencedMemberEpochException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop. One thread calls {@link #run} or {@link #runOnce}, and that thread owns the consumer,
 * the producer and the progress; every other thread may only hand back what came of a request, ask
 * to stop, and look. It never stops polling: back-pressure is by pausing.
 */
public final class RequestLoop {
  /** Who carries the requests out. */
  public interface Work extends Intake.Work, Rebalance.Withdrawal {}

  /** Who wants to know of commits. Called on the loop's thread. */
  public interface Listener extends Commits.Listener {}

  private static final Logger LOG = LoggerFactory.getLogger(RequestLoop.class);

  private static final long IDLE_POLL_MS = 1000;

  /** The calls of the producer that one turn may wait for: open, offsets, send, taken, commit. */
  private static final int PRODUCER_CALLS = 5;

  /** A poll, the committed offsets, their checks, and the wait for a commit in a drain. */
  private static final long OTHER_WAITS_MS = 10_000;

  private static final long PAUSE_AFTER_FAILURE_MS = 200;

  private final Consumer<byte[], byte[]> consumer;
  private final Intake intake;
  private final Commits commits;
  private final Completions completions;
  private final Rebalance rebalance;
  private final Status status = new Status();
  private final Bell bell;
  private final Time time;
  private volatile boolean stopping;

  /** Wires the parts of this package; begins nothing. */
  public RequestLoop(
      Config config,
      Consumer<byte[], byte[]> consumer,
      Publisher publisher,
      TopicIds topicIds,
      RequestReader reader,
      Work work,
      Listener listener,
      Bell bell,
      Time time) {
    this.consumer = consumer;
    this.bell = bell;
    this.time = time;
    this.completions = new Completions(consumer::wakeup, bell);
    this.intake = new Intake(config, work, reader, completions, time);
    this.commits =
        new Commits(consumer, publisher, topicIds, intake, work, completions, listener, time);
    this.rebalance =
        new Rebalance(
            consumer, intake, commits, work, completions, bell, time, config.drainTimeoutMs());
  }

  /**
   * Runs until {@link #stop}, then drains and leaves the group.
   *
   * @return whether no call was left behind and all that was answered is committed
   * @throws LoopFailure for what the loop cannot mend
   */
  public boolean run() {
    begin();
    while (!stopping) {
      runOnce();
    }
    return drain();
  }

  /** Joins the group. */
  public void begin() {
    consumer.subscribe(intake.topics(), rebalance);
  }

  /** One turn. */
  public void runOnce() {
    commits.turn();
    intake.takeTurns();
    intake.admit();
    intake.steer(consumer);
    status.turned(intake, time);
    intake.read(poll(IDLE_POLL_MS), consumer);
    // Not only after the next transaction: while it lasts, slots go to those that are admitted, and
    // an urgent request would see standard ones take them.
    if (!stopping) {
      intake.admit();
    }
  }

  /** Gives everything up in order. The consumer and the producer are left to be closed. */
  public boolean drain() {
    LOG.atInfo().log("stopping: intake ends, the calls under way finish and their results commit");
    return rebalance.drain(
        atMostMs -> {
          intake.steer(consumer);
          intake.read(poll(atMostMs), consumer);
        });
  }

  /** Ends {@link #run} after the turn under way. Any thread. */
  public void stop() {
    stopping = true;
    completions.signal();
  }

  /**
   * There may be something to do: to be called when the dispatcher's room has changed. Any thread.
   */
  public void signal() {
    completions.signal();
  }

  /** What keeps results from being committed, or null. Any thread. */
  public @Nullable String commitTrouble() {
    return commits.trouble();
  }

  /** How long one turn may take while brokers do not answer, in milliseconds. */
  public static long longestTurnMs(Config config) {
    return PRODUCER_CALLS * config.kafka().maxBlockMs() + config.drainTimeoutMs() + OTHER_WAITS_MS;
  }

  /** How long ago the last turn ended, in milliseconds; -1 before the first. Any thread. */
  public long sinceLastTurnMs() {
    Status.Snapshot snapshot = status.snapshot();
    return snapshot == null ? -1 : time.millis() - snapshot.turnedAtMs();
  }

  /** How many partitions this worker owns. Any thread. */
  public int partitions() {
    Status.Snapshot snapshot = status.snapshot();
    return snapshot == null ? 0 : snapshot.partitions();
  }

  /**
   * From when the oldest request of the lane counts that was received and is not answered. Any
   * thread.
   */
  public @Nullable Instant oldest(String lane) {
    Status.Snapshot snapshot = status.snapshot();
    return snapshot == null ? null : snapshot.oldest().get(lane);
  }

  private ConsumerRecords<byte[], byte[]> poll(long atMostMs) {
    long timeoutMs = commits.idleMs(atMostMs);
    boolean block = timeoutMs > 0 && completions.mayBlock();
    try {
      return consumer.poll(Duration.ofMillis(block ? timeoutMs : 0));
    } catch (WakeupException woken) {
      // There is something to do; no record is lost by it.
      return ConsumerRecords.empty();
    } catch (KafkaException failed) {
      survive(failed);
      return ConsumerRecords.empty();
    } finally {
      completions.polled();
    }
  }

  private void survive(KafkaException failed) {
    if (failed.getCause() instanceof LoopFailure ours) {
      // It came out of a rebalance, through the consumer.
      throw ours;
    }
    switch (failed) {
      case RetriableException passing -> tryAgain(passing);
      // The group has removed this worker while the poll looked its committed offsets up (new group
      // protocol, chaos seed 9002). The consumer tells what is lost, and joins again.
      case UnknownMemberIdException removed -> tryAgain(removed);
      case StaleMemberEpochException removed -> tryAgain(removed);
      case FencedMemberEpochException removed -> tryAgain(removed);
      case InvalidConfigurationException refused ->
          throw new LoopFailure("the broker refuses this worker: " + refused.getMessage(), refused);
      case FencedInstanceIdException fenced ->
          throw new LoopFailure(
              "another worker uses the same consumer.group.instance.id: give each its own", fenced);
      case InvalidOffsetException none ->
          throw new LoopFailure(
              "consumer.auto.offset.reset is none, and the group has no committed offset that is"
                  + " still there for "
                  + none.partitions(),
              none);
      default -> throw new LoopFailure("the consumer failed: " + failed.getMessage(), failed);
    }
  }

  private void tryAgain(KafkaException passing) {
    LOG.atWarn()
        .addKeyValue("cause", passing.toString())
        .log("the consumer could not poll: it is tried again");
    bell.await(PAUSE_AFTER_FAILURE_MS);
  }
}
