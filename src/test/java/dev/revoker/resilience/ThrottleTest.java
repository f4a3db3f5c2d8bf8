package dev.revoker.resilience;

import static dev.revoker.resilience.ApiAnswers.DONE;
import static dev.revoker.resilience.ApiAnswers.FAILED;
import static dev.revoker.resilience.ApiAnswers.NO_ANSWER;
import static dev.revoker.resilience.ApiAnswers.THROTTLED;
import static dev.revoker.resilience.ApiAnswers.throttled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.api.ApiAnswer;
import dev.revoker.model.Outcome;
import dev.revoker.model.Result.KeyState;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A 429 spends no attempt, and holds back every call until it may be made again. */
class ThrottleTest {
  @Test
  void everyCallOfEveryLaneAndAccountIsHeldUntilRetryAfterHasPassed() {
    Rig rig = Rig.withDefaults();
    Asked first = rig.ask("standard");
    rig.api.only().answer(throttled(4_000));
    rig.ask("urgent");
    rig.ask(Ask.in("standard").of("acme"));
    rig.ask(Ask.in("standard").of("other"));
    rig.ask(Ask.in("urgent").token("0e11"));
    rig.time.advanceMs(3_999);
    assertThat(rig.api.open()).isEmpty();
    assertThat(rig.dispatcher.waiting("urgent")).isEqualTo(2);
    assertThat(rig.dispatcher.waiting("standard")).isEqualTo(3);
    rig.time.advanceMs(1);
    assertThat(rig.api.open()).hasSize(5);
    rig.api.answerAll(DONE);
    assertThat(first.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(rig.dispatcher.waiting("standard")).isZero();
  }

  @Test
  void aThousand429sSpendNoAttempt() {
    Rig rig = new Rig(new Settings().maxAttempts(1));
    rig.api.rule(5, call -> throttled(100));
    Asked asked = rig.ask("standard");
    rig.time.advanceMs(105_000);
    assertThat(asked.isOpen()).isTrue();
    rig.api.rule(5, call -> DONE);
    rig.time.advanceMs(1_000);
    assertThat(asked.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(asked.result().attempts()).isEqualTo(rig.api.calls.size()).isGreaterThan(900);
  }

  @Test
  void a429HoldsTheLoginsToo() {
    Rig rig = Rig.withDefaults();
    rig.ask(Ask.in("standard").of("acme"));
    rig.api.only().answer(throttled(2_000));
    Asked other = rig.ask("urgent");
    rig.time.advanceMs(1_999);
    assertThat(rig.api.open()).isEmpty();
    rig.time.advanceMs(1);
    assertThat(rig.api.open()).hasSize(2);
    assertThat(other.isOpen()).isTrue();
    assertThat(rig.logins).containsExactly("acme failed");
  }

  @Test
  void sixtyFourAtOnceWithoutRetryAfterAreOneBackOff() {
    Rig rig = Rig.withDefaults();
    List<Asked> all = rig.ask(200, Ask.in("urgent"));
    assertThat(rig.api.open()).hasSize(64);
    rig.api.answerAll(THROTTLED);
    rig.time.advanceMs(249);
    assertThat(rig.api.open()).isEmpty();
    rig.time.advanceMs(1);
    assertThat(rig.api.open()).hasSize(64);
    while (!rig.api.open().isEmpty()) {
      rig.api.answerAll(DONE);
    }
    assertThat(all).allMatch(asked -> asked.outcome() == Outcome.REVOKED);
  }

  @Test
  void theBackOffGrowsFromHoldToHoldAndIsShortAgainAfterAnAnswer() {
    Rig rig = Rig.withDefaults();
    rig.api.rule(0, call -> THROTTLED);
    rig.ask("standard");
    rig.time.advanceMs(250 + 500 + 1_000);
    assertThat(rig.api.calls.stream().map(call -> call.startedMs))
        .containsExactly(0L, 250L, 750L, 1_750L);
    rig.api.rule(0, call -> DONE);
    rig.time.advanceMs(2_000);
    rig.api.calls.clear();
    rig.api.rule(0, call -> THROTTLED);
    long from = rig.time.millis();
    rig.ask("standard");
    rig.time.advanceMs(250);
    assertThat(rig.api.calls.stream().map(call -> call.startedMs - from)).containsExactly(0L, 250L);
  }

  @Test
  void late429sOfTheSameBurstDoNotLengthenTheBackOff() {
    Rig rig = Rig.withDefaults();
    rig.ask(4, Ask.in("standard"));
    List<ScriptedApi.Call> burst = rig.api.open();
    burst.get(0).answer(THROTTLED);
    rig.time.advanceMs(250);
    ScriptedApi.Call again = rig.api.open().getLast();
    burst.get(1).answer(THROTTLED);
    assertThat(rig.api.open()).as("no new hold").hasSize(4);
    burst.get(2).answer(DONE);
    again.answer(THROTTLED);
    int open = rig.api.open().size();
    rig.time.advanceMs(499);
    assertThat(rig.api.open()).as("the second hold is twice as long").hasSize(open);
    rig.time.advanceMs(1);
    assertThat(rig.api.open()).hasSize(open + 1);
  }

  @Test
  void theLongestRetryAfterOfABurstCounts() {
    Rig rig = Rig.withDefaults();
    rig.ask(3, Ask.in("standard"));
    List<ScriptedApi.Call> burst = rig.api.open();
    burst.get(0).answer(throttled(1_000));
    burst.get(1).answer(throttled(5_000));
    burst.get(2).answer(throttled(10));
    rig.time.advanceMs(4_999);
    assertThat(rig.api.open()).isEmpty();
    rig.time.advanceMs(1);
    assertThat(rig.api.open()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -5})
  void aRetryAfterOfZeroStillBacksOff(long retryAfterMs) {
    Rig rig = Rig.withDefaults();
    rig.api.rule(1, call -> throttled(retryAfterMs));
    rig.ask("standard");
    rig.time.advanceMs(60_000);
    assertThat(rig.api.calls).hasSizeLessThan(12);
  }

  @ParameterizedTest
  @ValueSource(longs = {300_001, 86_400_000, Long.MAX_VALUE})
  void noRetryAfterCountsForLongerThanTheMaximum(long retryAfterMs) {
    Rig rig = Rig.withDefaults();
    rig.ask("standard");
    rig.api.only().answer(throttled(retryAfterMs));
    rig.ask("urgent");
    rig.time.advanceMs(299_999);
    assertThat(rig.api.open()).isEmpty();
    rig.time.advanceMs(1);
    assertThat(rig.api.open()).hasSize(2);
  }

  @Test
  void noRetryAfterOfAFailureCountsForLongerThanTheMaximum() {
    Rig rig = new Rig(new Settings().retryAfterMaxMs(60_000));
    rig.ask("standard");
    rig.api.only().answer(new ApiAnswer.Failed(503, 86_400_000L));
    rig.time.advanceMs(59_999);
    assertThat(rig.api.open()).isEmpty();
    rig.time.advanceMs(1);
    assertThat(rig.api.open()).hasSize(1);
  }

  @Test
  void theHoldSaysUntilWhen() {
    Rig rig = Rig.withDefaults();
    assertThat(rig.dispatcher.throttledUntil()).isNull();
    rig.ask("standard");
    rig.api.only().answer(throttled(4_000));
    Instant until = rig.time.now().plusMillis(4_000);
    assertThat(rig.dispatcher.throttledUntil()).isEqualTo(until);
    rig.time.advanceMs(3_999);
    assertThat(rig.dispatcher.throttledUntil()).isEqualTo(until);
    rig.time.advanceMs(1);
    assertThat(rig.dispatcher.throttledUntil()).isNull();
  }

  @Test
  void notAfterEndsTheWait() {
    Rig rig = Rig.withDefaults();
    Asked asked = rig.ask(Ask.in("standard").notAfter(rig.time.now().plusMillis(5_000)));
    rig.api.only().answer(NO_ANSWER);
    rig.time.advanceMs(250);
    rig.api.only().answer(throttled(60_000));
    rig.time.advanceMs(5_000);
    assertThat(asked.outcome()).isEqualTo(Outcome.EXPIRED);
    assertThat(asked.result().keyState()).isEqualTo(KeyState.UNKNOWN);
    assertThat(asked.result().httpStatus()).isEqualTo(429);
    assertThat(asked.result().attempts()).isEqualTo(2);
  }

  @Test
  void theLongestHoldEndsTheWait() {
    Rig rig = new Rig(new Settings().holdMaxMs(10_000));
    Asked asked = rig.ask("standard");
    rig.api.only().answer(throttled(60_000));
    rig.time.advanceMs(9_999);
    assertThat(asked.isOpen()).isTrue();
    rig.time.advanceMs(1);
    assertThat(asked.outcome()).isEqualTo(Outcome.UNAVAILABLE);
    assertThat(asked.result().keyState()).isEqualTo(KeyState.ASSUMED_ACTIVE);
    assertThat(asked.result().error().type()).isEqualTo("API_UNAVAILABLE");
  }

  @Test
  void a429IsNoFailureToTheBreakerAndIntakeGoesOn() {
    Rig rig = Rig.withDefaults();
    rig.ask(64, Ask.in("urgent"));
    rig.api.answerAll(throttled(10_000));
    assertThat(rig.dispatcher.apiUp()).isTrue();
    assertThat(rig.dispatcher.intakeRoom()).isPositive();
  }

  @Test
  void aHoldThatEndsWhileTheBreakerIsOpenLetsNoCallThrough() {
    Rig rig = Rig.withDefaults();
    rig.ask(6, Ask.in("standard"));
    List<ScriptedApi.Call> calls = rig.api.open();
    calls.subList(0, 5).forEach(call -> call.answer(FAILED));
    calls.get(5).answer(throttled(1_000));
    rig.time.advanceMs(9_999);
    assertThat(rig.api.open()).isEmpty();
    rig.time.advanceMs(1);
    assertThat(rig.api.open()).hasSize(3);
  }
}
