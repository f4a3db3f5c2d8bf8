package dev.revoker.resilience;

import static dev.revoker.resilience.ApiAnswers.DONE;
import static dev.revoker.resilience.ApiAnswers.FAILED;
import static dev.revoker.resilience.ApiAnswers.NO_ANSWER;
import static dev.revoker.resilience.ApiAnswers.NO_CONNECTION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.api.ApiAnswer;
import dev.revoker.model.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An outage is not a failure: requests wait without spending attempts, and only probes go out. */
class OutageTest {
  private static final long HOURS = 3_600_000;

  static List<ApiAnswer> failures() {
    return List.of(
        FAILED, NO_ANSWER, NO_CONNECTION, ApiAnswers.UNHANDLED, new ApiAnswer.Failed(408, null));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aSingleRequestWaitsOutAnOutageOfHours(ApiAnswer failure) {
    Rig rig = Rig.withDefaults();
    rig.api.rule(20, call -> failure);
    Asked asked = rig.ask("standard");
    rig.time.advanceMs(5 * HOURS);
    assertThat(asked.isOpen()).isTrue();
    assertThat(rig.dispatcher.apiUp()).isFalse();
    assertThat(rig.dispatcher.waiting("standard")).isEqualTo(1);

    rig.api.rule(20, call -> DONE);
    rig.time.advanceMs(30_100);
    assertThat(asked.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(asked.result().attempts()).isEqualTo(rig.api.calls.size()).isGreaterThan(6);
  }

  @Test
  void probesSpendNoAttempt() {
    Rig rig = Rig.withDefaults();
    rig.api.rule(20, call -> FAILED);
    Asked asked = rig.ask("standard");
    rig.time.advanceMs(1 * HOURS);
    int inOutage = rig.api.calls.size();
    assertThat(inOutage).isGreaterThan(20);

    // Others close the breaker. Four attempts were spent before it opened, so two are left.
    rig.api.rule(20, call -> call.key().startsWith("60") ? DONE : FAILED);
    while (!rig.dispatcher.apiUp()) {
      rig.ask(3, Ask.in("standard").key("60d0"));
      rig.time.advanceMs(1_000);
    }
    int before = asked.isOpen() ? callsFor(rig, "0123456789abcdef") : 0;
    rig.ask(200, Ask.in("standard").key("60d0"));
    rig.time.advanceMs(60_000);
    assertThat(asked.outcome()).isEqualTo(Outcome.UNAVAILABLE);
    assertThat(callsFor(rig, "0123456789abcdef") - before).isBetween(1, 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 1000})
  void inEachWindowNoMoreThanTheProbesGoOut(int waiting) {
    Rig rig = Rig.withDefaults();
    rig.api.rule(20, call -> FAILED);
    rig.ask(waiting, Ask.in("standard"));
    while (rig.dispatcher.apiUp()) {
      rig.time.runNext();
    }
    long from = rig.time.millis() + 1_000;
    rig.time.advanceMs(1 * HOURS);
    for (long at = from; at < from + 3_000_000; at += 1_000) {
      assertThat(rig.api.startedBetween(at, at + 10_000)).isLessThanOrEqualTo(3);
    }
    assertThat(rig.api.startedBetween(from, from + 3_000_000)).isGreaterThan(100);
  }

  @Test
  void aThousandRequestsWaitOutAnOutage() {
    Rig rig = Rig.withDefaults();
    rig.api.rule(20, call -> NO_CONNECTION);
    List<Asked> all = rig.ask(1_000, Ask.in("standard"));
    rig.time.advanceMs(2 * HOURS);
    assertThat(all).allMatch(Asked::isOpen);
    assertThat(rig.dispatcher.waiting("standard")).isEqualTo(1_000);

    rig.api.rule(20, call -> DONE);
    rig.time.advanceMs(12_000);
    assertThat(all).allMatch(asked -> asked.outcome() == Outcome.REVOKED);
    assertThat(rig.dispatcher.waiting("standard")).isZero();
  }

  @Test
  void theProbesOfAnOutageAreOfDifferentRequests() {
    Rig rig = Rig.withDefaults();
    rig.breakApi();
    for (int i = 0; i < 12; i++) {
      rig.ask(Ask.in("standard").key("0000000" + (char) ('a' + i)));
    }
    rig.api.calls.clear();
    rig.api.rule(20, call -> FAILED);
    rig.time.advanceMs(4 * 10_000 + 1_000);
    assertThat(rig.api.calls.stream().map(ScriptedApi.Call::key))
        .hasSize(12)
        .doesNotHaveDuplicates();
  }

  @Test
  void withOneAttemptAndOneMinimumCallTheFirstFailureOpensTheBreaker() {
    Rig rig = new Rig(new Settings().maxAttempts(1).minimumCalls(1));
    rig.api.rule(20, call -> FAILED);
    Asked asked = rig.ask("urgent");
    rig.time.advanceMs(1 * HOURS);
    assertThat(asked.isOpen()).isTrue();
    rig.api.rule(20, call -> DONE);
    rig.time.advanceMs(11_000);
    assertThat(asked.outcome()).isEqualTo(Outcome.REVOKED);
  }

  @Test
  void anAnswerThatIsNoFailureDoesNotOpenTheBreaker() {
    Rig rig = Rig.withDefaults();
    List<ApiAnswer> harmless =
        List.of(
            ApiAnswers.NOT_FOUND,
            ApiAnswers.refused("INVALID_QUERY"),
            ApiAnswers.BAD_TOKEN,
            new ApiAnswer.Unexpected(400, "not JSON"),
            ApiAnswers.throttled(1_000));
    for (ApiAnswer answer : harmless) {
      rig.ask(60, Ask.in("standard"));
      rig.api.answerAll(answer);
      rig.time.advanceMs(1_000);
      assertThat(rig.dispatcher.apiUp()).as(answer.toString()).isTrue();
      rig.api.answerAll(DONE);
    }
  }

  @Test
  void attemptsThatWereSpentBeforeTheOutageStaySpent() {
    Rig rig = new Rig(new Settings().maxAttempts(3).minimumCalls(5));
    Asked asked = rig.ask("urgent");
    rig.api.only().answer(FAILED);
    rig.time.advanceMs(250);
    rig.api.only().answer(FAILED);
    // In its second back-off the breaker opens, and closes again.
    rig.breakApi();
    rig.time.advanceMs(10_000);
    List<Asked> probes = new ArrayList<>(rig.ask(2, Ask.in("standard")));
    rig.api.open().stream()
        .filter(c -> c != rig.api.open().getFirst())
        .forEach(c -> c.answer(DONE));
    assertThat(probes).allMatch(Asked::isAnswered);
    rig.api.only().answer(FAILED);
    assertThat(rig.dispatcher.apiUp()).isTrue();
    assertThat(asked.isOpen()).as("its probe spent nothing").isTrue();
    rig.time.advanceMs(10_000);
    rig.api.only().answer(FAILED);
    assertThat(asked.outcome()).isEqualTo(Outcome.UNAVAILABLE);
    assertThat(asked.result().attempts()).isEqualTo(4);
  }

  private static int callsFor(Rig rig, String key) {
    return (int) rig.api.calls.stream().filter(call -> call.key().equals(key)).count();
  }
}
