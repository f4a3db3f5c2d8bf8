package dev.revoker.chaos;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A guarantee: an object that sees the events of a run and reports violations. Each counts its
 * checks.
 */
abstract class ChaosGuarantee {
  private static final int TOLD = 5;

  final Evidence evidence;
  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong broken = new AtomicLong();
  private final List<String> violations = new CopyOnWriteArrayList<>();

  ChaosGuarantee(Evidence evidence) {
    this.evidence = evidence;
  }

  /** All of them, for a run. */
  static List<ChaosGuarantee> all(Stage stage, Evidence evidence) {
    return List.of(
        new EveryRequestAnswered(evidence),
        new OneCommittedResult(evidence),
        new NothingPassedOver(stage, evidence),
        new TruthfulOutcome(evidence),
        new ProvenKeyState(evidence),
        new NoCallAfterNotAfter(evidence),
        new UrgentNotBehindStandard(evidence),
        new SlotsNeverExceeded(stage, evidence),
        new NoSecretOutside(stage, evidence),
        new GracefulStopRepeatsNothing(evidence),
        new NeverDies(stage, evidence),
        new NoRecordStopsTheWork(stage, evidence));
  }

  /** A reader sees a result; on the reader's thread. */
  void onAnswer(ObservedResult answer, String text) {}

  /** A worker has ended after SIGTERM. */
  void onStopped(String worker, int exitCode, DisturbanceLog.Event stop) {}

  /** Called from time to time during the run. */
  void sample() throws Exception {}

  /** The disturbances are over and nothing is in flight. */
  void atEnd() throws Exception {}

  final String name() {
    return getClass().getSimpleName();
  }

  /** The number of checks. */
  final long asked() {
    return asked.get();
  }

  final long broken() {
    return broken.get();
  }

  /** The first few violations. */
  final List<String> violations() {
    return violations;
  }

  final void ask(boolean kept, Supplier<String> how) {
    asked.incrementAndGet();
    if (!kept && broken.getAndIncrement() < TOLD) {
      violations.add(name() + ": " + how.get());
    }
  }

  /** A violation about one request, with its history. */
  final void askOf(String source, boolean kept, Supplier<String> how) {
    ask(kept, () -> how.get() + "\n    " + evidence.history(source));
  }
}
