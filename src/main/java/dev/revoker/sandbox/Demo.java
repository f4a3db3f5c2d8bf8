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
 * The whole story on this machine: real requests on a real broker are carried out by a real worker
 * against the sandbox; the worker is killed, the API goes down and comes back; then everything is
 * held against the truth.
 */
public final class Demo {
  /** Slow enough to be caught in the middle, and quick to recover. */
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
  private static final long PATIENCE_MS = 60_000;
  private static final int CONTROL_KEYS = 1;

  private final LocalStack stack;
  private final Api api;
  private final DemoScreen screen;
  private final Time time;

  /**
   * Plays on this stack.
   *
   * @param api to log in with the keys afterwards, as their owners would
   * @param columns how wide the terminal is that a bar is drawn on; 0 where there is none
   */
  public Demo(LocalStack stack, Api api, PrintWriter out, int columns, Time time) {
    this.stack = stack;
    this.api = api;
    this.screen = new DemoScreen(out, time, columns);
    this.time = time;
  }

  /** Whether everything that was promised held; what did not is shown. */
  public boolean play() {
    stack.api().faults(Faults.NONE.with(Latency.fixed(API_MS)));
    Secret control = stack.api().generateKeys(LocalStack.ACCOUNT, CONTROL_KEYS).getFirst();
    String servers = stack.broker().bootstrapServers();
    try (WorkerProcess worker = stack.startWorker("worker", WORKER);
        ResultLog results = new ResultLog(servers, LocalStack.RESULTS);
        Submitter submitter = new Submitter(servers)) {
      DemoBatch batch = new DemoBatch(stack.api(), submitter);
      batch.sendFirst();
      screen.tell(batch.size() + " requests are sent, in both lanes, odd ones among them");
      screen.begin(batch.size());
      killAndRestart(worker, results, batch);
      batch.sendUrgentLater();
      screen.tell("urgent requests are sent behind the standard ones");
      outage(results, batch);
      await("every request has its result", results, batch, () -> results.count() >= batch.size());
      int exitCode = worker.stop();
      screen.tell("the worker is stopped by SIGTERM: exit code " + exitCode);
      return prove(batch, results, control, exitCode);
    }
  }

  private void killAndRestart(WorkerProcess worker, ResultLog results, DemoBatch batch) {
    await("a quarter is answered", results, batch, () -> results.count() >= batch.size() / 4);
    worker.kill();
    screen.tell("the worker is killed (kill -9) with calls under way, and started again");
    worker.restart();
    int before = results.count();
    await("the new worker goes on", results, batch, () -> results.count() > before + 20);
  }

  private void outage(ResultLog results, DemoBatch batch) {
    stack.api().outage(Outage.REFUSE);
    screen.tell("the API goes down for " + OUTAGE_MS / 1000 + " s: requests wait, none fails");
    long until = time.millis() + OUTAGE_MS;
    await("the outage lasts", results, batch, () -> time.millis() >= until);
    stack.api().outage(Outage.NONE);
    screen.tell("the API is back");
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
      proof.broken().add("the worker's exit code after SIGTERM is " + exitCode);
    }
    List<String> broken = proof.broken();
    if (broken.isEmpty()) {
      screen.tell("proven: exactly one result for each of " + batch.size() + " requests");
      screen.tell(
          "proven: each of " + dead + " keys is refused at login (and a control key is not)");
      screen.tell(
          String.format(
              Locale.ROOT,
              "proven: no lane starved (median wait: urgent %d ms, standard %d ms)",
              proof.medianWait("urgent").toMillis(),
              proof.medianWait("standard").toMillis()));
    } else {
      broken.stream().limit(20).forEach(line -> screen.tell("BROKEN: " + line));
    }
    return broken.isEmpty();
  }

  private void await(String what, ResultLog results, DemoBatch batch, BooleanSupplier done) {
    long deadline = time.millis() + PATIENCE_MS;
    while (!done.getAsBoolean()) {
      if (time.millis() > deadline) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "after %d s it is still not so that %s; the worker's log is in %s",
                PATIENCE_MS / 1000,
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
        throw new IllegalStateException("the timers stand still");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
