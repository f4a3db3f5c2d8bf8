package dev.revoker.submit;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests and, where their results are wanted, waits until each has one. One thread runs it;
 * {@link #stop} is for another one.
 */
final class Exchange {
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaClients clients;
  private final String ifItFails;
  private final BatchProgress progress;
  private final SentRecords sent;
  private final Console console;
  private final WaitClock wait;
  private volatile boolean stopped;

  /** How it ended. */
  enum End {
    /** Everything was sent and, where results are wanted, has one. */
    DONE,
    /** The time was used up. */
    TIMED_OUT,
    /** {@link #stop} was called. */
    STOPPED,
    /** The command was ended before anything was sent. */
    NOT_STARTED
  }

  /**
   * Sends nothing before {@link #run}.
   *
   * @param ifItFails tells people how to continue after a failure
   */
  Exchange(
      KafkaClients clients,
      String ifItFails,
      BatchProgress progress,
      SentRecords sent,
      Console console,
      WaitClock wait) {
    this.clients = clients;
    this.ifItFails = ifItFails;
    this.progress = progress;
    this.sent = sent;
    this.console = console;
    this.wait = wait;
  }

  /** Ends it early. */
  void stop() {
    stopped = true;
  }

  /**
   * Sends on a second thread, and collects on this one.
   *
   * @param total how many requests the progress is shown of
   * @param waits whether to go on until every request has a result
   * @param collector takes the results; null where none are wanted
   * @throws CommandException where sending or reading failed
   */
  End run(
      RequestSender.Requests requests,
      long total,
      @Nullable ResultCollector collector,
      @Nullable TopicReader results,
      boolean waits)
      throws CommandException {
    long before = progress.sent();
    try (RequestSender sender = new RequestSender(clients.producer(), requests, progress, sent)) {
      Thread thread = Thread.ofPlatform().name("sender").daemon().start(sender);
      try {
        End end = loop(thread, sender, total, collector, results, waits);
        if (end != End.DONE) {
          sender.leave();
        }
        thread.join();
        Exception failure = sender.failure();
        if (end == End.DONE && failure != null) {
          throw failed(failure, progress.sent() - before);
        }
        return end;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw CommandException.failed("interrupted");
      }
    }
  }

  private End loop(
      Thread thread,
      RequestSender sender,
      long total,
      @Nullable ResultCollector collector,
      @Nullable TopicReader results,
      boolean waits)
      throws CommandException, InterruptedException {
    if (collector == null || results == null) {
      while (thread.isAlive() && !stopped) {
        thread.join(POLL);
        if (wait.isSignDue()) {
          console.tell("%d requests sent so far", progress.sent());
        }
      }
      return stopped ? End.STOPPED : End.DONE;
    }
    console.begin(total, progress.answered());
    try {
      while (thread.isAlive() || (waits && progress.waiting() > 0 && sender.failure() == null)) {
        if (stopped || wait.isOver()) {
          return stopped ? End.STOPPED : End.TIMED_OUT;
        }
        results.pause(collector.isFull());
        results.poll(POLL, collector::take);
        collector.settle();
        console.progress(progress, results.connected(), wait.isSignDue());
      }
      return End.DONE;
    } finally {
      console.end();
    }
  }

  private CommandException failed(Exception failure, long sent) {
    CommandException why =
        failure instanceof CommandException expected
            ? expected
            : CommandException.ofKafka("sending", failure, clients.addresses());
    return CommandException.failed(
        "sent %s, then it failed (%s). %s", Submission.requests(sent), why.text(), ifItFails);
  }
}
