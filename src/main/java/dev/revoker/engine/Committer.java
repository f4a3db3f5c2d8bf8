package dev.revoker.engine;

import dev.revoker.model.Result;
import dev.revoker.time.Time;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits results and offsets: performs the transitions of {@link CommitState}, at most a few a
 * turn of the loop. A transaction takes all requests that completed while the one before was open.
 * Memory changes only after its commit. Used by the loop's thread alone.
 */
final class Committer {
  private static final long PAUSE_AFTER_FAILURE_MS = 200;

  /** How often offsets are committed without results, at most. */
  private static final long COMMIT_WITHOUT_RESULTS_MS = 1_000;

  private final Consumer<byte[], byte[]> consumer;
  private final TransactionalPublisher publisher;
  private final ProgressLoader loader;
  private final Intake intake;
  private final CompletionQueue completed;
  private final RequestLoop.Listener listener;
  private final WakeupSignal wakeupSignal;
  private final Time time;
  private final CommitHealth health = new CommitHealth();
  private final CommitPacing pacing;

  private CommitState state = new CommitState.NoProducer();
  private long notBeforeMs;
  private long withoutResultsNotBeforeMs;

  Committer(
      Consumer<byte[], byte[]> consumer,
      TransactionalPublisher publisher,
      ProgressLoader loader,
      Intake intake,
      CompletionQueue completed,
      CommitPacing pacing,
      RequestLoop.Listener listener,
      WakeupSignal wakeupSignal,
      Time time) {
    this.consumer = consumer;
    this.publisher = publisher;
    this.loader = loader;
    this.intake = intake;
    this.completed = completed;
    this.pacing = pacing;
    this.listener = listener;
    this.wakeupSignal = wakeupSignal;
    this.time = time;
    this.notBeforeMs = time.millis();
    this.withoutResultsNotBeforeMs = notBeforeMs;
  }

  /** What keeps results from being committed, if anything does. Any thread. */
  Optional<String> problem() {
    return health.problem();
  }

  /** Whether nothing will be committed any more. */
  boolean hasFailed() {
    return state instanceof CommitState.Failed;
  }

  /** How long the loop may sleep, as far as commits are concerned. */
  long idleMs(long atMostMs) {
    if (isIdle()) {
      return atMostMs;
    }
    long dueMs = notBeforeMs - time.millis();
    if (isPaced()) {
      dueMs = Math.max(dueMs, pacing.waitMs(completed, time.nanos()));
    }
    return Math.clamp(dueMs, 0, atMostMs);
  }

  /** How many more requests may complete before the loop must take a turn. */
  int quietCompletions() {
    return isPaced() ? pacing.completionsBeforeCommit(completed) : 0;
  }

  /** Whether nothing but the pacing keeps results from being committed. */
  private boolean isPaced() {
    return state instanceof CommitState.Ready
        && !loader.isDue()
        && !completed.isEmpty()
        && health.problem().isEmpty();
  }

  /**
   * One step of the state machine, then a transaction with what has completed, then the committed
   * offsets of partitions that lack them. Offsets are read last: reading may block, and only the
   * partitions that lack offsets need to wait.
   */
  void turn() {
    if (hasFailed()) {
      return;
    }
    boolean finished = false;
    try {
      step();
      finished = true;
    } finally {
      if (!finished) {
        state = new CommitState.Failed(state);
      }
    }
  }

  private void step() {
    completed.take();
    if (isIdle() || isPausing()) {
      return;
    }
    switch (state) {
      case CommitState.NoProducer none -> apply(publisher.open());
      case CommitState.InTransaction(Transaction transaction) ->
          apply(publisher.advance(transaction));
      case CommitState.AbortDue(Transaction transaction) ->
          apply(publisher.abort(transaction, "the transaction was aborted"));
      case CommitState.Ready ready -> {
        // No transaction is open. The code below begins one.
      }
      case CommitState.Failed failed -> throw new IllegalStateException("failed before: a bug");
    }
    if (state instanceof CommitState.Ready(Producer<byte[], byte[]> producer)
        && !isPausing()
        && pacing.waitMs(completed, time.nanos()) == 0) {
      commitCompleted(producer);
    }
    if (isReady()) {
      loadProgress();
    }
    if (isReady() && !loader.isDue()) {
      health.recovered();
    }
  }

  private boolean isIdle() {
    return state instanceof CommitState.Ready
        && !loader.isDue()
        && completed.isEmpty()
        && offsetsDue().isEmpty()
        && health.problem().isEmpty();
  }

  private boolean isReady() {
    return state instanceof CommitState.Ready && !isPausing();
  }

  private boolean isPausing() {
    return time.millis() < notBeforeMs;
  }

