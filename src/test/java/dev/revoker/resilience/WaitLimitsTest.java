package dev.revoker.resilience;

import static dev.revoker.resilience.ApiAnswers.DONE;
import static dev.revoker.resilience.ApiAnswers.FAILED;
import static dev.revoker.resilience.ApiAnswers.NO_ANSWER;
import static dev.revoker.resilience.ApiAnswers.session;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Outcome;
import dev.revoker.model.Result.KeyState;
import dev.revoker.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends waiting: {@code not_after} and {@code hold.max.ms}, and nothing else. */
class WaitLimitsTest {
  @Test
  void anExpiredRequestIsNotCalled() {
    Rig rig = Rig.withDefaults();
    Asked past = rig.ask(Ask.in("urgent").notAfter(rig.time.now().minusSeconds(1)));
    Asked now = rig.ask(Ask.in("urgent").notAfter(rig.time.now()));
    assertThat(List.of(past, now)).allMatch(asked -> asked.outcome() == Outcome.EXPIRED);
    assertThat(past.result().error().type()).isEqualTo("EXPIRED");
    assertThat(past.result().keyState()).isEqualTo(KeyState.ASSUMED_ACTIVE);
    assertThat(past.result().attempts()).isZero();
    assertThat(rig.api.calls).isEmpty();
  }

  @Test
  void notAfterEndsAWaitForASlot() {
    Rig rig = new Rig(new Settings().maxInFlight(1).reserved(0, 0));
    rig.ask("urgent");
    Asked asked = rig.ask(Ask.in("standard").notAfter(rig.time.now().plusMillis(500)));
    rig.time.advanceMs(499);
    assertThat(asked.isOpen()).isTrue();
    rig.time.advanceMs(2);
    assertThat(asked.outcome()).isEqualTo(Outcome.EXPIRED);
    rig.api.only().answer(DONE);
    assertThat(rig.api.calls).hasSize(1);
  }

  @Test
  void notAfterEndsABackOff() {
    Rig rig = Rig.withDefaults();
    Asked asked = rig.ask(Ask.in("standard").notAfter(rig.time.now().plusMillis(100)));
    rig.api.only().answer(NO_ANSWER);
    assertThat(rig.dispatcher.waiting("standard")).isEqualTo(1);
    rig.time.advanceMs(101);
    assertThat(asked.outcome()).isEqualTo(Outcome.EXPIRED);
    assertThat(asked.result().keyState()).isEqualTo(KeyState.UNKNOWN);
    assertThat(rig.dispatcher.waiting("standard")).isZero();
    assertThat(rig.time.timersSet()).isZero();
  }

  @Test
  void notAfterEndsAWaitForALogin() {
    Rig rig = Rig.withDefaults();
    rig.ask(Ask.in("standard").of("acme"));
    Asked asked = rig.ask(Ask.in("standard").of("acme").notAfter(rig.time.now().plusMillis(100)));
    rig.time.advanceMs(101);
    assertThat(asked.outcome()).isEqualTo(Outcome.EXPIRED);
    assertThat(rig.dispatcher.waiting("standard")).isZero();
    rig.api.only().answer(session("70ce"));
    assertThat(rig.api.only().isLogin()).isFalse();
  }

  @Test
  void notAfterEndsAWaitForTheApi() {
    Rig rig = Rig.withDefaults();
    rig.breakApi();
    Asked open = rig.ask(Ask.in("standard").notAfter(rig.time.now().plusMillis(5_000)));
    Asked resting = rig.ask(Ask.in("standard").notAfter(rig.time.now().plusMillis(12_000)));
    rig.time.advanceMs(5_001);
    assertThat(open.outcome()).isEqualTo(Outcome.EXPIRED);
    rig.time.advanceMs(5_000);
    rig.api.only().answer(FAILED);
    rig.time.advanceMs(2_000);
    assertThat(resting.outcome()).isEqualTo(Outcome.EXPIRED);
    assertThat(rig.dispatcher.waiting("standard")).isZero();
  }

