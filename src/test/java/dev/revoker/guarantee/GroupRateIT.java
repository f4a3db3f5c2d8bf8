package dev.revoker.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.sandbox.Endpoint;
import dev.revoker.sandbox.SandboxLedger;
import dev.revoker.sandbox.WorkerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contract, section 6: {@code rate.limit.per.second} counts the calls of the whole group. */
class GroupRateIT {
  private static final int PER_SECOND = 50;
  private static final int TENTHS = 10;
  private static final int WINDOW = 10 * TENTHS;
  private static final int REQUESTS = 2_000;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void theGroupKeepsItsRateThroughARollingRestart(int size) {
    try (Scene scene = new Scene(Map.of("rate.limit.per.second", "" + PER_SECOND));
        ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor()) {
      List<WorkerProcess> workers = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        workers.add(scene.worker());
      }
      workers.forEach(scene::awaitReady);
      scene.submitKeys("standard", REQUESTS, Map.of());
      scene.submitKeys("urgent", REQUESTS / 2, Map.of());
      // The calls so far, ten times a second.
      List<Long> calls = new CopyOnWriteArrayList<>();
      SandboxLedger ledger = scene.stack().api().ledger();
      sampler.scheduleAtFixedRate(
          () -> calls.add(calls(ledger)), 0, 1000 / TENTHS, TimeUnit.MILLISECONDS);

      for (WorkerProcess worker : workers) {
        worker.close();
        scene.awaitReady(scene.worker());
      }
      scene.awaitUntil(
          () -> calls.size() > WINDOW + TENTHS && calls.getLast() - calls.getFirst() >= PER_SECOND);
      sampler.shutdown();

      long most = most(calls, WINDOW);
      System.out.printf(
          "group rate: limit %d, %d workers, each restarted: calls each second %s; most in 10 s:"
              + " %d%n",
          PER_SECOND, size, eachSecond(calls), most);
      // As sim.GroupRateNotExceeded: one burst is a second's calls and a portion for each worker.
      assertThat(most)
          .as("calls in any ten seconds")
          .isBetween((long) PER_SECOND, 11L * PER_SECOND + 2L * size);
    }
  }

  /** Without logouts: a worker that stops closes its sessions at once, beside the rate. */
  private static long calls(SandboxLedger ledger) {
    return ledger.calls(Endpoint.REMOVE_API_KEY) + ledger.calls(Endpoint.LOGIN);
  }

  private static long most(List<Long> calls, int window) {
    long most = 0;
    for (int i = window; i < calls.size(); i++) {
      most = Math.max(most, calls.get(i) - calls.get(i - window));
    }
    return most;
  }

  private static List<Long> eachSecond(List<Long> calls) {
    List<Long> each = new ArrayList<>();
    for (int i = TENTHS; i < calls.size(); i += TENTHS) {
      each.add(calls.get(i) - calls.get(i - TENTHS));
    }
    return each;
  }
}
