package dev.revoker.sim;

import dev.revoker.model.Result;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A worker admits a bounded number of requests of a lane, however many wait in the topic. */
final class BoundedMemory extends SimGuarantee {
  private static final int MIN_REQUESTS = 2048;
  private static final int REQUESTS_PER_SLOT = 4;

  private final long bound;
  private final Map<String, Long> held = new HashMap<>();

  BoundedMemory(Simulation sim) {
    super(sim.world);
    this.bound =
        Math.max(MIN_REQUESTS, REQUESTS_PER_SLOT * sim.scenario.config.limits().maxInFlight());
  }

  @Override
  void onAdmit(SimWorker worker, RequestLedger.Admission admission) {
    String lane = admission.made.lane();
    long now = held.merge(worker.name + lane, 1L, Long::sum);
    ask(now <= bound, () -> worker.name + " holds " + now + " requests of " + lane);
  }

  @Override
  void onGone(SimWorker worker, RequestLedger.Admission admission) {
    held.merge(worker.name + admission.made.lane(), -1L, Long::sum);
  }

  @Override
  void onTold(SimWorker worker, List<Result> results) {
    for (Result result : results) {
      if (result.request() instanceof dev.revoker.model.Request.Valid) {
        held.merge(worker.name + result.request().lane(), -1L, Long::sum);
      }
    }
  }
}
