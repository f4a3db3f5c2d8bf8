package dev.revoker.resilience;

import static dev.revoker.resilience.ApiAnswers.DONE;
import static dev.revoker.resilience.ApiAnswers.FAILED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The half-open breaker: who may probe, how often, and that it never gets stuck. */
class ProbeTest {
  private static final String POISON = "dead0000";

  @Test
  void intakeIsOpenWhileTheBreakerIsClosedAndClosedWhileItIsOpen() {
    Rig rig = Rig.withDefaults();
    rig.time.advanceMs(86_400_000);
    assertThat(rig.dispatcher.intakeRoom()).isEqualTo(Integer.MAX_VALUE);
    rig.breakApi();
    assertThat(rig.dispatcher.intakeRoom()).isZero();
    rig.time.advanceMs(9_999);
    rig.ask("standard");
    assertThat(rig.api.open()).isEmpty();
    assertThat(rig.dispatcher.intakeRoom()).isZero();
  }

  @Test
  void whereRequestsWaitIntakeOpensForTwoRoundsOfProbes() {
    Rig rig = Rig.withDefaults();
    rig.breakApi();
    rig.ask(4, Ask.in("standard"));
    rig.time.advanceMs(10_000);
    assertThat(rig.api.open()).hasSize(3);
    assertThat(rig.dispatcher.intakeRoom()).isEqualTo(5);
    rig.ask(5, Ask.in("standard"));
    assertThat(rig.api.open()).hasSize(3);
    assertThat(rig.dispatcher.intakeRoom()).isZero();
  }

  @Test
  void whereNothingWaitsIntakeOpensForOneRequestAfterTheOpenWait() {
    Rig rig = Rig.withDefaults();
    rig.breakApi();
    rig.time.advanceMs(9_999);
    assertThat(rig.dispatcher.intakeRoom()).isZero();
    rig.time.advanceMs(1);
    assertThat(rig.dispatcher.intakeRoom()).isEqualTo(1);
    rig.ask("standard");
    assertThat(rig.api.open()).hasSize(1);
    assertThat(rig.dispatcher.intakeRoom()).as("until its probe is answered").isZero();
    rig.api.only().answer(FAILED);
    assertThat(rig.dispatcher.intakeRoom()).as("another may tell more").isEqualTo(5);
  }

  @Test
  void theOneRequestThatIntakeOpensForMayEndWithoutACall() {
    Rig rig = Rig.withDefaults();
    rig.breakApi();
    rig.time.advanceMs(10_000);
    rig.ask(Ask.in("standard").notAfter(rig.time.now()));
    assertThat(rig.api.open()).isEmpty();
    assertThat(rig.dispatcher.intakeRoom()).isEqualTo(1);
  }

