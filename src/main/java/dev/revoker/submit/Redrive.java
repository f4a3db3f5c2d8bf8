package dev.revoker.submit;

import dev.revoker.config.Config;
import dev.revoker.message.Fingerprints;
import dev.revoker.model.Outcome;
import dev.revoker.time.Time;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Sends the requests again whose last result was retriable. What it knows it reads from the topics,
 * so after a crash another run finds what is left. One thread runs it; {@link #leave} is for
 * another thread.
 */
public final class Redrive {
  /** Record timestamps are of other machines than {@code completed_at}. */
  private static final Duration CLOCK_MARGIN = Duration.ofMinutes(10);

  private static final Duration POLL = Duration.ofMillis(500);

  private final Config config;
  private final Options options;
  private final Console console;
  private final Time time;
  private final KafkaClients clients;
  private final FailedRequests failed;
  private final CountDownLatch ended = new CountDownLatch(1);
  private boolean left;
  private @Nullable Exchange exchange;

  /**
   * What to send, and how.
   *
   * @param outcomes only requests with these; empty for all
   * @param since only results that were completed at this time or later; null for all
   * @param rate requests a second
   * @param waits whether to wait until every request has its result
   * @param timeout bounds the wait; null for no limit
   * @param config the file of the configuration, for commands that are shown; null for none
   */
  public record Options(
      List<Outcome> outcomes,
      @Nullable Instant since,
      int rate,
      boolean dryRun,
      boolean waits,
      @Nullable Duration timeout,
      @Nullable Path config) {}

  public Redrive(Config config, Options options, Console console, Time time) {
    this.config = config;
    this.options = options;
    this.console = console;
    this.time = time;
    this.clients = new KafkaClients(config.kafka());
    this.failed =
        new FailedRequests(
            options.since(), options.outcomes(), new Fingerprints(config.fingerprintSecret()));
  }

  /**
   * Runs.
   *
   * @return whether every failed request was sent again and, where the command waits, succeeded
   * @throws CommandException where it cannot continue
   */
  public boolean run() throws CommandException {
    clients.require(List.of(config.resultsTopic()));
    try (TopicReader results = TopicReader.of(clients, List.of(config.resultsTopic()))) {
      TopicReader.Mark end = find(results);
      boolean all = report();
      long due = count(FailedRequest.State.DUE);
      if (options.dryRun()) {
        console.tell("would send %s again; nothing was sent", Submission.requests(due));
        return true;
      }
      if (due == 0 && (!options.waits() || count(FailedRequest.State.IN_FLIGHT) == 0)) {
        console.tell("nothing is to be sent again");
        return all;
      }
      results.seek(end);
      return send(results, due) && all;
    } finally {
      ended.countDown();
    }
  }

  /** Stops, and says how to continue. For the moment when the process is told to end. */
  public void leave() {
    console.end();
    console.tell("");
    Exchange now;
    synchronized (this) {
      left = true;
      now = exchange;
    }
    if (now != null) {
      now.stop();
      try {
        ended.await(1, TimeUnit.MINUTES);
      } catch (InterruptedException alreadyLeaving) {
        Thread.currentThread().interrupt();
      }
    }
    console.tell("left; the same command sends the rest, and no request twice");
  }

  /** Reads the topics. Returns the end of the results at the first pass. */
  private TopicReader.Mark find(TopicReader results) throws CommandException {
    console.tell("looking for failed requests in %s ...", config.resultsTopic());
    TopicReader.Mark end = results.end();
    TopicReader.Mark start =
        options.since() == null
            ? results.beginning()
            : results.at(options.since().minus(CLOCK_MARGIN));
    results.seek(start);
    results.drain(failed::takeResult);
    failed.allResultsRead();
    List<String> topics = existingTopics();
    if (!topics.isEmpty()) {
      console.tell("looking for their records in %s ...", String.join(", ", topics));
      try (TopicReader requests = TopicReader.of(clients, topics)) {
        requests.drain(failed::takeRequest);
      }
    }
    failed.allRequestsRead();
    results.seek(start);
    results.drain(failed::takeSuccess);
    return end;
  }

  private List<String> existingTopics() throws CommandException {
    List<String> topics = new ArrayList<>(failed.topics());
    topics.removeAll(clients.missing(topics));
    return topics;
  }

  /** Lists what is and is not sent again; returns whether nothing is lost. */
  private boolean report() {
    for (FailedRequest.State state : FailedRequest.State.values()) {
      long count = count(state);
      if (count == 0) {
        continue;
      }
      boolean listed =
          state == FailedRequest.State.GONE
              || state == FailedRequest.State.EXHAUSTED
              || (state == FailedRequest.State.DUE && options.dryRun());
      String what =
          switch (state) {
            case DUE -> "to be sent again";
            case IN_FLIGHT -> "in flight: an earlier run sent them again, results are to come";
            case REVOKED_SINCE -> "not sent: their keys were revoked since";
            case EXHAUSTED -> "not sent: they were sent again three times";
            case GONE -> "lost: retention or purge has taken the records; their keys may be live";
          };
      console.tell(Submission.requests(count) + " " + what);
      if (listed) {
        failed.all().stream()
            .filter(request -> request.state() == state)
            .forEach(
                request ->
                    console.print(
                        state.name().toLowerCase(java.util.Locale.ROOT) + "  " + request.line()));
      }
    }
    if (failed.isFull()) {
      console.tell("there are more failed requests than one run takes: run it again afterwards");
    }
    return count(FailedRequest.State.GONE) == 0
        && count(FailedRequest.State.EXHAUSTED) == 0
        && !failed.isFull();
  }

  private long count(FailedRequest.State state) {
    return failed.all().stream().filter(request -> request.state() == state).count();
  }

  private boolean send(TopicReader results, long due) throws CommandException {
    SentRecords sent = new SentRecords(failed.topics().toArray(String[]::new));
    RedriveRows rows = new RedriveRows(failed.all(), sent);
    BatchProgress progress = rows.progress();
    ResultCollector collector = new ResultCollector(progress, sent, null, failed::takeSuccess);
    Exchange.End end = Exchange.End.DONE;
    if (due > 0 || options.waits()) {
      Exchange running =
          new Exchange(
              clients,
              "The same command sends the rest",
              progress,
              sent,
              console,
              time,
              options.timeout());
      if (!begin(running)) {
        return false;
      }
      long before = progress.sent();
      try (Again again = new Again(TopicReader.of(clients, existingTopics()), rows)) {
        end = running.run(again, rows.size(), collector, results, options.waits());
      }
      console.tell("sent %s again", Submission.requests(progress.sent() - before));
    }
    return conclude(rows, collector, end);
  }

  /** Whether to send: {@link #leave} may have been called before. */
  private synchronized boolean begin(Exchange running) {
    exchange = left ? null : running;
    return !left;
  }

  private boolean conclude(RedriveRows rows, ResultCollector collector, Exchange.End end) {
    long unsent = rows.unsent();
    if (unsent > 0) {
      console.tell("%s were not sent; the same command sends them", Submission.requests(unsent));
    }
    if (!options.waits()) {
      return unsent == 0 && end == Exchange.End.DONE;
    }
    BatchProgress progress = rows.progress();
    long missing = progress.waiting();
    console.table(progress.counts(), missing);
    console.failures(
        collector.failures(),
        progress.answered() - progress.successes(),
        "bin/revoker watch " + SubmitOptions.configHint(options.config()).strip());
    if (end == Exchange.End.TIMED_OUT) {
      console.tell(
          "--timeout is over: %d of %d requests have no result", missing + unsent, rows.size());
    }
    return rows.allSucceeded();
  }

  /** Reads the request topics once more, and sends what is due, no faster than the rate. */
  private final class Again implements RequestSender.Requests, AutoCloseable {
    private final TopicReader requests;
    private final RedriveRows rows;
    private final BitSet handedOut = new BitSet();
    private final TopicReader.Mark end;
    private final Deque<ConsumerRecord<byte[], byte[]>> read = new ArrayDeque<>();
    private final CountDownLatch never = new CountDownLatch(1);
    private long nextNanos;

    Again(TopicReader requests, RedriveRows rows) throws CommandException {
      this.requests = requests;
      this.rows = rows;
      this.end = requests.end();
      this.nextNanos = time.nanos();
    }

    @Override
    public RequestSender.@Nullable Outgoing next()
        throws IOException, CommandException, InterruptedException {
      while (true) {
        ConsumerRecord<byte[], byte[]> record = read.poll();
        if (record == null && requests.reached(end)) {
          return null;
        }
        if (record == null) {
          requests.poll(POLL, read::add);
          continue;
        }
        FailedRequest request = failed.requestAt(record);
        int row = request == null ? 0 : rows.rowOf(request);
        if (request != null && row > 0 && isDue(request) && !handedOut.get(row)) {
          handedOut.set(row);
          pace();
          // Asked after the pause: another request may have revoked the key meanwhile.
          if (isDue(request)) {
            return new RequestSender.Outgoing(row, failed.again(request, record));
          }
        }
      }
    }

    private static boolean isDue(FailedRequest request) {
      return request.state() == FailedRequest.State.DUE;
    }

    private void pace() throws InterruptedException {
      long wait = nextNanos - time.nanos();
      if (wait > 0) {
        never.await(wait, TimeUnit.NANOSECONDS);
      }
      nextNanos = Math.max(nextNanos, time.nanos()) + TimeUnit.SECONDS.toNanos(1) / options.rate();
    }

    @Override
    public void close() {
      requests.close();
    }
  }
}
