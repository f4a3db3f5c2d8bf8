package dev.revoker.sim;

/** Some time after the faults end, every request has a result that a reader can see. */
final class EveryRequestAnswered extends SimGuarantee {
  private final Simulation sim;

  EveryRequestAnswered(Simulation sim) {
    super(sim.world);
    this.sim = sim;
  }

  @Override
  void atEnd() {
    for (RequestLedger.Made made : sim.ledger.all()) {
      ask(!made.results().isEmpty(), () -> "no result for " + made + " of lane " + made.lane());
    }
    ask(
        sim.cluster.visible().size() >= sim.ledger.size(),
        () -> "results are committed and not visible");
  }
}
