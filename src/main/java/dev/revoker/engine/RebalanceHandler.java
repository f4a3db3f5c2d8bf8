package dev.revoker.engine;

import dev.revoker.resilience.RequestProcessor;
import dev.revoker.time.Time;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes partitions on and gives them up. The consumer calls it inside poll and close, on the loop's
 * thread.
 *
 * <p>Taken on, a partition is paused until its committed state is read. Revoked, it is given up in
 * order: nothing more is begun, the calls under way finish within the drain time, what is answered
 * is committed. Lost, it may be another's already: everything is discarded.
 */
final class RebalanceHandler implements ConsumerRebalanceListener {
  private static final Logger LOG = LoggerFactory.getLogger(RebalanceHandler.class);

  /**
   * A commit is worth waiting for after the last call has ended: without it the call is repeated.
   */
  private static final long COMMIT_GRACE_MS = 5000;

  private static final long LONGEST_WAIT_MS = 500;

  private final Consumer<byte[], byte[]> consumer;
  private final Intake intake;
  private final Committer committer;
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
      RequestProcessor processor,
      CompletionQueue completions,
      WakeupSignal wakeupSignal,
      Time time,
      long drainTimeoutMs) {
    this.consumer = consumer;
    this.intake = intake;
    this.committer = committer;
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
        // Assigned again without having been revoked. Its requests are read again: without this
        // they
        // would be called a second time.
        discard(before);
      }
      Partition partition = intake.add(id);
      partition.paused = true;
      // A rebalance that ended during the drain: nothing of it is begun, so nothing is to be read.
      partition.leaving = stopping;
      partition.stale = !stopping;
    }
    consumer.pause(assigned);
    if (!assigned.isEmpty()) {
      LOG.atInfo().addKeyValue("partitions", assigned).log("partitions taken on");
      // Paused, they bring nothing: the poll under way would last its whole second.
      completions.signal();
    }
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
    giveUp(ours(revoked), wakeupSignal::await);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> lost) {
    List<Partition> gone = ours(lost);
    gone.forEach(this::discard);
    // After a drain the consumer may call what was given up lost.
    if (!gone.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("partitions", lost)
          .log(
              "partitions lost: what is not committed of them is discarded, their new owner does"
                  + " it");
    }
  }

  private void discard(Partition partition) {
    processor.withdraw(partition.callers());
    intake.remove(partition);
  }

  /**
   * Gives everything up in order, and takes nothing on any more.
   *
   * @param poll waits in a poll: a rebalance that is under way must end, for with the generation
   *     before it nothing can be committed
   * @return whether all that was answered is committed and no call was left behind
   */
  boolean drain(Waiting poll) {
    stopping = true;
    return giveUp(intake.partitions(), poll);
  }

  private boolean giveUp(List<Partition> leaving, Waiting waiting) {
    if (leaving.isEmpty()) {
      return true;
    }
    // Nothing more is begun meanwhile: the loop's thread is here.
    leaving.forEach(partition -> partition.leaving = true);
    leaving.forEach(partition -> processor.withdraw(partition.callers()));
    long callsUntilMs = time.millis() + drainTimeoutMs;
    settle(leaving, callsUntilMs, Partition::callsUnderWay, waiting);
    settle(leaving, time.millis() + COMMIT_GRACE_MS, Partition::answersUncommitted, waiting);
    leaving.stream().filter(partition -> !partition.gone).forEach(intake::remove);
    boolean all = leaving.stream().noneMatch(partition -> partition.abandoned);
    LOG.atInfo()
        .addKeyValue("partitions", leaving.stream().map(partition -> partition.id).toList())
        .addKeyValue("complete", all)
        .log("partitions given up");
    return all;
  }

  /** How time is let pass until something completes. */
  interface Waiting {
    void atMost(long timeoutMs);
  }

  private interface Unfinished {
    boolean test(Partition partition);
  }

  private void settle(
      List<Partition> leaving, long untilMs, Unfinished unfinished, Waiting waiting) {
    committer.turn();
    while (leaving.stream().anyMatch(unfinished::test) && !committer.hasFailed()) {
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
