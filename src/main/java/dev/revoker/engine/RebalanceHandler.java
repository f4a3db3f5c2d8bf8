package dev.revoker.engine;

import dev.revoker.resilience.RequestProcessor;
import dev.revoker.time.Time;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the assignment and revocation of partitions. The consumer calls it inside poll and close,
 * on the loop's thread.
 *
 * <p>A partition that is assigned is paused until its committed offsets are read. A partition that
 * is revoked is drained: no further call starts, calls in flight finish within {@code
 * drain.timeout.ms}, and their results are committed. A partition that is lost may have another
 * owner already: its requests are discarded.
 */
final class RebalanceHandler implements ConsumerRebalanceListener {
  private static final Logger LOG = LoggerFactory.getLogger(RebalanceHandler.class);

  /**
   * How long a drain waits for the commit after the last call. Without that commit the next owner
   * repeats the calls.
   */
  private static final long COMMIT_GRACE_MS = 5000;

  private static final long LONGEST_WAIT_MS = 500;

  private final Consumer<byte[], byte[]> consumer;
  private final Intake intake;
  private final Committer committer;
  private final GroupShare share;
  private final RequestProcessor processor;
  private final CompletionQueue completions;
  private final WakeupSignal wakeupSignal;
  private final Time time;
  private final long drainTimeoutMs;
  private boolean stopping;

  RebalanceHandler(
      Consumer<byte[], byte[]> consumer,
      Intake intake,
      Committer committer,
      GroupShare share,
      RequestProcessor processor,
      CompletionQueue completions,
      WakeupSignal wakeupSignal,
      Time time,
      long drainTimeoutMs) {
    this.consumer = consumer;
    this.intake = intake;
    this.committer = committer;
    this.share = share;
    this.processor = processor;
    this.completions = completions;
    this.wakeupSignal = wakeupSignal;
    this.time = time;
    this.drainTimeoutMs = drainTimeoutMs;
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
    for (TopicPartition id : assigned) {
      Partition before = intake.partition(id);
      if (before != null) {
        // Assigned again without having been revoked. Its requests are read and called again, so
        // the requests of the earlier assignment must not be called as well.
        discard(before);
      }
      Partition partition = intake.add(id);
      partition.paused = true;
      // A rebalance that ended during the drain: no request of the partition is started.
      if (stopping) {
        partition.leave();
      }
    }
    consumer.pause(assigned);
    if (!assigned.isEmpty()) {
      LOG.atInfo().addKeyValue("partitions", assigned).log("partitions assigned");
      // A poll of paused partitions returns nothing and would last its whole second.
      completions.signal();
    }
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
    drain(ours(revoked), wakeupSignal::await);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> lost) {
    List<Partition> gone = ours(lost);
    gone.forEach(this::discard);
    share.shrink();
    // After a drain the consumer may report the drained partitions as lost.
    if (!gone.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("partitions", lost)
          .log(
              "partitions lost: discarding their requests without a committed result, which the"
                  + " new owner processes");
    }
  }

  private void discard(Partition partition) {
    processor.withdraw(partition.callers());
    intake.remove(partition);
  }

  /**
   * Drains all partitions. Partitions that are assigned from now on are not started.
   *
   * @param poll waits in a poll: a rebalance in progress must end, because nothing can be committed
   *     with the generation before it
   * @return whether every request that was called has a committed result
   */
  boolean drain(Waiting poll) {
    stopping = true;
    return drain(intake.partitions(), poll);
  }

  private boolean drain(List<Partition> leaving, Waiting waiting) {
    if (leaving.isEmpty()) {
      return true;
    }
    // No request is admitted meanwhile: this is the thread that admits.
    leaving.forEach(Partition::leave);
    leaving.forEach(partition -> processor.withdraw(partition.callers()));
    share.shrink();
    long callsUntilMs = time.millis() + drainTimeoutMs;
    settle(leaving, callsUntilMs, Partition::callsUnderWay, waiting);
    settle(leaving, time.millis() + COMMIT_GRACE_MS, Partition::answersUncommitted, waiting);
    leaving.stream().filter(partition -> !partition.hasEnded()).forEach(intake::remove);
    boolean all = leaving.stream().noneMatch(Partition::isAbandoned);
    LOG.atInfo()
        .addKeyValue("partitions", leaving.stream().map(partition -> partition.id).toList())
        .addKeyValue("complete", all)
        .log("partitions drained");
    return all;
  }

  /** Waits until a request completes, or for the given time. */
  interface Waiting {
    void atMost(long timeoutMs);
  }

  private void settle(
      List<Partition> leaving, long untilMs, Predicate<Partition> unfinished, Waiting waiting) {
    committer.turn();
    while (leaving.stream().anyMatch(unfinished) && !committer.hasFailed()) {
      // Read once: between two readings the time may pass the deadline.
      long leftMs = untilMs - time.millis();
      if (leftMs <= 0) {
        return;
      }
      waiting.atMost(Math.min(committer.idleMs(LONGEST_WAIT_MS), leftMs));
      committer.turn();
    }
  }

  private List<Partition> ours(Collection<TopicPartition> ids) {
    return ids.stream().map(intake::partition).filter(Objects::nonNull).toList();
  }
}
