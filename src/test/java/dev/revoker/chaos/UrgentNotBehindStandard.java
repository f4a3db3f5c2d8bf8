package dev.revoker.chaos;

import dev.revoker.sandbox.Ledger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * While an urgent request waits for its call, its worker begins no more calls for standard ones
 * than were on their way already. Counted, not timed; of those that were called once and by one
 * worker, so that it is known who called and that nothing but the lanes decided.
 */
final class UrgentNotBehindStandard extends Guarantee {
  /** One in so many may be overtaken more often: a thread that was not scheduled for a while. */
  private static final int ONE_IN = 20;

  UrgentNotBehindStandard(Evidence evidence) {
    super(evidence);
  }

  private record Called(Asked asked, Answer answer, Ledger.Call call) {}

  @Override
  void atEnd() {
    Map<String, List<Called>> byWorker = new HashMap<>();
    for (Asked one : evidence.requests()) {
      List<Answer> answers = evidence.answersTo(one);
      if (one.alone() && answers.size() == 1 && answers.getFirst().attempts() == 1) {
        List<Ledger.Call> calls = evidence.ledger.calls(one.key());
        if (calls.size() == 1) {
          byWorker
              .computeIfAbsent(answers.getFirst().worker(), worker -> new ArrayList<>())
              .add(new Called(one, answers.getFirst(), calls.getFirst()));
        }
      }
    }
    List<String> overtaken = new ArrayList<>();
    long urgent = 0;
    for (List<Called> called : byWorker.values()) {
      List<Called> standard = called.stream().filter(one -> !one.asked().urgent()).toList();
      for (Called one : called) {
        if (one.asked().urgent()) {
          urgent++;
          long before = overtakers(one, standard);
          if (before > Stage.MAX_IN_FLIGHT) {
            overtaken.add(one.asked() + " by " + before);
          }
        }
      }
    }
    long all = urgent;
    for (long i = 0; i < urgent; i++) {
      ask(
          i > 0 || overtaken.size() * ONE_IN <= all,
          () -> "%d of %d urgent requests: %s".formatted(overtaken.size(), all, overtaken));
    }
  }

  private static long overtakers(Called urgent, List<Called> standard) {
    return standard.stream()
        .filter(
            one ->
                one.call().at().isAfter(urgent.answer().receivedAt())
                    && one.call().order() < urgent.call().order())
        .count();
  }
}
