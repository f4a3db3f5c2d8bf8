package dev.revoker.sim;

import dev.revoker.api.ApiAnswer;

/**
 * A worker that stopped gracefully has committed all its results, so no other worker repeats its
 * calls. In a scenario without faults the API is called once for each request, however many workers
 * start and stop.
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
    // A request for any account that is stopped between two accounts begins again.
    if (sim.scenario.gentle() && !sim.scenario.anyAccount()) {
      for (RequestLedger.Made made : sim.ledger.all()) {
        long calls = made.admissions().stream().mapToLong(one -> one.calls.size()).sum();
        // A key that logged in and was not removed is removed with its own session too.
        long accepted =
            made.admissions().stream()
                .flatMap(one -> one.checks.stream())
                .filter(one -> !one.checksAfter && one.answer instanceof ApiAnswer.Session)
                .count();
        ask(calls <= 1 + accepted, () -> calls + " calls for " + made + ", and nothing was wrong");
      }
    }
  }
}
