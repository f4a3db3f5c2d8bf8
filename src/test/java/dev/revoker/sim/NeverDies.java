package dev.revoker.sim;

/** No fault that passes ends a worker: it goes on until it is asked to stop. */
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
