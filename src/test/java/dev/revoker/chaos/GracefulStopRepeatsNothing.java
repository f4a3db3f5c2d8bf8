package dev.revoker.chaos;

import dev.revoker.chaos.Step.Kind;
import dev.revoker.sandbox.Ledger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A SIGTERM ends with exit code 0, and whatever was answered by the API is not called again: not
 * for a stop, not for a worker that comes or goes, only for what takes a process, its broker or an
 * answer away.
 */
final class GracefulStopRepeatsNothing extends Guarantee {
  /** A violent step's consequences last as long as a worker waits for an answer. */
  private static final Duration BEFORE = Duration.ofSeconds(4);

  private static final Duration AFTER = Duration.ofSeconds(15);

  GracefulStopRepeatsNothing(Evidence evidence) {
    super(evidence);
  }

  @Override
  void onStopped(String worker, int exitCode, Journal.Event stop) {
    Instant now = Instant.now();
    boolean troubled = evidence.journal.any(Kind::troublesBroker, stop.from.minus(AFTER), now);
    ask(exitCode == 0 || troubled, () -> worker + " ended with exit code " + exitCode);
  }

  @Override
  void atEnd() {
    for (Asked one : evidence.requests()) {
      if (one.alone()) {
        look(one, evidence.ledger.calls(one.key()));
      }
    }
  }

  private void look(Asked one, List<Ledger.Call> calls) {
    for (int i = 0; i < calls.size(); i++) {
      Ledger.Call call = calls.get(i);
      boolean repeated = i + 1 < calls.size();
      if (isFinal(call.answer())) {
        Instant until = repeated ? calls.get(i + 1).at() : call.at().plus(AFTER);
        if (!evidence.journal.any(Kind::violent, call.at().minus(BEFORE), until)) {
          askOf(
              one.source().toString(),
              !repeated || answerCameLate(one, calls.size()),
              () -> "called again after a final answer");
        }
      }
    }
  }

  /** One worker made all the calls: it had waited for the answer in vain, and says so. */
  private boolean answerCameLate(Asked one, int calls) {
    return evidence.answersTo(one).stream().anyMatch(answer -> answer.attempts() == calls);
  }

  private static boolean isFinal(String answer) {
    return answer.equals("204") || answer.equals("400 ITEM_NOT_FOUND");
  }
}
