package dev.revoker.sim;

/** The attempts of a result are the calls that the API saw for it from the worker that answers. */
final class AttemptsHonest extends Guarantee {
  AttemptsHonest(Simulation sim) {
    super(sim.world);
  }

  @Override
  void onOutcome(SimWorker worker, Ledger.Admission admission) {
    if (admission.answered != null) {
      int attempts = admission.answered.attempts();
      ask(
          attempts == admission.calls.size(),
          () ->
              "%s says %d attempts for %s, it made %d calls"
                  .formatted(worker.name, attempts, admission.made, admission.calls.size()));
    }
  }
}
