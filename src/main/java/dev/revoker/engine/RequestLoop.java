package dev.revoker.engine;

import dev.revoker.config.Config;
import dev.revoker.message.RequestReader;
import dev.revoker.model.Result;
import dev.revoker.resilience.RequestProcessor;
import dev.revoker.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
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
 * The loop. One thread calls {@link #run}, or {@link #runOnce} in a test, and owns the consumer,
 * the producer and the progress. Other threads hand back results, ask the loop to stop, and read
 * its status. The loop never stops polling: it pauses partitions instead.
 */
public final class RequestLoop {
  /** Listener for commits, called on the loop's thread. */
  public interface Listener {
    /** A transaction is committed: a reader with read_committed sees these results. */
    void committed(List<Result> results, long tookNanos);
  }

  private static final Logger LOG = LoggerFactory.getLogger(RequestLoop.class);

  private static final long IDLE_POLL_MS = 1000;

  /**
   * The calls of the producer that one turn may wait for: open, send results, send offsets, commit,
   * abort.
   */
  private static final int PRODUCER_CALLS = 5;

  /** A poll, the committed offsets, their checks, and the wait for a commit in a drain. */
  private static final long OTHER_WAITS_MS = 10_000;

  private static final long PAUSE_AFTER_FAILURE_MS = 200;

  private final Consumer<byte[], byte[]> consumer;
  private final Intake intake;
  private final Committer committer;
  private final CompletionQueue completions;
  private final GroupShare share;
  private final RebalanceHandler rebalance;
  private final Status status = new Status();
  private final WakeupSignal wakeupSignal;
  private final Time time;
  private volatile boolean stopping;

  /**
   * Connects the parts of this package; starts nothing.
   *
   * @param heartbeatAgeMs how long ago the group heard of this worker; negative if it never did
   */
  public RequestLoop(
      Config config,
      Consumer<byte[], byte[]> consumer,
      TransactionalPublisher publisher,
      TopicIds topicIds,
      RequestReader reader,
      RequestProcessor processor,
      LongSupplier heartbeatAgeMs,
      Listener listener,
      WakeupSignal wakeupSignal,
      Time time) {
    this.consumer = consumer;
    this.wakeupSignal = wakeupSignal;
    this.time = time;
    this.completions = new CompletionQueue(consumer::wakeup, wakeupSignal);
    this.intake = new Intake(config, processor, reader, completions, time);
    ProgressLoader loader = new ProgressLoader(consumer, topicIds, intake, processor);
    this.committer =
        new Committer(
            consumer,
            publisher,
            loader,
            intake,
            completions,
            new CommitPacing(intake.lanes(), config.limits().maxInFlight()),
            listener,
            wakeupSignal,
            time);
    this.share =
        new GroupShare(
            consumer,
            intake,
            processor,
            heartbeatAgeMs,
            config.kafka().sessionTimeoutMs(),
            config.limits().ratePerSecond() > 0,
            time);
    this.rebalance =
        new RebalanceHandler(
            consumer,
            intake,
            committer,
            share,
            processor,
            completions,
            wakeupSignal,
            time,
            config.drainTimeoutMs());
  }

  /**
   * Runs until {@link #stop}, then drains.
   *
   * @return whether every request that was called has a committed result
   * @throws FatalWorkerException for an error that a retry does not solve
   */
  public boolean run() {
    begin();
    while (!stopping) {
      runOnce();
    }
    return drain();
  }

  /** Subscribes: the first poll joins the group. */
  public void begin() {
    consumer.subscribe(intake.topics(), rebalance);
  }

  /** One turn: commits, admits, polls and reads. */
  public void runOnce() {
    committer.turn();
    share.renew();
    intake.rotatePartitions();
    intake.admit();
    intake.pauseOrResume(consumer);
    status.update(intake, time);
    intake.read(poll(IDLE_POLL_MS), consumer);
    // Before the next transaction: during it, admitted standard requests would take the free slots,
    // and the urgent requests of this poll would wait.
    if (!stopping) {
      intake.admit();
    }
  }

  /** Stops intake, waits for calls in flight and commits their results. Closes no client. */
  public boolean drain() {
    LOG.atInfo().log(
        "stopping: intake has ended, calls in flight finish and their results are committed");
    return rebalance.drain(
        atMostMs -> {
          intake.pauseOrResume(consumer);
          intake.read(poll(atMostMs), consumer);
        });
  }

  /** Ends {@link #run} after the current turn. Any thread. */
  public void stop() {
    stopping = true;
    completions.signal();
  }

  /** Makes the loop take another turn: the dispatcher's room has changed. Any thread. */
  public void signal() {
    completions.signal();
  }

  /** Why results cannot be committed now; empty if they can. Any thread. */
  public Optional<String> commitProblem() {
    return committer.problem();
  }

  /** Closes the producer: after {@link #run}, and after the consumer was closed. */
  public void closeProducer(Duration timeout) {
    committer.close(timeout);
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

  /** The committed offset of each partition that this worker owns. Any thread. */
  Map<TopicIdPartition, Long> committedOffsets() {
    Status.Snapshot snapshot = status.snapshot();
    return snapshot == null ? Map.of() : snapshot.committed();
  }

  /**
   * The time from which the age of the lane's oldest unanswered request is measured. Any thread.
   */
  public @Nullable Instant oldest(String lane) {
    Status.Snapshot snapshot = status.snapshot();
    return snapshot == null ? null : snapshot.oldest().get(lane);
  }

  private ConsumerRecords<byte[], byte[]> poll(long atMostMs) {
    long timeoutMs = committer.idleMs(atMostMs);
    boolean block =
        timeoutMs > 0 && !intake.hasUnread() && completions.mayBlock(committer.quietCompletions());
    try {
      return consumer.poll(Duration.ofMillis(block ? timeoutMs : 0));
    } catch (WakeupException woken) {
      // A completion or a stop. No record is lost by a wakeup.
      return ConsumerRecords.empty();
    } catch (KafkaException failed) {
      handle(failed);
      return ConsumerRecords.empty();
    } finally {
      completions.polled();
    }
  }

  private void handle(KafkaException failed) {
    if (failed.getCause() instanceof FatalWorkerException ours) {
      // Thrown by the rebalance listener, and wrapped by the consumer.
      throw ours;
    }
    switch (failed) {
      case RetriableException passing -> pause(passing);
      // The group has removed this worker during a look-up of committed offsets (protocol
      // "consumer"). The consumer reports its partitions as lost and joins again.
      case UnknownMemberIdException removed -> pause(removed);
      case StaleMemberEpochException removed -> pause(removed);
      case FencedMemberEpochException removed -> pause(removed);
      case InvalidConfigurationException refused ->
          throw new FatalWorkerException(
              "the broker refuses this worker: " + refused.getMessage(), refused);
      case FencedInstanceIdException fenced ->
          throw new FatalWorkerException(
              "another worker uses the same consumer.group.instance.id: give each its own", fenced);
      case InvalidOffsetException none ->
          throw new FatalWorkerException(
              "consumer.auto.offset.reset is none, and the group has no committed offset that is"
                  + " still there for "
                  + none.partitions(),
              none);
      default ->
          throw new FatalWorkerException("the consumer failed: " + failed.getMessage(), failed);
    }
  }

  private void pause(KafkaException passing) {
    LOG.atWarn()
        .addKeyValue("cause", passing.toString())
        .log("the poll failed; polling again after a pause");
    wakeupSignal.await(PAUSE_AFTER_FAILURE_MS);
  }

  /** What other threads can see of the loop: a snapshot, replaced each turn. */
  private static final class Status {
    /**
     * The loop after a turn.
     *
     * @param turnedAtMs by the steady clock
     * @param oldest for each lane with unanswered requests, the time from which the age of the
     *     oldest is measured
     * @param committed the committed offset of each partition, as far as it was read
     */
    record Snapshot(
        long turnedAtMs,
        int partitions,
        Map<String, Instant> oldest,
        Map<TopicIdPartition, Long> committed) {}

    private volatile @Nullable Snapshot snapshot;

    void update(Intake intake, Time time) {
      Map<String, Instant> oldest = new HashMap<>();
      Map<TopicIdPartition, Long> committed = new HashMap<>();
      int partitions = 0;
      for (Lane lane : intake.lanes()) {
        partitions += lane.partitions.size();
        for (Partition partition : lane.partitions) {
          if (partition.progress != null && partition.identity != null) {
            committed.put(partition.identity, partition.progress.committedOffset());
          }
        }
        lane.partitions.stream()
            .map(Partition::oldest)
            .filter(Objects::nonNull)
            .min(Instant::compareTo)
            .ifPresent(instant -> oldest.put(lane.name, instant));
      }
      snapshot = new Snapshot(time.millis(), partitions, oldest, committed);
    }

    /** Null before the first turn. */
    @Nullable Snapshot snapshot() {
      return snapshot;
    }
  }

  /** Looks up the ids of topics. A topic that is deleted and created again has another id. */
  public interface TopicIds {
    /**
     * The id of each of these topics, as it is now. Called on the loop's thread, so it must not
     * block for much more than a second.
     *
     * @throws org.apache.kafka.common.KafkaException if no broker answers in time, or refuses
     */
    Map<String, Uuid> of(Set<String> topics);
  }
}
