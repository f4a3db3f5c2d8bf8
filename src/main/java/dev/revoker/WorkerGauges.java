package dev.revoker;

import dev.revoker.engine.RequestLoop;
import dev.revoker.ops.Meters;
import dev.revoker.resilience.Dispatcher;
import dev.revoker.time.Time;
import java.time.Instant;
import java.util.function.IntSupplier;

/** The values of the gauges, read from the policy and the loop at each scrape. */
final class WorkerGauges implements Meters.Gauges {
  private final Dispatcher policy;
  private final RequestLoop running;
  private final Time time;
  private final IntSupplier rememberedKeys;

  WorkerGauges(Dispatcher policy, RequestLoop running, IntSupplier rememberedKeys, Time time) {
    this.policy = policy;
    this.running = running;
    this.rememberedKeys = rememberedKeys;
    this.time = time;
  }

  @Override
  public int inFlight(String lane) {
    return policy.inFlight(lane);
  }

  @Override
  public int waiting(String lane) {
    return policy.waiting(lane);
  }

  @Override
  public double oldestRequestAgeSeconds(String lane) {
    Instant oldest = running.oldest(lane);
    return oldest == null ? 0 : Meters.age(oldest, time.now()).toMillis() / 1000.0;
  }

  @Override
  public int rememberedKeys() {
    return rememberedKeys.getAsInt();
  }

  @Override
  public boolean intakePaused() {
    return !policy.apiUp() || policy.throttledUntil() != null;
  }
}
