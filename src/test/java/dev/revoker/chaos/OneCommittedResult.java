package dev.revoker.chaos;

/** Never a second result for a request, and none for what was never asked. */
final class OneCommittedResult extends ChaosGuarantee {
  OneCommittedResult(Evidence evidence) {
    super(evidence);
  }

  @Override
  void onAnswer(ObservedResult answer, String text) {
    int sofar = evidence.answers().get(answer.source()).size();
    askOf(answer.source(), sofar == 1, () -> "result number " + sofar);
  }

  @Override
  void atEnd() {
    for (String source : evidence.answers().keySet()) {
      askOf(source, evidence.knows(source), () -> "a result without a request");
    }
  }
}
