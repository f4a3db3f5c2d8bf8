package dev.revoker.sim;

/** No transient fault ends a worker; it runs until it is stopped. */
final class NeverDies extends SimGuarantee {
  NeverDies(Simulation sim) {
    super(sim.world);
  }

  @Override
  void onExit(SimWorker worker) {
    Throwable failure = worker.failure;
    ask(
        failure == null && worker.stopAsked,
        () ->
            worker.name
                + " has died: "
                + (failure == null ? "for no reason" : Simulation.describe(failure)));
  }
}
