package dev.revoker.submit;

import dev.revoker.config.Config;
import dev.revoker.message.Fingerprints;
import dev.revoker.time.Time;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code submit}: validates every row, then sends each key once, then waits for the
 * results and reports them. Memory grows by a few bytes a row. One thread runs it; {@link #leave}
 * is for another thread.
 */
public final class Submission {
  private static final String USUAL_LANE = "standard";
  private static final int MAX_ROWS_NAMED = 10;
  private static final long MAX_LEAVE_MINUTES = 5;

  private final Config config;
  private final SubmitOptions options;
  private final Console console;
  private final Time time;
  private final KafkaClients clients;
  private final Fingerprints fingerprints;
  private final RequestComposer composer;
  private final CountDownLatch ended = new CountDownLatch(1);

  private boolean left;

  /** The batch that is being sent; null before that. */
  private @Nullable PreparedBatch sending;

  public Submission(Config config, SubmitOptions options, Console console, Time time) {
    this.config = config;
    this.options = options;
    this.console = console;
    this.time = time;
    this.clients = new KafkaClients(config.kafka());
    this.fingerprints = new Fingerprints(config.fingerprintSecret());
    this.composer =
        new RequestComposer(
            fingerprints,
            options.defaults(),
            RequestComposer.encryption(config.encryption().encryptionKey()));
  }

  /**
   * Runs.
   *
   * @return whether each row is valid and was sent and, where the command waits, has succeeded
   * @throws CommandException where it cannot continue
   * @throws IOException where a file fails
   */
  public boolean run(InputFile input) throws CommandException, IOException {
    try {
      checkOptions();
      String topic = topic();
      ReportFile report =
          options.report() == null
              ? null
              : ReportFile.of(options.report(), input, options.overwrite());
      InputFormat format = InputFormat.of(input, options.format(), options.rules());
      InputScan.ScanSummary summary = validate(input, format);
      if (summary.invalid() > 0 && !options.skipInvalid()) {
        console.tell(
            "%d of %d rows are not valid: nothing was sent. --skip-invalid sends the rest",
            summary.invalid(), summary.rows());
        return false;
      }
      if (summary.rows() == 0 && format.type().isReport() && options.rules().isEmpty()) {
        console.tell("the report has no finding to send");
        return true;
      }
      requireSendable(summary);
      PreparedBatch batch = prepare(input, format, summary, topic);
      reportRepeated(batch);
      return perform(batch, report) && summary.invalid() == 0;
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    } finally {
      ended.countDown();
    }
  }

  /**
   * Stops sending and waiting, lets {@link #run} write the report, and says how to continue. For
   * the moment when the process is told to end.
   */
  public void leave() {
    console.end();
    PreparedBatch batch;
    synchronized (this) {
      left = true;
      batch = sending;
    }
    console.tell("");
    if (batch == null) {
      console.tell("left: nothing was sent");
      return;
    }
    batch.exchange().stop();
    try {
      if (!ended.await(MAX_LEAVE_MINUTES, TimeUnit.MINUTES)) {
        console.tell("the report is not complete, and is not written");
      }
    } catch (InterruptedException alreadyLeaving) {
      Thread.currentThread().interrupt();
    }
    BatchProgress progress = batch.progress();
    console.tell(
        "left: %s of batch %s sent, %d of %d have a result",
        requests(progress.sent()), batch.name(), progress.answered(), batch.requests());
    console.tell("  what was sent is processed; watch it:   " + watchCommand(batch.id()));
    console.tell(
        "  send the rest, and wait:                the same command with --resume"
            + (options.report() == null ? "" : " --overwrite"));
  }

  private void checkOptions() throws CommandException {
    if (options.batch() != null && !SubmitBatch.isId(options.batch())) {
      throw CommandException.usage("--batch: must be 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    String wrong = composer.faultOfDefaults();
    if (wrong != null) {
      throw CommandException.usage("options: " + wrong);
    }
  }

  private String topic() throws CommandException {
    String wanted = options.lane() == null ? USUAL_LANE : options.lane();
    for (Config.Lane lane : config.lanes()) {
      if (lane.name().equals(wanted)) {
        return lane.topic();
      }
    }
    if (options.lane() == null) {
      return config.lanes().getLast().topic();
    }
    List<String> names = config.lanes().stream().map(Config.Lane::name).toList();
    throw CommandException.usage("--lane: must be one of lanes (" + String.join(", ", names) + ")");
  }

  private InputScan.ScanSummary validate(InputFile input, InputFormat format)
      throws IOException, CommandException {
    String id = options.batch() == null ? SubmitBatch.unknownId() : options.batch();
    InputScan scan = new InputScan(input, format, composer, new SubmitBatch(id, 0));
    InputScan.ScanSummary summary =
        scan.summarize(invalid -> console.tell("line " + invalid.line() + ": " + invalid.why()));
    scan.notes().forEach(console::tell);
    return summary;
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
          "the input has %d rows, a batch at most %d: split it. Nothing was sent",
          summary.rows(), SubmitBatch.MAX_ROWS);
    }
  }

  private PreparedBatch prepare(
      InputFile input, InputFormat format, InputScan.ScanSummary summary, String topic) {
    RepeatedRows repeated = RepeatedRows.of(summary.keys(), summary.rows());
    String id =
        options.batch() == null
            ? SubmitBatch.idOf(summary.digest(), fingerprints)
            : options.batch();
    BatchProgress progress = new BatchProgress(summary.rows());
    SentRecords sent = new SentRecords(topic);
    Exchange exchange =
        new Exchange(
            clients,
            "The same command with --resume sends the rest",
            progress,
            sent,
            console,
            new WaitClock(time, options.timeout()));
    return new PreparedBatch(
        input,
        format,
        composer,
        summary,
        repeated,
        new SubmitBatch(id, summary.valid() - repeated.count()),
        topic,
        progress,
        sent,
        exchange);
  }

  /** Names the lines of the first rows whose key an earlier row has. */
  private void reportRepeated(PreparedBatch batch) throws IOException, CommandException {
    if (batch.repeated().count() == 0) {
      return;
    }
    int named = 0;
    InputScan scan = batch.scan();
    for (Row row = scan.next(); row != null && named < MAX_ROWS_NAMED; row = scan.next()) {
      long first = batch.repeated().firstOf(row.number());
      if (first > 0) {
        named++;
        console.tell("line %d: the same key as in row %d, sent once", row.line(), first);
      }
    }
    console.tell(
        "%d rows repeat the key of an earlier row: each key is sent once, and its outcome counts"
            + " for all its rows",
        batch.repeated().count());
  }

  private boolean perform(PreparedBatch batch, @Nullable ReportFile report)
      throws IOException, CommandException {
    if (options.dryRun()) {
      DryRun.print(batch.scan(), batch.repeated(), console);
      console.tell(
          "would send %s to %s as batch %s; nothing was sent",
          requests(batch.requests()), batch.topic(), batch.name());
      return true;
    }
    if (!options.waits() && !options.resume()) {
      clients.require(List.of(batch.topic()));
      return sendOnly(batch, row -> true);
    }
    clients.require(List.of(batch.topic(), config.resultsTopic()));
    try (TopicReader results = TopicReader.of(clients, List.of(config.resultsTopic()));
        ResultSpool spool = ResultSpool.open()) {
      ResultCollector collector =
          new ResultCollector(
              batch.progress(), batch.sent(), report == null ? null : spool, any -> {});
      LongPredicate wanted = row -> true;
      if (options.resume()) {
        wanted = lookBack(batch, collector, results);
      } else {
        results.seek(results.end());
      }
      return options.waits()
          ? sendAndWait(batch, wanted, collector, results, report, spool)
          : sendOnly(batch, wanted);
    }
  }

  private boolean sendOnly(PreparedBatch batch, LongPredicate wanted)
      throws IOException, CommandException {
    if (send(batch, wanted, null, null) != Exchange.End.DONE) {
      return false;
    }
    console.tell("watch their results: " + watchCommand(batch.id()));
    return true;
  }

  private boolean sendAndWait(
      PreparedBatch batch,
      LongPredicate wanted,
      ResultCollector collector,
      TopicReader results,
      @Nullable ReportFile report,
      ResultSpool spool)
      throws IOException, CommandException {
    Exchange.End end = send(batch, wanted, collector, results);
    if (end == Exchange.End.NOT_STARTED) {
      return false;
    }
    BatchProgress progress = batch.progress();
    var counts = progress.counts(batch.repeated());
    long counted = counts.values().stream().mapToLong(Integer::longValue).sum();
    console.table(counts, batch.summary().valid() - counted);
    String all = report == null ? "--report FILE" : String.valueOf(report.path());
    console.failures(collector.failures(), progress.answered() - progress.successes(), all);
    if (end == Exchange.End.TIMED_OUT) {
      nameMissing(batch);
    }
    if (report != null) {
      ReportWriter writer = new ReportWriter(report, batch.scan(), batch.repeated(), spool);
      long rows = writer.write(batch.summary());
      console.tell(report.path() + ": " + rows + " rows");
    }
    return progress.successes() == batch.requests();
  }

  private void nameMissing(PreparedBatch batch) throws IOException, CommandException {
    BatchProgress progress = batch.progress();
    console.tell(
        "--timeout is over: %d of %d requests have no result",
        batch.requests() - progress.answered(), batch.requests());
    int named = 0;
    InputScan scan = batch.scan();
    for (Row row = scan.next(); row != null && named < MAX_ROWS_NAMED; row = scan.next()) {
      if (row instanceof Row.Valid valid
          && batch.repeated().firstOf(row.number()) == 0
          && progress.outcome(row.number()) == null) {
        named++;
        console.tell(
            "  line %d, request %s, %s: %s",
            row.line(),
            valid.echo().requestId(),
            valid.fingerprint(),
            progress.isInFlight(row.number()) ? "no result yet" : "not sent");
      }
    }
    console.tell("what was sent is processed; watch it: " + watchCommand(batch.id()));
  }

  private LongPredicate lookBack(
      PreparedBatch batch, ResultCollector collector, TopicReader results)
      throws IOException, CommandException {
    console.tell("looking for earlier requests and results of batch %s ...", batch.name());
    BatchProgress progress = batch.progress();
    BatchHistory history =
        new BatchHistory(
            batch.id(), composer, batch.summary().keys(), progress, batch.sent(), collector);
    history.read(clients, config.lanes().stream().map(Config.Lane::topic).toList(), results);
    console.tell(
        "of %d requests %d have succeeded and %d are in flight",
        batch.requests(), progress.successes(), progress.waiting());
    if (history.foreign() > 0) {
      console.tell(
          "%d records name rows of this batch, but not the keys of your rows: they do not count."
              + " Another file was sent as this batch, or somebody else uses its id, or"
              + " fingerprint.secret is not the worker's",
          history.foreign());
    }
    if (progress.answered() == 0 && progress.waiting() == 0) {
      console.tell(
          "no row of this batch was sent before, so all are sent now. If the file was changed, its"
              + " batch id is another: press Ctrl-C, and give the earlier id with --batch");
    }
    return history::wants;
  }

  /** Sends; with a collector, also collects the results until each request has one. */
  private Exchange.End send(
      PreparedBatch batch,
      LongPredicate wanted,
      @Nullable ResultCollector collector,
      @Nullable TopicReader results)
      throws IOException, CommandException {
    if (!begin(batch)) {
      return Exchange.End.NOT_STARTED;
    }
    long before = batch.progress().sent();
    console.tell("sending batch " + batch.name());
    PreparedBatch.RowRequests rows = batch.requestsOf(wanted);
    Exchange.End end = batch.exchange().run(rows, batch.requests(), collector, results, true);
    if (end == Exchange.End.DONE) {
      rows.requireAllSeen();
    }
    console.tell(
        "sent %s to %s as batch %s",
        requests(batch.progress().sent() - before), batch.topic(), batch.name());
    return end;
  }

  /**
   * Whether to send: {@link #leave} may have been called before, and said that nothing was sent.
   */
  private synchronized boolean begin(PreparedBatch batch) {
    sending = left ? null : batch;
    return !left;
  }

  static String requests(long count) {
    return count + (count == 1 ? " request" : " requests");
  }

  private String watchCommand(SubmitBatch batch) {
    return "bin/revoker watch " + options.configHint() + "--batch " + batch.id();
  }
}
