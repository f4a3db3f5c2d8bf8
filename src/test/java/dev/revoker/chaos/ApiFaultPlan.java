package dev.revoker.chaos;

import dev.revoker.chaos.Disturbance.Kind;
import dev.revoker.sandbox.Endpoint;
import dev.revoker.sandbox.Faults;
import dev.revoker.sandbox.Faults.Fault;
import dev.revoker.sandbox.Faults.Latency;
import dev.revoker.sandbox.Faults.Outage;
import dev.revoker.sandbox.SandboxApi;
import java.util.List;

/** The faults of the API. */
final class ApiFaultPlan {
  /** The kinds of faults, one at a time. */
  static final List<Kind> KINDS =
      List.of(Kind.OUTAGE, Kind.LATENCY_SPIKE, Kind.LOSE_ANSWERS, Kind.THROTTLE, Kind.ERRORS);

  /** No faults: slow enough that all slots are in use, a few calls much slower. */
  private static final Faults WELL = Faults.NONE.with(new Latency(40, 250));

  /** Longer than a few commits, shorter than a drain, so that a stop waits for such a call. */
  private static final Latency SLOW = Latency.fixed(800);

  private static final List<Outage> OUTAGES =
      List.of(Outage.UNAVAILABLE, Outage.RESET, Outage.HANG, Outage.REFUSE);

  private final SandboxApi api;

  ApiFaultPlan(SandboxApi api) {
    this.api = api;
  }

  void well() {
    api.outage(Outage.NONE);
    api.faults(WELL);
  }

  void turn(Disturbance step) {
    switch (step.kind()) {
      case OUTAGE -> api.outage(OUTAGES.get(step.target() % OUTAGES.size()));
      case LATENCY_SPIKE -> api.faults(Faults.NONE.with(new Latency(800, 5000)));
      case LOSE_ANSWERS ->
          api.faults(
              WELL.with(Fault.CLOSE_BEFORE_EFFECT, 0.025).with(Fault.CLOSE_AFTER_EFFECT, 0.025));
      case THROTTLE -> api.faults(WELL.with(Fault.THROTTLE, 0.1).withRetryAfter(1));
      default -> api.faults(WELL.with(Fault.ERROR, 0.1));
    }
  }

  /** Makes removals slow and returns the latency before. */
  Faults slow() {
    Faults before = api.faults(Endpoint.REMOVE_API_KEY);
    api.faults(Endpoint.REMOVE_API_KEY, before.with(SLOW));
    return before;
  }

  void again(Faults before) {
    api.faults(Endpoint.REMOVE_API_KEY, before);
  }
}
