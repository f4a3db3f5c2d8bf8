package dev.revoker.sim;

import dev.revoker.model.Result;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * A promise of the contract, as an object that sees all that happens and says when it is broken.
 * Each counts how often it was put to the test.
 */
abstract class SimGuarantee {
  private final World world;
  private long asked;

  SimGuarantee(World world) {
    this.world = world;
  }

  /** All of them, for a run. */
  static List<SimGuarantee> all(Simulation sim) {
    return List.of(
        new EveryRequestAnswered(sim),
        new OneCommittedResult(sim),
        new NothingPassedOver(sim),
        new TruthfulOutcome(sim),
        new ProvenKeyState(sim),
        new NoCallAfterNotAfter(sim),
        new UrgentNotBehindStandard(sim),
        new SlotsNeverExceeded(sim),
        new NoSecretOutside(sim),
        new NoRecordStopsTheWork(sim),
        new GracefulStopRepeatsNothing(sim),
        new AttemptsHonest(sim),
        new OneLoginAtATime(sim),
        new BoundedMemory(sim),
        new NeverDies(sim));
  }

  /** A request stands in its topic. */
  void onProduce(RequestLedger.Made made) {}

  /** A worker was handed records by its consumer. */
  void onPoll(SimWorker worker, String topic, int records) {}

  /** A worker's dispatcher has taken a request in. */
  void onAdmit(SimWorker worker, RequestLedger.Admission admission) {}

  /** The dispatcher has said what came of it. */
  void onOutcome(SimWorker worker, RequestLedger.Admission admission) {}

  /** What a worker had taken in and not committed is not its own any more. */
  void onGone(SimWorker worker, RequestLedger.Admission admission) {}

  /** A call of the API begins. */
  void onCall(SimWorker worker, RequestLedger.Call call) {}

  /** Its answer reached the worker. */
  void onAnswer(SimWorker worker, RequestLedger.Call call) {}

  /** A transaction is decided to be committed. */
  void onCommit(SimBrokers.Commit commit, List<Committed> results) {}

  /** A worker says that these are committed. */
  void onTold(SimWorker worker, List<Result> results) {}

  /** A worker was asked to stop. */
  void onStop(SimWorker worker) {}

  /** A worker's process has ended by itself. */
  void onExit(SimWorker worker) {}

  /** After every event. */
  void onStep(List<SimWorker> workers) {}

  /** The faults are over and all has come to rest. */
  void atEnd() {}

  /** A committed result and the request that it answers. */
  record Committed(RequestLedger.Made made, JsonNode result) {}

  final String name() {
    return getClass().getSimpleName();
  }

  /** How often it was put to the test. */
  final long asked() {
    return asked;
  }

  final World world() {
    return world;
  }

  final void ask(boolean kept, Supplier<String> how) {
    asked++;
    if (!kept) {
      world.violated(name(), how.get());
    }
  }
}