  @Test
  void theApiCountsAsUpOnceAProbeSucceededAndNothingWaits() {
    Rig rig = Rig.withDefaults();
    rig.api.rule(20, call -> FAILED);
    Asked alone = rig.ask("urgent");
    while (rig.dispatcher.apiUp()) {
      rig.time.runNext();
    }
    rig.api.rule(20, call -> DONE);
    rig.time.advanceMs(10_020);
    assertThat(alone.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(rig.dispatcher.apiUp()).isTrue();
    assertThat(rig.dispatcher.intakeRoom()).isEqualTo(Integer.MAX_VALUE);
    assertThat(rig.time.timersSet()).isZero();
  }

  @Test
  void oneProbeIsNotEnoughWhileAnotherIsUnderWayOrARequestWaits() {
    Rig rig = new Rig(new Settings().halfOpenCalls(2));
    rig.breakApi();
    List<Asked> all = rig.ask(3, Ask.in("standard"));
    rig.time.advanceMs(10_000);
    List<ScriptedApi.Call> probes = rig.api.open();
    probes.getFirst().answer(DONE);
    assertThat(rig.dispatcher.apiUp()).as("one probe is under way, one request waits").isFalse();
    rig.withdraw(all.getLast());
    assertThat(rig.dispatcher.apiUp()).as("one probe is under way").isFalse();
    probes.getLast().answer(ApiAnswers.throttled(1_000));
    assertThat(rig.dispatcher.apiUp()).as("a 429 waits").isFalse();
    rig.withdraw(all);
    assertThat(rig.dispatcher.apiUp()).as("nothing waits").isTrue();
  }

  @Test
  void aProbeThatFailedDoesNotMakeTheApiCountAsUp() {
    Rig rig = Rig.withDefaults();
    rig.breakApi();
    Asked asked = rig.ask("standard");
    rig.time.advanceMs(10_000);
    rig.withdraw(asked);
    rig.api.only().answer(FAILED);
    assertThat(asked.isWithdrawn()).isTrue();
    assertThat(rig.dispatcher.apiUp()).isFalse();
  }

  @Test
  void whereManyRequestsWaitNoneIsAdmittedWhileHalfOpen() {
    Rig rig = Rig.withDefaults();
    rig.breakApi();
    rig.ask(1_000, Ask.in("standard"));
    rig.time.advanceMs(10_000);
    assertThat(rig.api.open()).hasSize(3);
    assertThat(rig.dispatcher.intakeRoom()).isZero();
  }

  @Test
  void whereAllRequestsWaitForALoginNoFloodIsAdmittedWhileHalfOpen() {
    Rig rig = Rig.withDefaults();
    rig.breakApi();
    rig.time.advanceMs(10_000);
    int admitted = 0;
    while (rig.dispatcher.intakeRoom() > 0 && admitted < 100) {
      rig.ask(Ask.in("standard").of("acme"));
      admitted++;
    }
    assertThat(rig.api.only().isLogin()).isTrue();
    assertThat(admitted).isLessThanOrEqualTo(7);
  }

  @Test
  void requestsThatWaitedForAFinishedLoginTakeNoRoom() {
    Rig rig = Rig.withDefaults();
    rig.ask(5, Ask.in("standard").of("acme"));
    rig.api.only().answer(ApiAnswers.session("70ce"));
    rig.api.answerAll(DONE);
    rig.breakApi();
    rig.time.advanceMs(10_000);
    assertThat(rig.dispatcher.intakeRoom()).isEqualTo(1);
  }

  @Test
  void inALongOutageIntakeStaysClosedHoweverManyProbesAreMade() {
    Rig rig = Rig.withDefaults();
    rig.breakApi();
    rig.api.rule(5, call -> FAILED);
    List<Asked> taken = new ArrayList<>();
    rig.onIntakeChange = () -> rig.time.after(1, () -> takeIn(rig, taken));
    rig.time.advanceMs(10 * 3_600_000);
    assertThat(taken).hasSizeLessThanOrEqualTo(9);
    assertThat(rig.dispatcher.waiting("standard")).isEqualTo(taken.size());
  }

  @Test
  void anUrgentRequestWhoseProbeFailedIsCalledFirstOnceTheApiIsUp() {
    Rig rig = new Rig(new Settings().maxInFlight(3).reserved(0, 0).halfOpenCalls(1));
    rig.breakApi();
    rig.ask(Ask.in("urgent").key("0a0a0a0a"));
    rig.ask(10, Ask.in("standard"));
    rig.time.advanceMs(10_000);
    rig.api.only().answer(FAILED);
    rig.time.advanceMs(10_000);
    rig.api.only().answer(DONE);
    assertThat(rig.api.open().getFirst().key()).isEqualTo("0a0a0a0a");
  }

  @Test
  void theListenerLearnsWhenIntakeOpensAndCloses() {
    Rig rig = Rig.withDefaults();
    List<Integer> rooms = new ArrayList<>();
    rig.onIntakeChange = () -> rooms.add(rig.dispatcher.intakeRoom());
    rig.breakApi();
    rig.time.advanceMs(10_000);
    rig.ask(3, Ask.in("standard"));
    rig.api.answerAll(DONE);
    assertThat(rooms).startsWith(0, 1).endsWith(Integer.MAX_VALUE);
  }

  @Test
  void aHalfOpenBreakerWithNothingWaitingDoesNoHarm() {
    Rig rig = Rig.withDefaults();
    rig.breakApi();
    rig.time.advanceMs(10 * 3_600_000);
    assertThat(rig.time.timersSet()).as("it waits without timers").isZero();
    Asked first = rig.ask("standard");
    rig.api.only().answer(DONE);
    assertThat(first.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(rig.dispatcher.apiUp()).isTrue();
  }

  @Test
  void aProbeThatEndsAs429GivesItsPermissionBack() {
    Rig rig = Rig.withDefaults();
    rig.breakApi();
    Asked asked = rig.ask("standard");
    rig.time.advanceMs(10_000);
    for (int i = 0; i < 10; i++) {
      rig.api.only().answer(ApiAnswers.throttled(1_000));
      rig.time.advanceMs(1_000);
    }
    rig.ask(3, Ask.in("standard"));
    assertThat(rig.api.open()).as("two permissions are left").hasSize(3);
    rig.api.open().getFirst().answer(DONE);
    assertThat(asked.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(rig.api.open()).as("all permissions are used").hasSize(2);
    rig.api.answerAll(DONE);
    assertThat(rig.dispatcher.apiUp()).isTrue();
  }

  @Test
  void probesWhoseOwnersWithdrewLeaveTheBreakerAbleToClose() {
    Rig rig = Rig.withDefaults();
    rig.breakApi();
    for (int round = 0; round < 5; round++) {
      List<Asked> asked = rig.ask(3, Ask.in("standard"));
      rig.time.advanceMs(10_000);
      assertThat(rig.api.open()).hasSize(3);
      rig.withdraw(asked);
      rig.api.answerAll(FAILED);
      assertThat(asked).allMatch(Asked::isWithdrawn);
    }
    rig.ask(3, Ask.in("standard"));
    rig.time.advanceMs(10_000);
    rig.api.answerAll(DONE);
    assertThat(rig.dispatcher.apiUp()).isTrue();
  }

  @Test
  void lateAnswersOfCallsFromBeforeTheOutageAreNoProbes() {
    Rig rig = Rig.withDefaults();
    rig.ask(20, Ask.in("standard"));
    List<ScriptedApi.Call> early = rig.api.open();
    early.subList(0, 5).forEach(call -> call.answer(FAILED));
    assertThat(rig.dispatcher.apiUp()).isFalse();
    rig.time.advanceMs(10_000);
    assertThat(rig.api.open()).as("15 early ones and three probes").hasSize(18);

    early.subList(5, 8).forEach(call -> call.answer(DONE));
    assertThat(rig.dispatcher.apiUp()).as("no probe has ended").isFalse();
    early.subList(8, 11).forEach(call -> call.answer(FAILED));
    assertThat(rig.dispatcher.intakeRoom()).as("it is probed still").isPositive();
    early.subList(11, 15).forEach(call -> call.answer(ApiAnswers.throttled(1)));
    rig.time.advanceMs(1_000);
    List<ScriptedApi.Call> now = new ArrayList<>(rig.api.open());
    now.removeAll(early);
    assertThat(now).as("no more probes than are permitted").hasSize(3);
    now.forEach(call -> call.answer(DONE));
    assertThat(rig.dispatcher.apiUp()).isTrue();
  }

  @Test
  void aFailureFromBeforeTheOutageSpendsNoAttemptAfterIt() {
    Rig rig = new Rig(new Settings().maxAttempts(1).minimumCalls(2));
    Asked slow = rig.ask("standard");
    ScriptedApi.Call slowCall = rig.api.only();
    Asked quick = rig.ask("standard");
    Asked next = rig.ask("standard");
    rig.api.open().get(1).answer(FAILED);
    assertThat(quick.outcome()).as("one failure is not an outage").isEqualTo(Outcome.UNAVAILABLE);
    rig.api.open().get(1).answer(FAILED);
    assertThat(next.isOpen()).isTrue();
    rig.time.advanceMs(10_000);
    rig.ask(2, Ask.in("standard"));
    rig.api.open().stream().filter(call -> call != slowCall).forEach(call -> call.answer(DONE));
    assertThat(rig.dispatcher.apiUp()).isTrue();

    slowCall.answer(FAILED);
    assertThat(slow.isOpen()).isTrue();
    rig.api.only().answer(DONE);
    assertThat(slow.outcome()).isEqualTo(Outcome.REVOKED);
  }

  @ParameterizedTest(name = "{0} probes, a call takes {1} ms, a record takes {2} ms to come")
  @CsvSource({"3,5,50", "3,5,2000", "3,2000,5", "2,5,50", "5,20,300", "1,20,5"})
  void aRequestThatAlwaysFailsDoesNotKeepTheOthersOut(int probes, long callMs, long intakeMs) {
    Rig rig = new Rig(new Settings().halfOpenCalls(probes));
    rig.api.rule(callMs, call -> call.key().equals(POISON) ? FAILED : DONE);
    rig.ask(Ask.in("urgent").key(POISON));
    while (rig.dispatcher.apiUp()) {
      rig.time.runNext();
    }
    List<Asked> others = new ArrayList<>();
    // As the loop does: after it hears of room, it has the records a little later.
    rig.onIntakeChange = () -> rig.time.after(intakeMs, () -> takeIn(rig, others));
    rig.time.advanceMs(120_000);
    assertThat(others).hasSizeGreaterThan(50);
    assertThat(others.subList(0, 50)).allMatch(asked -> asked.outcome() == Outcome.REVOKED);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void urgentRequestsThatAlwaysFailDoNotStarveTheStandardOnes(int probes) {
    Rig rig = new Rig(new Settings().halfOpenCalls(probes));
    rig.api.rule(20, call -> call.key().equals(POISON) ? FAILED : DONE);
    rig.ask(5, Ask.in("urgent").key(POISON));
    rig.time.advanceMs(20);
    List<Asked> standard = rig.ask(200, Ask.in("standard"));
    rig.time.advanceMs(600_000);
    assertThat(standard).allMatch(asked -> asked.outcome() == Outcome.REVOKED);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void anAccountWhoseLoginAlwaysFailsDoesNotKeepTheOthersOut(int probes) {
    Rig rig = new Rig(new Settings().halfOpenCalls(probes));
    rig.api.rule(20, call -> call.isLogin() ? FAILED : DONE);
    rig.breakApi();
    List<Asked> failing = rig.ask(100, Ask.in("urgent").of("acme"));
    List<Asked> others = rig.ask(100, Ask.in("standard"));
    rig.time.advanceMs(41_000);
    assertThat(others).allMatch(asked -> asked.outcome() == Outcome.REVOKED);
    rig.api.rule(20, call -> call.isLogin() ? ApiAnswers.session("70ce") : DONE);
    rig.time.advanceMs(41_000);
    assertThat(failing).noneMatch(Asked::isOpen);
  }

  @Test
  void aRequestWhoseProbeFailedRestsWhileAnotherCanProbe() {
    Rig rig = new Rig(new Settings().halfOpenCalls(2));
    rig.breakApi();
    rig.ask(Ask.in("urgent").key(POISON));
    rig.time.advanceMs(10_000);
    rig.api.only().answer(FAILED);
    rig.ask("standard");
    rig.api.only().answer(FAILED);
    rig.ask(Ask.in("standard").key("0a0a0a0a"));
    rig.time.advanceMs(10_000);
    rig.withdraw(List.of());
    assertThat(rig.api.only().key()).as("one of two probes is left").isEqualTo("0a0a0a0a");
    rig.api.only().answer(DONE);
    assertThat(rig.api.only().key()).as("no other is left").isEqualTo(POISON);
  }

  @Test
  void aSingleFailingRequestKeepsProbingAndLeavesRoomForAnother() {
    Rig rig = new Rig(new Settings().halfOpenCalls(2));
    rig.breakApi();
    rig.ask(Ask.in("urgent").key(POISON));
    for (int round = 1; round <= 5; round++) {
      rig.time.advanceMs(10_000);
      assertThat(rig.api.only().key()).isEqualTo(POISON);
      rig.api.only().answer(FAILED);
      assertThat(rig.dispatcher.intakeRoom()).as("after probe " + round).isPositive();
    }
    Asked another = rig.ask("standard");
    rig.api.only().answer(DONE);
    assertThat(another.outcome()).isEqualTo(Outcome.REVOKED);
  }

  @Test
  void anUrgentRequestIsTheFirstToProbe() {
    Rig rig = new Rig(new Settings().halfOpenCalls(1));
    rig.breakApi();
    rig.ask(10, Ask.in("standard"));
    rig.ask(Ask.in("urgent").key("0a0a0a0a"));
    rig.time.advanceMs(10_000);
    assertThat(rig.api.only().key()).isEqualTo("0a0a0a0a");
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,5", "3,1", "10,5"})
  void theBreakerClosesWhateverItsSettings(int probes, int minimum) {
    Rig rig = new Rig(new Settings().halfOpenCalls(probes).minimumCalls(minimum));
    rig.api.rule(20, call -> FAILED);
    List<Asked> all = rig.ask(40, Ask.in("standard"));
    rig.time.advanceMs(100_000);
    assertThat(all).allMatch(Asked::isOpen);
    rig.api.rule(20, call -> DONE);
    rig.time.advanceMs(12_000);
    assertThat(all).allMatch(Asked::isAnswered);
    assertThat(rig.dispatcher.apiUp()).isTrue();
  }

  private static void takeIn(Rig rig, List<Asked> others) {
    int room = Math.min(rig.dispatcher.intakeRoom(), 100 - others.size());
    for (int i = 0; i < room; i++) {
      others.add(rig.ask("standard"));
    }
  }
}
