package dev.revoker.sim;

import dev.revoker.model.Result;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** A guarantee: an object that sees all events and reports violations. Each counts its checks. */
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
        new GroupRateNotExceeded(sim),
        new NoSecretOutside(sim),
        new NoRecordStopsTheWork(sim),
        new GracefulStopRepeatsNothing(sim),
        new AttemptsHonest(sim),
        new OneLoginAtATime(sim),
        new BoundedMemory(sim),
        new NeverDies(sim));
  }

  /** A request is in its topic. */
  void onProduce(RequestLedger.Made made) {}

  /** A worker got records from its consumer. */
  void onPoll(SimWorker worker, String topic, int records) {}

  /** A worker's dispatcher admitted a request. */
  void onAdmit(SimWorker worker, RequestLedger.Admission admission) {}

  /** The dispatcher has the request's result. */
  void onOutcome(SimWorker worker, RequestLedger.Admission admission) {}

  /** The requests that a worker admitted and did not commit no longer belong to it. */
  void onGone(SimWorker worker, RequestLedger.Admission admission) {}

  /** A call of the API begins. */
  void onCall(SimWorker worker, RequestLedger.Call call) {}

  /** A call's answer reached the worker. */
  void onAnswer(SimWorker worker, RequestLedger.Call call) {}

  /** The commit of a transaction is decided. */
  void onCommit(SimBrokers.Commit commit, List<Committed> results) {}

  /** A worker reports these results as committed. */
  void onTold(SimWorker worker, List<Result> results) {}

  /** A worker got SIGTERM. */
  void onStop(SimWorker worker) {}

  /** A worker's process ended by itself. */
  void onExit(SimWorker worker) {}

  /** After every event. */
  void onStep(List<SimWorker> workers) {}

  /** The faults are over and nothing is in flight. */
  void atEnd() {}

  /** A committed result and the request that it answers. */
  record Committed(RequestLedger.Made made, JsonNode result) {}

  final String name() {
    return getClass().getSimpleName();
  }

  /** The number of checks. */
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
