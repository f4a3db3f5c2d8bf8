package dev.revoker.chaos;

/** No request has a second result, and no result is without a request. */
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
