package dev.revoker.chaos;

/** When the disturbances end, every request has a result that a reader can see. */
final class EveryRequestAnswered extends ChaosGuarantee {
  EveryRequestAnswered(Evidence evidence) {
    super(evidence);
  }

  @Override
  void atEnd() {
    for (SentRequest one : evidence.requests()) {
      askOf(one.source().toString(), !evidence.answersTo(one).isEmpty(), () -> "no result");
    }
  }
}
