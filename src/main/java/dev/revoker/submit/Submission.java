package dev.revoker.submit;

import dev.revoker.config.Config;
import dev.revoker.message.Fingerprints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code submit}: validates every row, then sends them, then waits for their results.
 * Memory grows by a few bytes a row. One thread runs it; {@link #leave} is for another thread.
 */
public final class Submission {
  private static final String USUAL_LANE = "standard";
  private static final Duration POLL = Duration.ofMillis(200);

  private final Config config;
  private final SubmitOptions options;
  private final Console console;
  private final KafkaClients clients;
  private final Fingerprints fingerprints;
  private final RequestComposer composer;

  /** The batch that is being sent; null before that. */
  private volatile @Nullable Sending sending;

  private record Sending(SubmitBatch batch, BatchProgress progress, RequestSender sender) {}

  /** A validated input, and how to read it again. */
  private record Job(
      InputFile input,
      InputFormat format,
      RequestComposer composer,
      InputScan.ScanSummary summary,
      SubmitBatch batch,
      String topic,
      BatchProgress progress,
      SentRecords sent) {
    InputScan scan() throws IOException, CommandException {
      return new InputScan(input, format, composer, batch);
    }
  }

  public Submission(Config config, SubmitOptions options, Console console) {
    this.config = config;
    this.options = options;
    this.console = console;
    this.clients = new KafkaClients(config.kafka());
    this.fingerprints = new Fingerprints(config.fingerprintSecret());
    this.composer = new RequestComposer(fingerprints, options.defaults());
  }

  /**
   * Runs.
   *
   * @return whether each row is valid and was sent and, where the command waits, has succeeded
   * @throws CommandException where it cannot continue
   * @throws IOException where a file fails
   */
  public boolean run(InputFile input) throws CommandException, IOException {
    String topic = topic();
    String id = options.batch();
    if (id != null && !SubmitBatch.isId(id)) {
      throw CommandException.usage("--batch: must be 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    String wrong = composer.faultOfDefaults();
    if (wrong != null) {
      throw CommandException.usage("options: " + wrong);
    }
    ReportFile report =
        options.report() == null
            ? null
            : ReportFile.of(options.report(), input, options.overwrite());
    InputFormat format = InputFormat.of(input, options.format());
    InputScan.ScanSummary summary =
        validate(input, format, id == null ? SubmitBatch.unknownId() : id);
    if (summary.invalid() > 0 && !options.skipInvalid()) {
      console.tell(
          summary.invalid()
              + " of "
              + summary.rows()
              + " rows are not valid: nothing was sent. --skip-invalid sends the rest");
      return false;
    }
    requireSendable(summary);
    String used = id == null ? SubmitBatch.idOf(summary.digest(), fingerprints) : id;
    Job job =
        new Job(
            input,
            format,
            composer,
            summary,
            new SubmitBatch(used, summary.valid()),
            topic,
            new BatchProgress(summary.rows()),
            new SentRecords(topic));
    return run(job, report) && summary.invalid() == 0;
  }

  /** Tells how to come back. For the moment when the process is told to end. */
  public void leave() {
    console.end();
    Sending now = sending;
    console.tell("");
    if (now == null) {
      console.tell("left: nothing was sent");
      return;
    }
    now.sender().leave();
    console.tell(
        String.format(
            Locale.ROOT,
            "left: %s of batch %s sent, %d of %d rows have a result",
            requests(now.progress().sent()),
            now.batch().id(),
            now.progress().answered(),
            now.batch().size()));
    console.tell("  what was sent is processed; watch it:   " + watchCommand(now.batch()));
    console.tell("  send the rest, and wait:                the same command with --resume");
  }

  private String topic() throws CommandException {
    String wanted = options.lane();
    for (Config.Lane lane : config.lanes()) {
      if (lane.name().equals(wanted == null ? USUAL_LANE : wanted)) {
        return lane.topic();
      }
    }
    if (wanted == null) {
      return config.lanes().getLast().topic();
    }
    throw CommandException.usage(
        String.format(
            Locale.ROOT,
            "--lane: must be one of lanes (%s)",
            String.join(", ", config.lanes().stream().map(Config.Lane::name).toList())));
  }

  private InputScan.ScanSummary validate(InputFile input, InputFormat format, String id)
      throws IOException, CommandException {
    InputScan scan = new InputScan(input, format, composer, new SubmitBatch(id, 0));
    scan.ignoredColumns().forEach(name -> console.tell("the column " + name + " is ignored"));
    return scan.summarize(invalid -> console.tell("line " + invalid.line() + ": " + invalid.why()));
  }

  private static void requireSendable(InputScan.ScanSummary summary) throws CommandException {
    if (summary.broken()) {
      throw CommandException.failed(
          "the number of rows after that is not known, so not even --skip-invalid sends any:"
              + " nothing was sent");
    }
    if (summary.valid() == 0) {
      throw CommandException.failed("the input has no row to send");
    }
    if (summary.rows() > SubmitBatch.MAX_ROWS) {
      throw CommandException.failed(
          String.format(
              Locale.ROOT,
              "the input has %d rows, a batch at most %d: split it. Nothing was sent",
              summary.rows(),
              SubmitBatch.MAX_ROWS));
    }
  }

  private boolean run(Job job, @Nullable ReportFile report) throws IOException, CommandException {
    if (options.dryRun()) {
      DryRun.print(job.scan(), console);
      console.tell(
          String.format(
              Locale.ROOT,
              "would send %s to %s as batch %s; nothing was sent",
              requests(job.summary().valid()),
              job.topic(),
              job.batch().id()));
      return true;
    }
    if (options.waits() || options.resume()) {
      clients.require(List.of(job.topic(), config.resultsTopic()));
      return runWithResults(job, report);
    }
    clients.require(List.of(job.topic()));
    send(job, row -> true, null, null);
    console.tell("watch their results: " + watchCommand(job.batch()));
    return true;
  }

  private boolean runWithResults(Job job, @Nullable ReportFile report)
      throws IOException, CommandException {
    BatchProgress progress = job.progress();
    try (TopicReader results = TopicReader.of(clients, List.of(config.resultsTopic()));
        ResultSpool spool = ResultSpool.open()) {
      ResultCollector collector =
          new ResultCollector(progress, job.sent(), report == null ? null : spool);
      LongPredicate wanted = row -> true;
      if (options.resume()) {
        wanted = lookBack(job, collector, results);
      } else {
        results.seek(results.end());
      }
      if (!options.waits()) {
        send(job, wanted, null, null);
        console.tell("watch their results: " + watchCommand(job.batch()));
        return true;
      }
      send(job, wanted, collector, results);
      console.table(progress.counts(), job.summary().valid() - progress.answered());
      String all = report == null ? "--report FILE" : String.valueOf(report.path());
      console.failures(collector.failures(), progress.answered() - progress.successes(), all);
      if (report != null) {
        long rows = new ReportWriter(report, job.scan(), spool).write(job.summary().digest());
        console.tell(report.path() + ": " + rows + " rows");
      }
      return progress.successes() == job.summary().valid();
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private LongPredicate lookBack(Job job, ResultCollector collector, TopicReader results)
      throws IOException, CommandException {
    console.tell("looking for earlier requests and results of batch " + job.batch().id() + " ...");
    BatchProgress progress = job.progress();
    BatchHistory history =
        new BatchHistory(job.batch(), composer.validator(), progress, job.sent(), collector);
    history.read(
        clients, config.lanes().stream().map(Config.Lane::topic).toList(), results, job.scan());
    console.tell(
        String.format(
            Locale.ROOT,
            "of %d rows %d are revoked and %d in flight",
            job.summary().valid(),
            progress.successes(),
            progress.waiting()));
    if (history.foreign() > 0) {
      console.tell(
          String.format(
                  Locale.ROOT,
                  "%d records name rows of this batch, but not the keys of your rows: they do not"
                      + " count.",
                  history.foreign())
              + " Another file was sent as this batch, or somebody else uses its id, or"
              + " fingerprint.secret is not the worker's");
    }
    if (progress.answered() == 0 && progress.waiting() == 0) {
      console.tell(
          "no row of this batch was sent before, so all are sent now. If the file was changed, its"
              + " batch id is another: press Ctrl-C, and give the earlier id with --batch");
    }
    return history::wants;
  }

  /** Sends; with a collector, also collects the results until each row has one. */
  private void send(
      Job job,
      LongPredicate wanted,
      @Nullable ResultCollector collector,
      @Nullable TopicReader results)
      throws IOException, CommandException {
    long before = job.progress().sent();
    InputScan scan = job.scan();
    console.tell("sending batch " + job.batch().id());
    try (RequestSender sender =
        new RequestSender(
            clients.producer(),
            job.topic(),
            job.batch(),
            job.progress(),
            job.sent(),
            scan,
            wanted)) {
      sending = new Sending(job.batch(), job.progress(), sender);
      if (collector == null || results == null) {
        sender.run();
      } else {
        collect(sender, job, collector, results);
      }
      requireAllSent(sender, job, job.progress().sent() - before);
    }
    if (!Arrays.equals(scan.digest(), job.summary().digest())) {
      throw CommandException.failed(
          "the file was changed while it was sent: not every row was validated");
    }
    console.tell(
        String.format(
            Locale.ROOT,
            "sent %s to %s as batch %s",
            requests(job.progress().sent() - before),
            job.topic(),
            job.batch().id()));
  }

  private void requireAllSent(RequestSender sender, Job job, long sent) throws CommandException {
    Exception failure = sender.failure();
    if (failure != null) {
      throw CommandException.failed(
          String.format(
              Locale.ROOT,
              "sent %s, then it failed (%s). The same command with --resume sends the rest",
              requests(sent),
              CommandException.ofKafka("sending", failure, clients.addresses()).text()));
    }
    if (sender.rows() != job.summary().valid()) {
      throw CommandException.failed(
          String.format(
              Locale.ROOT,
              "%d rows were valid, and %d could be sent: a key or token is part of the batch's id"
                  + " or size. Another --batch avoids it",
              job.summary().valid(),
              sender.rows()));
    }
  }

  private void collect(
      RequestSender sender, Job job, ResultCollector collector, TopicReader results)
      throws CommandException {
    BatchProgress progress = job.progress();
    console.begin(job.summary().valid(), progress.answered());
    Thread thread = Thread.ofPlatform().name("sender").daemon().start(sender);
    try {
      while (thread.isAlive() || (progress.waiting() > 0 && sender.failure() == null)) {
        results.pause(collector.isFull());
        results.poll(POLL, collector::take);
        collector.settle();
        console.progress(progress, results.connected());
      }
    } finally {
      console.end();
      sender.stop();
    }
  }

  private static String requests(long count) {
    return count + (count == 1 ? " request" : " requests");
  }

  private static String watchCommand(SubmitBatch batch) {
    return "bin/revoker watch --batch " + batch.id();
  }
}
