package dev.revoker.sim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Over any ten seconds the calls of all workers stay below {@code rate.limit.per.second} and one
 * burst: a second's calls, and one portion for each worker.
 */
final class GroupRateNotExceeded extends SimGuarantee {
  private static final int SECONDS = 10;

  private final int perSecond;
  private final Deque<Started> started = new ArrayDeque<>();
  private final Map<String, Integer> byWorker = new HashMap<>();

  private record Started(long atNanos, String worker) {}

  GroupRateNotExceeded(Simulation sim) {
    super(sim.world);
    perSecond = sim.scenario.config.limits().ratePerSecond();
  }

  @Override
  void onCall(SimWorker worker, RequestLedger.Call call) {
    if (perSecond == 0) {
      return;
    }
    started.addLast(new Started(world().nanos(), worker.name));
    byWorker.merge(worker.name, 1, Integer::sum);
    while (world().nanos() - started.getFirst().atNanos() > SECONDS * World.SECOND) {
      byWorker.computeIfPresent(
          started.removeFirst().worker(), (gone, calls) -> calls == 1 ? null : calls - 1);
    }
    long portion = Math.max(1, Math.round(perSecond / 50.0));
    long allowed = (long) (SECONDS + 1) * perSecond + portion * byWorker.size();
    int calls = started.size();
    ask(
        calls <= allowed,
        () -> calls + " calls of the group in 10 s at " + perSecond + " a second: " + byWorker);
  }
}
