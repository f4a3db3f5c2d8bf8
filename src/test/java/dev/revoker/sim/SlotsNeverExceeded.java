package dev.revoker.sim;

import dev.revoker.config.Config;
import dev.revoker.model.Source;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A worker's calls in flight never exceed max.in.flight, nor those of less urgent lanes their
 * share.
 */
final class SlotsNeverExceeded extends SimGuarantee {
  private final int max;
  private final List<Config.Lane> lanes;
  private final Map<SimWorker, int[]> underWay = new HashMap<>();

  SlotsNeverExceeded(Simulation sim) {
    super(sim.world);
    this.max = sim.scenario.config.limits().maxInFlight();
    this.lanes = sim.scenario.config.lanes();
  }

  @Override
  void onCall(SimWorker worker, RequestLedger.Call call) {
    int[] now = count(worker, call, 1);
    int total = 0;
    for (int of : now) {
      total += of;
    }
    int all = total;
    ask(all <= max, () -> worker.name + " has " + all + " calls under way, allowed are " + max);
    // The last count is that of logins, whose lane is not known here.
    int lower = all - now[lanes.size()];
    int share = max;
    for (int lane = 0; lane + 1 < lanes.size(); lane++) {
      lower -= now[lane];
      share -= lanes.get(lane).reserved();
      int taken = lower;
      int allowed = share;
      ask(
          taken <= allowed,
          () -> worker.name + ": less urgent lanes have " + taken + " slots of " + allowed);
    }
  }

  @Override
  void onAnswer(SimWorker worker, RequestLedger.Call call) {
    count(worker, call, -1);
  }

  private int[] count(SimWorker worker, RequestLedger.Call call, int change) {
    int[] now = underWay.computeIfAbsent(worker, w -> new int[lanes.size() + 1]);
    int lane = lanes.size();
    if (call.admission != null) {
      Source source = call.admission.made.source();
      lane = lanes.stream().map(Config.Lane::topic).toList().indexOf(source.topic());
    }
    now[lane] += change;
    return now;
  }
}
