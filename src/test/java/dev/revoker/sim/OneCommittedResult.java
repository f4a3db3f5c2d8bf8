package dev.revoker.sim;

import java.util.List;

/** No request has a second committed result. */
final class OneCommittedResult extends SimGuarantee {
  OneCommittedResult(Simulation sim) {
    super(sim.world);
  }

  @Override
  void onCommit(SimBrokers.Commit commit, List<Committed> results) {
    for (Committed committed : results) {
      ask(
          committed.made().results().size() == 1,
          () -> "%s is answered again: %s".formatted(committed.made(), committed.made().results()));
    }
  }
}
