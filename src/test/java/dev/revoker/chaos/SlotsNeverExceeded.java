package dev.revoker.chaos;

/**
 * The API never has more calls of one session in flight than a worker may make, because each worker
 * has its own login; nor more in total than all processes, frozen ones included, may make. The
 * connections of a killed process count for a moment longer.
 */
final class SlotsNeverExceeded extends ChaosGuarantee {
  private final Stage stage;

  SlotsNeverExceeded(Stage stage, Evidence evidence) {
    super(evidence);
    this.stage = stage;
  }

  @Override
  void sample() {
    int before = stage.processes();
    int inFlight = evidence.ledger.inFlight();
    int processes = Math.max(before, stage.processes());
    ask(
        inFlight <= processes * Stage.MAX_IN_FLIGHT,
        () -> inFlight + " calls of " + processes + " processes");
    askOfEach();
  }

  @Override
  void atEnd() {
    askOfEach();
    int most = evidence.ledger.maxInFlight();
    ask(
        most <= stage.mostProcesses() * Stage.MAX_IN_FLIGHT,
        () -> most + " calls at a time of at most " + stage.mostProcesses() + " processes");
  }

  private void askOfEach() {
    int ofOne = evidence.ledger.maxInFlightOfOneSession();
    ask(
        ofOne <= Stage.MAX_IN_FLIGHT,
        () -> ofOne + " calls at a time of one worker, allowed are " + Stage.MAX_IN_FLIGHT);
  }
}
