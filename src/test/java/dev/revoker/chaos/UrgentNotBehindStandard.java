package dev.revoker.chaos;

import dev.revoker.sandbox.SandboxLedger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An urgent request that arrives while many standard ones wait at the same worker is called before
 * most of them. The calls are counted, not timed, for requests that one worker called once, so that
 * it is known which worker called, and that only the lanes decided.
 */
final class UrgentNotBehindStandard extends ChaosGuarantee {
  /** With fewer waiting requests, those that start while a record is read would matter too much. */
  private static final int MANY = 8 * Stage.MAX_IN_FLIGHT;

  /** A few may see half of them called first: a thread was not scheduled for a while. */
  private static final int ONE_IN = 20;

  UrgentNotBehindStandard(Evidence evidence) {
    super(evidence);
  }

  private record Called(SentRequest asked, ObservedResult answer, SandboxLedger.Call call) {}

  @Override
  void atEnd() {
    Map<String, List<Called>> byWorker = new HashMap<>();
    for (SentRequest one : evidence.requests()) {
      List<ObservedResult> answers = evidence.answersTo(one);
      if (one.alone() && answers.size() == 1 && answers.getFirst().attempts() == 1) {
        List<SandboxLedger.Call> calls = evidence.ledger.calls(one.key());
        if (calls.size() == 1) {
          byWorker
              .computeIfAbsent(answers.getFirst().worker(), worker -> new ArrayList<>())
              .add(new Called(one, answers.getFirst(), calls.getFirst()));
        }
      }
    }
    List<String> behind = new ArrayList<>();
    long urgent = 0;
    for (List<Called> called : byWorker.values()) {
      List<Called> standard = called.stream().filter(one -> !one.asked().urgent()).toList();
      for (Called one : called) {
        List<Called> waiting = one.asked().urgent() ? waiting(one, standard) : List.of();
        if (waiting.size() >= MANY) {
          urgent++;
          long before =
              waiting.stream().filter(other -> other.call().order() < one.call().order()).count();
          if (before > waiting.size() / 2) {
            behind.add("%s behind %d of %d".formatted(one.asked(), before, waiting.size()));
          }
        }
      }
    }
    long all = urgent;
    for (long i = 0; i < urgent; i++) {
      ask(
          i > 0 || (behind.size() - 1) * ONE_IN <= all,
          () -> "%d of %d urgent requests: %s".formatted(behind.size(), all, behind));
    }
  }

  /** The requests that the worker had received and not called when it received the urgent one. */
  private static List<Called> waiting(Called urgent, List<Called> standard) {
    Instant then = urgent.answer().receivedAt();
    return standard.stream()
        .filter(one -> !one.answer().receivedAt().isAfter(then) && one.call().at().isAfter(then))
        .toList();
  }
}
