package dev.revoker.submit;

import dev.revoker.config.Config;
import dev.revoker.message.Fingerprints;
import dev.revoker.model.Outcome;
import dev.revoker.submit.FailedRequest.State;
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
  private final WaitClock wait;
  private final int atOnce;
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
    this(config, options, console, time, FailedRequests.MAX_REQUESTS);
  }

  /**
   * As above.
   *
   * @param atOnce how many failed requests are held in memory
   */
  Redrive(Config config, Options options, Console console, Time time, int atOnce) {
    this.atOnce = atOnce;
    this.config = config;
    this.options = options;
    this.console = console;
    this.time = time;
    this.clients = new KafkaClients(config.kafka());
    this.wait = new WaitClock(time, options.timeout());
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
      TopicReader.Mark end = results.end();
      TopicReader.Mark start =
          options.since() == null
              ? results.beginning()
              : results.at(options.since().minus(CLOCK_MARGIN));
      TopicReader.Mark next = start;
      Totals totals = new Totals();
      boolean more = true;
      while (more) {
        FailedRequests failed =
            new FailedRequests(
                atOnce,
                options.since(),
                options.outcomes(),
                new Fingerprints(config.fingerprintSecret()));
        console.tell("looking for failed requests in %s ...", config.resultsTopic());
        results.seek(next);
        results.drain(end, failed::isFull, failed::takeResult);
        next = results.position().with(failed.rest());
        more = failed.isFull();
        findRecords(failed);
        results.seek(start);
        results.drain(failed::takeAnswer);
        if (more) {
          console.tell(
              "these are the first %d failed requests; others follow. --outcome and --since"
                  + " select fewer",
              atOnce);
        }
        totals.all &= report(failed);
        totals.due += count(failed, State.DUE);
        totals.inFlight += count(failed, State.IN_FLIGHT);
        if (!options.dryRun() && !send(failed, results, totals) && more) {
          console.tell("the other failed requests were not looked at; the same command does");
          more = false;
        }
      }
      return conclude(totals);
    } finally {
      ended.countDown();
    }
  }

  /** What was found, and whether all of it is well. */
  private static final class Totals {
    private boolean all = true;
    private long due;
    private long inFlight;
  }

  private boolean conclude(Totals totals) {
    if (options.dryRun()) {
      console.tell("would send %s again; nothing was sent", Submission.requests(totals.due));
      return true;
    }
    if (totals.due == 0 && (!options.waits() || totals.inFlight == 0)) {
      console.tell("nothing is to be sent again");
    }
    return totals.all;
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

  private void findRecords(FailedRequests failed) throws CommandException {
    List<String> topics = existingTopics(failed);
    if (!topics.isEmpty()) {
      console.tell("looking for their records in %s ...", String.join(", ", topics));
      try (TopicReader requests = TopicReader.of(clients, topics)) {
        TopicReader.Mark beginning = requests.beginning();
        requests.drain(failed::takeRequest);
        requests.seek(beginning);
        requests.drain(failed::takeCopy);
      }
    }
  }

  private List<String> existingTopics(FailedRequests failed) throws CommandException {
    List<String> topics = new ArrayList<>(failed.topics());
    topics.removeAll(clients.missing(topics));
    return topics;
  }

  /** Lists what is and is not sent again; returns whether nothing is lost. */
  private boolean report(FailedRequests failed) {
    for (State state : State.values()) {
      long count = count(failed, state);
      if (count == 0 || state == State.ANSWERED_SINCE) {
        continue;
      }
      boolean listed =
          state == State.GONE
              || state == State.EXHAUSTED
              || (state == State.DUE && options.dryRun());
      String what =
          switch (state) {
            case DUE -> "to be sent again";
            case IN_FLIGHT -> "in flight: they were sent again, results are to come";
            case REVOKED_SINCE -> "not sent: their keys were revoked since";
            case EXHAUSTED -> "not sent: they were sent again three times";
            case GONE -> "lost: retention or purge has taken the records; their keys may be live";
            case ANSWERED_SINCE -> "answered since";
          };
      console.tell(Submission.requests(count) + " " + what);
      if (listed) {
        failed
            .in(state)
            .forEach(
                request ->
                    console.print(
                        state.name().toLowerCase(java.util.Locale.ROOT) + "  " + request.line()));
      }
    }
    return count(failed, State.GONE) == 0 && count(failed, State.EXHAUSTED) == 0;
  }

  private static long count(FailedRequests failed, State state) {
    return failed.in(state).count();
  }

  /** Sends, and waits where the command waits; returns whether that ended by itself. */
  private boolean send(FailedRequests failed, TopicReader results, Totals totals)
      throws CommandException {
    SentRecords sent = new SentRecords(failed.topics().toArray(String[]::new));
    RedriveRows rows = new RedriveRows(failed, sent);
    if (count(failed, State.DUE) == 0 && (!options.waits() || rows.size() == 0)) {
      return true;
    }
    BatchProgress progress = rows.progress();
    ResultCollector collector = new ResultCollector(progress, sent, null, failed::takeSuccess);
    Exchange running =
        new Exchange(clients, "The same command sends the rest", progress, sent, console, wait);
    if (!begin(running)) {
      totals.all = false;
      return false;
    }
    long before = progress.sent();
    Exchange.End end;
    try (Again again = new Again(failed, TopicReader.of(clients, existingTopics(failed)), rows)) {
      end = running.run(again, rows.size(), collector, results, options.waits());
    }
    console.tell("sent %s again", Submission.requests(progress.sent() - before));
    totals.all &= reportSent(rows, collector, end);
    return end == Exchange.End.DONE;
  }

  /** Whether to send: {@link #leave} may have been called before. */
  private synchronized boolean begin(Exchange running) {
    exchange = left ? null : running;
    return !left;
  }

  private boolean reportSent(RedriveRows rows, ResultCollector collector, Exchange.End end) {
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
    private final FailedRequests failed;
    private final TopicReader requests;
    private final RedriveRows rows;
    private final BitSet handedOut = new BitSet();
    private final TopicReader.Mark end;
    private final Deque<ConsumerRecord<byte[], byte[]>> read = new ArrayDeque<>();
    private final CountDownLatch never = new CountDownLatch(1);
    private long nextNanos;

    Again(FailedRequests failed, TopicReader requests, RedriveRows rows) throws CommandException {
      this.failed = failed;
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
        FailedRequest request = failed.failedAt(record);
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
      return request.state() == State.DUE;
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
