package dev.revoker.sim;

import dev.revoker.api.ApiAnswer;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of a result are the calls that the API saw for it from the worker that answers; its
 * uncertain attempts are those of them that may have removed the key without saying so.
 */
final class AttemptsHonest extends SimGuarantee {
  AttemptsHonest(Simulation sim) {
    super(sim.world);
  }

  @Override
  void onOutcome(SimWorker worker, RequestLedger.Admission admission) {
    if (admission.answered != null) {
      int attempts = admission.answered.attempts();
      ask(
          attempts == admission.calls.size(),
          () ->
              "%s says %d attempts for %s, it made %d calls"
                  .formatted(worker.name, attempts, admission.made, admission.calls.size()));
      long uncertain = admission.calls.stream().filter(call -> uncertain(call.answer)).count();
      ask(
          admission.answered.uncertainAttempts() == uncertain,
          () ->
              "%s says %d uncertain attempts for %s, it made %d"
                  .formatted(
                      worker.name,
                      admission.answered.uncertainAttempts(),
                      admission.made,
                      uncertain));
    }
  }

  /** The contract's rule, written again for this test. */
  static boolean uncertain(@Nullable ApiAnswer answer) {
    return answer instanceof ApiAnswer.NoAnswer
        || answer instanceof ApiAnswer.Failed
        || (answer instanceof ApiAnswer.Refused refused
            && refused.errorType().equals("UNHANDLED_ERROR"));
  }
}
