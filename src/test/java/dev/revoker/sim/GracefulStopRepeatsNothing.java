package dev.revoker.sim;

/**
 * A worker that stopped in order left nothing behind: what it answered is committed, so nobody
 * calls again for it. Where nothing went wrong, the API was called once for each request, whatever
 * was started and stopped.
 */
final class GracefulStopRepeatsNothing extends SimGuarantee {
  private final Simulation sim;

  GracefulStopRepeatsNothing(Simulation sim) {
    super(sim.world);
    this.sim = sim;
  }

  @Override
  void onExit(SimWorker worker) {
    if (worker.complete) {
      for (RequestLedger.Admission admission : worker.admissions) {
        if (admission.answered != null && !admission.gone) {
          ask(
              !admission.made.results().isEmpty(),
              () -> worker.name + " stopped in order, and " + admission.made + " is not committed");
        }
      }
    }
    if (sim.scenario.gentle()) {
      ask(worker.complete, () -> worker.name + " left something behind, and nothing was wrong");
    }
  }

  @Override
  void atEnd() {
    if (sim.scenario.gentle()) {
      for (RequestLedger.Made made : sim.ledger.all()) {
        long calls = made.admissions().stream().mapToLong(one -> one.calls.size()).sum();
        ask(calls <= 1, () -> calls + " calls for " + made + ", and nothing was wrong");
      }
    }
  }
}
