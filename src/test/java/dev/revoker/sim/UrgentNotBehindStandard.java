package dev.revoker.sim;

import dev.revoker.resilience.DispatcherPeek;
import java.util.List;

/**
 * A request that is ready starts at once where its lane has a slot, the gate is open and there is no
 * rate limit; and never does a less urgent one start while a more urgent one could.
 */
final class UrgentNotBehindStandard extends Guarantee {
  private final Simulation sim;
  private final List<String> lanes;

  UrgentNotBehindStandard(Simulation sim) {
    super(sim.world);
    this.sim = sim;
    this.lanes = sim.scenario.config.lanes().stream().map(lane -> lane.name()).toList();
  }

  @Override
  void onCall(SimWorker worker, Ledger.Call call) {
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
      if (peek == null || worker.process.state() != Process.State.RUNNING || peek.holding()) {
        continue;
      }
      for (int lane = 0; lane < lanes.size(); lane++) {
        int ready = lane;
        if (peek.ready(lane) > 0) {
          ask(
              !peek.slotFree(lane),
              () -> worker.name + " lets " + lanes.get(ready) + " wait with a free slot");
        }
      }
    }
  }
}
