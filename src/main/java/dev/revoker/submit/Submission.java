package dev.revoker.submit;

import dev.revoker.config.Config;
import dev.revoker.message.Fingerprints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code submit}: everything is checked, then it is sent, then its results are waited
 * for. Memory does not grow with the input, but for a few bytes a row. One thread runs it; {@link
 * #leave} is for another.
 */
public final class Submission {
  private static final String USUAL_LANE = "standard";
  private static final Duration POLL = Duration.ofMillis(200);

  private final Config config;
  private final Order order;
  private final Screen screen;
  private final Brokers brokers;
  private final Fingerprints fingerprints;
  private final Composer composer;

  /** What is being sent; null before that. */
  private volatile @Nullable Going going;

  private record Going(Batch batch, Ledger ledger, Sender sender) {}

  /** What was checked, and how to read it again. */
  private record Job(Input input, Kind kind, Composer composer, Checked checked, Batch batch) {
    Pass pass() throws IOException, Trouble {
      return new Pass(input, kind, composer, batch);
    }
  }

  public Submission(Config config, Order order, Screen screen) {
    this.config = config;
    this.order = order;
    this.screen = screen;
    this.brokers = new Brokers(config.kafka());
    this.fingerprints = new Fingerprints(config.fingerprintSecret());
    this.composer = new Composer(fingerprints, order.defaults());
  }

  /**
   * Runs.
   *
   * @return whether everything that was asked for came to pass: each row valid, sent, and, where it
   *     waits, its key revoked
   * @throws Trouble where it cannot go on
   * @throws IOException where a file fails
   */
  public boolean run(Input input) throws Trouble, IOException {
    String topic = topic();
    String id = order.batch();
    if (id != null && !Batch.isId(id)) {
      throw Trouble.usage("--batch: must be 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    String wrong = composer.faultOfDefaults();
    if (wrong != null) {
      throw Trouble.usage("options: " + wrong);
    }
    Report report = order.report() == null ? null : Report.to(order.report());
    Kind kind = Kind.of(input, order.format());
    Checked checked = check(input, kind, id == null ? Batch.unknownId() : id);
    if (checked.bad() > 0 && !order.skipInvalid()) {
      screen.tell(
          "%d of %d rows are not valid: nothing was sent. --skip-invalid sends the rest"
              .formatted(checked.bad(), checked.rows()));
      return false;
    }
    if (checked.broken()) {
      throw Trouble.failed(
          "how many rows there are behind that can't be told, so not even --skip-invalid sends any:"
              + " nothing was sent");
    }
    if (checked.good() == 0) {
      throw Trouble.failed("there is nothing to send in it");
    }
    String used = id == null ? Batch.idOf(checked.digest(), fingerprints) : id;
    Job job = new Job(input, kind, composer, checked, new Batch(used, checked.good()));
    return carryOut(job, topic, report) && checked.bad() == 0;
  }

  /** Says how to come back. For when the process is told to end. */
  public void leave() {
    screen.end();
    Going now = going;
    screen.tell("");
    if (now == null) {
      screen.tell("left: nothing was sent");
      return;
    }
    now.sender().leave();
    screen.tell(
        "left: %s of batch %s on the way or done, %d of %d rows have a result"
            .formatted(
                requests(now.ledger().sent()),
                now.batch().id(),
                now.ledger().answered(),
                now.batch().size()));
    screen.tell("  what was sent goes on; see it:   " + comeBack(now.batch()));
    screen.tell("  send what was not, and wait:     the same command with --resume");
  }

  private String topic() throws Trouble {
    String wanted = order.lane();
    for (Config.Lane lane : config.lanes()) {
      if (lane.name().equals(wanted == null ? USUAL_LANE : wanted)) {
        return lane.topic();
      }
    }
    if (wanted == null) {
      return config.lanes().getLast().topic();
    }
    throw Trouble.usage(
        "--lane: must be one of lanes (%s)"
            .formatted(String.join(", ", config.lanes().stream().map(Config.Lane::name).toList())));
  }

  private Checked check(Input input, Kind kind, String id) throws IOException, Trouble {
    Pass pass = new Pass(input, kind, composer, new Batch(id, 0));
    pass.ignoredColumns().forEach(name -> screen.tell("the column " + name + " is ignored"));
    return Checked.read(pass, bad -> screen.tell("line %d: %s".formatted(bad.line(), bad.why())));
  }

  private boolean carryOut(Job job, String topic, @Nullable Report report)
      throws IOException, Trouble {
    if (order.dryRun()) {
      DryRun.print(job.pass(), screen);
      screen.tell(
          "would send %s to %s as batch %s; nothing was sent"
              .formatted(requests(job.checked().good()), topic, job.batch().id()));
      return true;
    }
    Ledger ledger = new Ledger(job.checked().rows());
    Prints prints = new Prints(job.checked().rows());
    if (order.waits() || order.resume()) {
      brokers.require(List.of(topic, config.resultsTopic()));
      return withResults(job, topic, ledger, prints, report);
    }
    brokers.require(List.of(topic));
    send(job, topic, ledger, prints, row -> true, null, null);
    return true;
  }

  private boolean withResults(
      Job job, String topic, Ledger ledger, Prints prints, @Nullable Report report)
      throws IOException, Trouble {
    try (Tail results = Tail.of(brokers, List.of(config.resultsTopic()));
        Spool spool = Spool.open()) {
      Harvest harvest =
          new Harvest(
              job.batch(), ledger, prints, job.checked().rows(), report == null ? null : spool);
      LongPredicate wanted = row -> true;
      if (order.resume()) {
        wanted = lookBack(job, harvest, results);
      } else {
        results.seek(results.end());
      }
      if (!order.waits()) {
        send(job, topic, ledger, prints, wanted, null, null);
        return true;
      }
      send(job, topic, ledger, prints, wanted, harvest, results);
      screen.table(ledger.counts(), job.checked().good() - ledger.answered());
      String all = report == null ? "--report FILE" : String.valueOf(order.report());
      screen.failures(harvest.failures(), ledger.answered() - ledger.successes(), all);
      if (report != null) {
        report.write(job.pass(), job.checked().digest(), spool);
        screen.tell("%s: %d rows".formatted(order.report(), report.rows()));
      }
      return ledger.successes() == job.checked().good();
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private LongPredicate lookBack(Job job, Harvest harvest, Tail results)
      throws IOException, Trouble {
    screen.tell("looking for what became of batch " + job.batch().id() + " before ...");
    Resume resume = new Resume(job.batch(), harvest);
    resume.lookBack(
        brokers, config.lanes().stream().map(Config.Lane::topic).toList(), results, job.pass());
    screen.tell(
        "of %d rows %d are revoked and %d under way"
            .formatted(
                job.checked().good(), harvest.ledger().successes(), harvest.ledger().waiting()));
    if (harvest.ledger().answered() == 0 && harvest.ledger().waiting() == 0) {
      screen.tell(
          "nothing of this batch was ever sent, so all of it is. If the file was changed since, the"
              + " batch's id is another: Ctrl-C now, and give the one of then with --batch");
    }
    return resume::wants;
  }

  /** Sends; where there is a harvest, brings it in meanwhile and until it is complete. */
  private void send(
      Job job,
      String topic,
      Ledger ledger,
      Prints prints,
      LongPredicate wanted,
      @Nullable Harvest harvest,
      @Nullable Tail results)
      throws IOException, Trouble {
    long before = ledger.sent();
    Pass pass = job.pass();
    screen.tell("sending batch " + job.batch().id());
    try (Sender sender = new Sender(brokers.producer(), topic, job.batch(), ledger, prints)) {
      going = new Going(job.batch(), ledger, sender);
      Sending sending = new Sending(sender, pass, wanted);
      if (harvest == null || results == null) {
        sending.run();
      } else {
        bringIn(sending, job, harvest, results);
      }
      Exception failure = sending.failure();
      if (failure == null && sender.rows() != job.checked().good()) {
        throw Trouble.failed(
            ("%d rows were valid, and %d could be sent: a key or a token stands in what the batch"
                    + " adds to its row. With another --batch it may not")
                .formatted(job.checked().good(), sender.rows()));
      }
      if (failure != null) {
        throw Trouble.failed(
            "sent %s, then it failed (%s). The same command with --resume sends the rest"
                .formatted(
                    requests(ledger.sent() - before),
                    Trouble.ofKafka("sending", failure, brokers.addresses()).text()));
      }
    }
    if (!Arrays.equals(pass.digest(), job.checked().digest())) {
      throw Trouble.failed("the file was changed while it was sent: not all of it was checked");
    }
    screen.tell(
        "sent %s to %s as batch %s"
            .formatted(requests(ledger.sent() - before), topic, job.batch().id()));
    if (harvest == null) {
      screen.tell("see what becomes of them: " + comeBack(job.batch()));
    }
  }

  private void bringIn(Sending sending, Job job, Harvest harvest, Tail results) throws Trouble {
    Ledger ledger = harvest.ledger();
    screen.begin(job.checked().good(), ledger.answered());
    Thread thread = Thread.ofPlatform().name("sender").daemon().start(sending);
    try {
      while (thread.isAlive() || (ledger.waiting() > 0 && sending.failure() == null)) {
        results.poll(POLL, harvest::take);
        screen.progress(ledger, results.connected());
      }
    } finally {
      screen.end();
      sending.stop();
    }
  }

  private static String requests(long count) {
    return count + (count == 1 ? " request" : " requests");
  }

  private static String comeBack(Batch batch) {
    return "bin/revoker watch --batch " + batch.id();
  }
}