  private void commitCompleted(Producer<byte[], byte[]> producer) {
    long markersNanos = pacing.markersNanos(time.nanos());
    if (markersNanos > 0 && !(completed.isEmpty() && offsetsDue().isEmpty())) {
      wakeupSignal.pauseNanos(markersNanos);
      completed.take();
    }
    List<TrackedRequest> requests = completed.forNextTransaction();
    List<Partition> offsetsDue = offsetsDue();
    if (requests.isEmpty() && offsetsDue.isEmpty()) {
      return;
    }
    if (requests.isEmpty()) {
      withoutResultsNotBeforeMs = time.millis() + COMMIT_WITHOUT_RESULTS_MS;
    }
    Transaction transaction =
        new Transaction(producer, requests, offsetsDue, consumer.groupMetadata(), time.nanos());
    state = new CommitState.InTransaction(transaction);
    apply(publisher.advance(transaction));
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

  /** Performs the transition that a result of the publisher means: the table in CommitState. */
  private void apply(TransactionResult result) {
    switch (result) {
      case TransactionResult.Opened(Producer<byte[], byte[]> producer) ->
          state = new CommitState.Ready(producer);
      case TransactionResult.Committed committed -> {
        Transaction transaction = transaction();
        transaction.committed();
        state = new CommitState.Ready(transaction.producer);
        long nowNanos = time.nanos();
        pacing.committed(nowNanos - transaction.startedNanos, nowNanos);
        committed(transaction.requests(), transaction.results(), transaction.startedNanos);
      }
      case TransactionResult.Unacknowledged(String why) -> pause(why);
      case TransactionResult.Aborted(String why) -> {
        state = new CommitState.Ready(transaction().producer);
        loader.loadAllAgain();
        pause(why);
      }
      case TransactionResult.AbortUnacknowledged(String why) -> {
        state = new CommitState.AbortDue(transaction());
        pause(why);
      }
      case TransactionResult.ProducerLost(String why) -> {
        state = new CommitState.NoProducer();
        loader.loadAllAgain();
        pause(why);
      }
      case TransactionResult.Fatal(String message, Throwable cause) ->
          throw new FatalWorkerException(message, cause);
    }
  }

  private Transaction transaction() {
    return switch (state) {
      case CommitState.InTransaction(Transaction transaction) -> transaction;
      case CommitState.AbortDue(Transaction transaction) -> transaction;
      default -> throw new IllegalStateException("no transaction is open: a bug");
    };
  }

  private void loadProgress() {
    switch (loader.load()) {
      case ProgressLoader.Loaded.Done(List<TrackedRequest> found) ->
          committed(found, Transaction.results(found), time.nanos());
      case ProgressLoader.Loaded.Failed(String why) -> pause(why);
      case ProgressLoader.Loaded.Interrupted interrupted -> {
        // The next turn reads them.
      }
    }
  }

  private void committed(List<TrackedRequest> requests, List<Result> results, long sinceNanos) {
    if (!requests.isEmpty()) {
      completed.committed(requests);
      listener.committed(results, time.nanos() - sinceNanos);
    }
  }

  private void pause(String why) {
    notBeforeMs = time.millis() + PAUSE_AFTER_FAILURE_MS;
    health.failed(why, completed.size());
  }

  /** Closes the producer, if there is one. */
  void close(Duration timeout) {
    close(state, timeout);
  }

  private void close(CommitState last, Duration timeout) {
    switch (last) {
      case CommitState.NoProducer none -> {
        // Nothing to close.
      }
      case CommitState.Ready(Producer<byte[], byte[]> producer) -> producer.close(timeout);
      // A commit that was asked for goes on while the producer closes; without one it is aborted.
      case CommitState.InTransaction(Transaction transaction) ->
          transaction.producer.close(timeout);
      case CommitState.AbortDue(Transaction transaction) -> transaction.producer.close(timeout);
      case CommitState.Failed(CommitState before) -> close(before, timeout);
    }
  }

  /**
   * What keeps results from being committed. Logs the first failure and the recovery, and no
   * attempt between. Changed by the loop's thread, read by any.
   */
  static final class CommitHealth {
    private static final Logger LOG = LoggerFactory.getLogger(CommitHealth.class);

    private volatile Optional<String> problem = Optional.of("not connected yet");
    private boolean logged;

    void failed(String cause, int completed) {
      problem = Optional.of(cause);
      if (!logged) {
        logged = true;
        LOG.atWarn()
            .addKeyValue("cause", cause)
            .addKeyValue("completed", completed)
            .log("results cannot be committed: keeping them and trying again");
      }
    }

    void recovered() {
      problem = Optional.empty();
      if (logged) {
        logged = false;
        LOG.atInfo().log("results are committed again");
      }
    }

    /** Empty if results can be committed. */
    Optional<String> problem() {
      return problem;
    }
  }
}
