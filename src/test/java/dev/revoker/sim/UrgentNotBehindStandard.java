package dev.revoker.sim;

import dev.revoker.resilience.DispatcherPeek;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A ready request starts at once if its lane has a slot, the gate is open and there is no rate
 * limit. No less urgent request starts while a more urgent one could.
 */
final class UrgentNotBehindStandard extends SimGuarantee {
  /** The dispatcher counts in whole milliseconds: a hold ends up to one before its timer comes. */
  private static final long AT_ONCE_NANOS = 2 * World.MS;

  private final Map<String, Long> idleSince = new HashMap<>();
  private final Simulation sim;
  private final List<String> lanes;

  UrgentNotBehindStandard(Simulation sim) {
    super(sim.world);
    this.sim = sim;
    this.lanes = sim.scenario.config.lanes().stream().map(lane -> lane.name()).toList();
  }

  @Override
  void onCall(SimWorker worker, RequestLedger.Call call) {
    DispatcherPeek peek = worker.peek();
    if (call.admission == null || peek == null) {
      return;
    }
    for (int urgent = 0; urgent < lanes.indexOf(call.admission.made.lane()); urgent++) {
      int lane = urgent;
      ask(
          peek.ready(lane) == 0,
          () -> worker.name + " calls for " + call.admission.made + " before " + lanes.get(lane));
    }
  }

  @Override
  void onStep(List<SimWorker> workers) {
    if (sim.scenario.config.limits().ratePerSecond() > 0) {
      return;
    }
    for (SimWorker worker : workers) {
      DispatcherPeek peek = worker.peek();
      if (peek != null) {
        for (int lane = 0; lane < lanes.size(); lane++) {
          look(worker, peek, lane);
        }
      }
    }
  }

  private void look(SimWorker worker, DispatcherPeek peek, int lane) {
    String who = worker.name + " " + lanes.get(lane);
    boolean ready =
        worker.process.state() == SimProcess.State.RUNNING
            && peek.ready(lane) > 0
            && !peek.holding();
    if (!ready || !peek.slotFree(lane)) {
      idleSince.remove(who);
      if (ready) {
        ask(true, () -> "");
      }
      return;
    }
    long since = idleSince.computeIfAbsent(who, w -> world().nanos());
    ask(world().nanos() - since <= AT_ONCE_NANOS, () -> who + " waits with a free slot");
  }
}
