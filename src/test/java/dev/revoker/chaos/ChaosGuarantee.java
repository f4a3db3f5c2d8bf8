package dev.revoker.chaos;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A promise of the contract, as an object that sees what happens and says where it is broken. Each
 * counts how often it was put to the test.
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

  /** A worker that was sent a SIGTERM has ended. */
  void onStopped(String worker, int exitCode, DisturbanceLog.Event stop) {}

  /** Every now and then, while all goes on. */
  void sample() throws Exception {}

  /** All is well again, and at rest. */
  void atEnd() throws Exception {}

  final String name() {
    return getClass().getSimpleName();
  }

  /** How often it was put to the test. */
  final long asked() {
    return asked.get();
  }

  final long broken() {
    return broken.get();
  }

  /** What was found, the first few. */
  final List<String> violations() {
    return violations;
  }

  final void ask(boolean kept, Supplier<String> how) {
    asked.incrementAndGet();
    if (!kept && broken.getAndIncrement() < TOLD) {
      violations.add(name() + ": " + how.get());
    }
  }

  /** About one request, whose history goes with it. */
  final void askOf(String source, boolean kept, Supplier<String> how) {
    ask(kept, () -> how.get() + "\n    " + evidence.history(source));
  }
}
