package dev.revoker.sim;

import java.time.Instant;

/** From not_after on, by the worker's own clock, the API is not called for a request. */
final class NoCallAfterNotAfter extends SimGuarantee {
  NoCallAfterNotAfter(Simulation sim) {
    super(sim.world);
  }

  @Override
  void onCall(SimWorker worker, RequestLedger.Call call) {
    if (call.admission == null || call.admission.made.notAfter() == null) {
      return;
    }
    Instant notAfter = call.admission.made.notAfter();
    ask(
        worker.process.time.now().isBefore(notAfter),
        () -> worker.name + " calls for " + call.admission.made + " after " + notAfter);
  }
}
