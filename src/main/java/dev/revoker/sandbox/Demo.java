package dev.revoker.sandbox;

import dev.revoker.api.Api;
import dev.revoker.model.Secret;
import dev.revoker.time.Time;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The demo: a real worker revokes keys that it reads from a real broker, at the sandbox's API. The
 * demo kills the worker and stops the API for a while. Then it compares all results with the
 * sandbox and logs in with every key.
 */
public final class Demo {
  /** Few calls at a time, so that the kill interrupts some of them; short time-outs. */
  private static final Map<String, String> WORKER =
      Map.of(
          "max.in.flight", "12",
          "breaker.open.wait.ms", "2000",
          "consumer.session.timeout.ms", "3000",
          "consumer.heartbeat.interval.ms", "1000",
          "producer.transaction.timeout.ms", "3000",
          "producer.delivery.timeout.ms", "3000",
          "producer.request.timeout.ms", "2000");

  private static final double API_MS = 200;
  private static final long OUTAGE_MS = 10_000;
  private static final long STEP_TIMEOUT_MS = 60_000;
  private static final int CONTROL_KEYS = 1;

  private final LocalStack stack;
  private final Api api;
  private final DemoScreen screen;
  private final Time time;

  /**
   * A demo on this stack.
   *
   * @param api the client that logs in with the keys at the end
   * @param columns the width of the terminal for the progress bar; 0 means plain lines
   */
  public Demo(LocalStack stack, Api api, PrintWriter out, int columns, Time time) {
    this.stack = stack;
    this.api = api;
    this.screen = new DemoScreen(out, time, columns);
    this.time = time;
  }

  /** Runs the demo. Returns whether all checks passed; prints those that failed. */
  public boolean play() {
    stack.api().faults(Faults.NONE.with(Latency.fixed(API_MS)));
    Secret control = stack.api().generateKeys(LocalStack.ACCOUNT, CONTROL_KEYS).getFirst();
    String servers = stack.broker().bootstrapServers();
    try (WorkerProcess worker = stack.startWorker("worker", WORKER);
        ResultLog results = new ResultLog(servers, LocalStack.RESULTS);
        Submitter submitter = new Submitter(servers)) {
      DemoBatch batch = new DemoBatch(stack.api(), submitter, time);
      batch.sendFirst();
      screen.tell(
          String.format(
              Locale.ROOT,
              "Sent %d requests. Some are malformed, expired, repeated or for unknown keys.",
              batch.size()));
      screen.begin(batch.size());
      killAndRestart(worker, results, batch);
      int urgent = batch.sendUrgentLater();
      screen.tell(
          String.format(
              Locale.ROOT, "Sent %d urgent requests while standard requests wait.", urgent));
      outage(results, batch);
      await("a result for every request", results, batch, () -> results.count() >= batch.size());
      int exitCode = worker.stop();
      screen.tell("Stopped the worker with SIGTERM. Its exit code is " + exitCode + ".");
      return prove(batch, results, control, exitCode);
    }
  }

  private void killAndRestart(WorkerProcess worker, ResultLog results, DemoBatch batch) {
    await("a quarter of the results", results, batch, () -> results.count() >= batch.size() / 4);
    worker.kill();
    screen.tell("Killed the worker (kill -9) during its calls, and started it again.");
    worker.restart();
    int before = results.count();
    await("results of the new worker", results, batch, () -> results.count() > before + 20);
  }

  private void outage(ResultLog results, DemoBatch batch) {
    stack.api().outage(Outage.REFUSE);
    screen.tell(
        String.format(
            Locale.ROOT,
            "Stopped the API for %d s. Requests wait, and none fails.",
            OUTAGE_MS / 1000));
    long until = time.millis() + OUTAGE_MS;
    await("the end of the outage", results, batch, () -> time.millis() >= until);
    stack.api().outage(Outage.NONE);
    screen.tell("Started the API again.");
  }

  private boolean prove(DemoBatch batch, ResultLog results, Secret control, int exitCode) {
    stack.api().faults(Faults.NONE);
    DemoProof proof = new DemoProof(batch.bySource(), results.bySource());
    screen.table(results.all());
    proof.oneResultEach();
    proof.truthful();
    int dead = proof.keysAreDead(api, LocalStack.ACCOUNT);
    proof.aLiveKeyLogsIn(api, LocalStack.ACCOUNT, control);
    proof.noLaneStarved();
    if (exitCode != 0) {
      proof
          .broken()
          .add(
              String.format(
                  Locale.ROOT, "The worker's exit code after SIGTERM is %d, not 0", exitCode));
    }
    List<String> broken = proof.broken();
    if (broken.isEmpty()) {
      screen.tell(
          "not_found: unknown keys, repeated requests, and keys that the killed worker removed.");
      screen.tell(
          String.format(
              Locale.ROOT, "Checked: each of %d requests has exactly one result.", batch.size()));
      screen.tell(
          String.format(
              Locale.ROOT, "Checked: the API refuses a login with each of %d revoked keys.", dead));
      screen.tell("Checked: the API accepts a login with a key that nobody asked to revoke.");
      screen.tell(
          String.format(
              Locale.ROOT,
              "Checked: urgent requests were faster (median: urgent %d ms, standard %d ms).",
              proof.medianWait("urgent").toMillis(),
              proof.medianWait("standard").toMillis()));
    } else {
      broken.stream().limit(20).forEach(line -> screen.tell("FAILED: " + line + "."));
    }
    return broken.isEmpty();
  }

  private void await(String what, ResultLog results, DemoBatch batch, BooleanSupplier done) {
    long deadline = time.millis() + STEP_TIMEOUT_MS;
    while (!done.getAsBoolean()) {
      if (time.millis() > deadline) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "waited %d s for %s; see the worker's log in %s",
                STEP_TIMEOUT_MS / 1000,
                what,
                stack.folder()));
      }
      pause();
      screen.progress(results::count, batch.size());
    }
  }

  private void pause() {
    Semaphore due = new Semaphore(0);
    time.after(100, due::release);
    try {
      if (!due.tryAcquire(1, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a timer did not fire within 1 s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