  @Test
  void aCallInFlightMayStillDecideAfterNotAfter() {
    Rig rig = Rig.withDefaults();
    Asked done = rig.ask(Ask.in("urgent").notAfter(rig.time.now().plusMillis(100)));
    Asked failed = rig.ask(Ask.in("urgent").notAfter(rig.time.now().plusMillis(100)));
    Asked throttled = rig.ask(Ask.in("urgent").notAfter(rig.time.now().plusMillis(100)));
    List<ScriptedApi.Call> calls = rig.api.open();
    rig.time.advanceMs(5_000);
    calls.get(0).answer(DONE);
    calls.get(1).answer(FAILED);
    calls.get(2).answer(ApiAnswers.throttled(10));
    assertThat(done.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(failed.outcome()).isEqualTo(Outcome.EXPIRED);
    assertThat(throttled.outcome()).isEqualTo(Outcome.EXPIRED);
  }

  @Test
  void afterALoginThatTookTooLongTheKeyIsNotRemoved() {
    Rig rig = Rig.withDefaults();
    Asked asked = rig.ask(Ask.in("urgent").of("acme").notAfter(rig.time.now().plusMillis(1_000)));
    rig.time.advanceMs(1_000);
    rig.api.only().answer(session("70ce"));
    assertThat(asked.outcome()).isEqualTo(Outcome.EXPIRED);
    assertThat(rig.api.calls).hasSize(1);
  }

  @Test
  void aWallClockThatIsSetBackOnlyMakesTheWaitLonger() {
    Rig rig = Rig.withDefaults();
    SetForward time = new SetForward(rig.time);
    Dispatcher dispatcher =
        new Dispatcher(
            new Settings().maxInFlight(1).reserved(0, 0).build(),
            rig.api,
            Dispatcher.Memory.NONE,
            rig,
            time,
            () -> 0);
    dispatcher.admit(Ask.in("urgent").request(0), new Asked());
    Asked asked = new Asked();
    Instant notAfter = time.now().plusMillis(1_000);
    dispatcher.admit(Ask.in("urgent").notAfter(notAfter).request(1), asked);
    time.by = Duration.ofHours(-1);
    rig.time.advanceMs(3_600_999);
    assertThat(asked.isOpen()).isTrue();
    rig.time.advanceMs(2);
    assertThat(asked.outcome()).isEqualTo(Outcome.EXPIRED);
  }

  @Test
  void aNotAfterFarAheadStillExpires() {
    Rig rig = new Rig(new Settings().maxInFlight(1).reserved(0, 0));
    rig.ask("urgent");
    Asked asked = rig.ask(Ask.in("urgent").notAfter(rig.time.now().plusSeconds(3 * 86_400)));
    Asked late = rig.ask(Ask.in("urgent").notAfter(Instant.parse("9999-12-31T23:59:59Z")));
    rig.time.advanceMs(3 * 86_400_000L + 10);
    assertThat(asked.outcome()).isEqualTo(Outcome.EXPIRED);
    assertThat(late.isOpen()).isTrue();
  }

  @Test
  void holdMaxMsCountsTimeHeldInSeveralOutagesAndNoOther() {
    Rig rig = new Rig(new Settings().holdMaxMs(25_000).maxAttempts(50).minimumCalls(50));
    Asked asked = rig.ask("standard");
    rig.api.only().answer(ApiAnswers.throttled(10_000));
    rig.time.advanceMs(10_000);
    // Called for a minute, and then in back-off: not held.
    rig.time.advanceMs(60_000);
    rig.api.only().answer(FAILED);
    rig.time.advanceMs(250);
    rig.api.only().answer(ApiAnswers.throttled(10_000));
    rig.time.advanceMs(10_000);
    rig.time.advanceMs(60_000);
    rig.api.only().answer(ApiAnswers.throttled(10_000));
    rig.time.advanceMs(4_999);
    assertThat(asked.isOpen()).isTrue();
    rig.time.advanceMs(1);
    assertThat(asked.outcome()).isEqualTo(Outcome.UNAVAILABLE);
  }

  @Test
  void waitingForASlotIsNoHold() {
    Rig rig =
        new Rig(new Settings().holdMaxMs(1_000).maxInFlight(1).reserved(0, 0).minimumCalls(50));
    rig.ask("standard");
    Asked queued = rig.ask("standard");
    for (int round = 1; round <= 3; round++) {
      rig.time.advanceMs(60_000);
      assertThat(rig.dispatcher.waiting("standard")).as("held or in back-off").isZero();
      rig.api.only().answer(ApiAnswers.throttled(400));
      assertThat(rig.dispatcher.waiting("standard")).isEqualTo(2);
      rig.time.advanceMs(round < 3 ? 400 : 199);
      assertThat(queued.isOpen()).as("held for a second, in hold " + round).isTrue();
    }
    rig.time.advanceMs(1);
    assertThat(queued.outcome()).isEqualTo(Outcome.UNAVAILABLE);
  }

  @Test
  void aRequestThatWasHeldBeforeEndsFirst() {
    Rig rig = new Rig(new Settings().holdMaxMs(10_000).minimumCalls(50));
    Asked before = rig.ask("standard");
    rig.api.only().answer(ApiAnswers.throttled(6_000));
    rig.time.advanceMs(6_000);
    ScriptedApi.Call late = rig.api.only();
    Asked fresh = rig.ask("standard");
    rig.api.open().getLast().answer(ApiAnswers.throttled(60_000));
    late.answer(ApiAnswers.throttled(60_000));
    rig.time.advanceMs(3_999);
    assertThat(before.isOpen()).isTrue();
    rig.time.advanceMs(1);
    assertThat(before.outcome()).isEqualTo(Outcome.UNAVAILABLE);
    rig.time.advanceMs(5_999);
    assertThat(fresh.isOpen()).isTrue();
    rig.time.advanceMs(1);
    assertThat(fresh.outcome()).isEqualTo(Outcome.UNAVAILABLE);
    assertThat(rig.time.timersSet()).as("but the hold's own").isLessThanOrEqualTo(1);
  }

  @Test
  void anExpiredHeadOfAQueueDoesNotBlockTheNextRequest() {
    Rig rig = new Rig(new Settings().maxInFlight(1).reserved(0, 0));
    SetForward time = new SetForward(rig.time);
    Dispatcher dispatcher =
        new Dispatcher(
            new Settings().maxInFlight(1).reserved(0, 0).build(),
            rig.api,
            Dispatcher.Memory.NONE,
            rig,
            time,
            () -> 0);
    dispatcher.admit(Ask.in("urgent").request(0), new Asked());
    Asked past = new Asked();
    dispatcher.admit(Ask.in("urgent").notAfter(time.now().plusMillis(100)).request(1), past);
    Asked next = new Asked();
    dispatcher.admit(Ask.in("urgent").key("fedcba98").request(2), next);
    // The clock tells before the timer does.
    time.by = Duration.ofSeconds(1);
    rig.api.only().answer(DONE);
    assertThat(past.outcome()).isEqualTo(Outcome.EXPIRED);
    assertThat(rig.api.only().key()).isEqualTo("fedcba98");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 9_999, 25_000, 100_000})
  void inAnOutageEachRequestEndsWhenItsOwnHoldIsOver(long holdMaxMs) {
    Rig rig = new Rig(new Settings().holdMaxMs(holdMaxMs));
    rig.breakApi();
    rig.api.rule(0, call -> FAILED);
    Asked early = rig.ask("standard");
    rig.time.advanceMs(holdMaxMs / 2);
    Asked late = rig.ask("urgent");
    rig.time.advanceMs(holdMaxMs - holdMaxMs / 2 - 1);
    assertThat(early.isOpen()).isTrue();
    rig.time.advanceMs(1);
    assertThat(early.outcome()).isEqualTo(Outcome.UNAVAILABLE);
    if (holdMaxMs > 1) {
      assertThat(late.isOpen()).isTrue();
    }
    rig.time.advanceMs(holdMaxMs / 2);
    assertThat(late.outcome()).isEqualTo(Outcome.UNAVAILABLE);
    assertThat(late.result().error().type()).isEqualTo("API_UNAVAILABLE");
  }

  @Test
  void heldRequestsShareOneTimer() {
    Rig rig = new Rig(new Settings().holdMaxMs(1_000_000));
    rig.breakApi();
    for (int i = 0; i < 2_000; i++) {
      rig.ask("standard");
      rig.time.advanceMs(1);
    }
    assertThat(rig.time.timersSet()).isLessThan(10);
  }

  /** A wall clock that somebody set; the steady clock goes on. */
  private static final class SetForward implements Time {
    private final Time time;
    private Duration by = Duration.ZERO;

    SetForward(Time time) {
      this.time = time;
    }

    @Override
    public Instant now() {
      return time.now().plus(by);
    }

    @Override
    public long nanos() {
      return time.nanos();
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
      return time.after(delayMs, task);
    }
  }
}
