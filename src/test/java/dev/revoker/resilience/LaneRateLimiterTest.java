package dev.revoker.resilience;

import static dev.revoker.resilience.ApiAnswers.DONE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code rate.limit.per.second}: no more, hardly less, and the urgent lanes' share kept free. */
class LaneRateLimiterTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 49, 75, 100, 333, 1_000, 5_000})
  void overAnySecondNoMoreThanTheLimitAndOnePortion(int limit) {
    Rig rig = flooded(limit, new Settings().reserved(0, 0), limit * 6);
    rig.time.advanceMs(5_000);
    long portion = Math.max(1, Math.round(limit / 50.0));
    for (long from = 0; from < 4_000; from += 7) {
      assertThat(rig.api.startedBetween(from, from + 1_000)).isLessThanOrEqualTo(limit + portion);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 49, 75, 100, 333, 1_000, 5_000})
  void theLimitIsReachedAndDoesNotDriftDown(int limit) {
    int seconds = limit < 10 ? 60 : 10;
    Rig rig = flooded(limit, new Settings().reserved(0, 0), limit * (seconds + 1));
    rig.time.advanceMs(seconds * 1_000L);
    assertThat((double) rig.api.calls.size()).isGreaterThanOrEqualTo(0.95 * limit * seconds);
  }

  @Test
  void loginsCountToo() {
    Rig rig = new Rig(new Settings().ratePerSecond(1).reserved(0, 0));
    rig.ask(Ask.in("urgent").of("acme"));
    rig.ask(Ask.in("urgent").of("other"));
    assertThat(rig.api.only().isLogin()).isTrue();
    rig.time.advanceMs(1_000);
    assertThat(rig.api.open()).hasSize(2);
  }

  @ParameterizedTest(
      name = "{0} a second, {1} of 64 slots reserved: an urgent one waits {2} ms at most")
  @CsvSource({"4,16,1000", "10,16,400", "100,16,100", "1000,16,40", "1000,32,40"})
  void howeverMuchStandardWaitsTheUrgentShareIsFree(int limit, int reserved, long mostMs) {
    Rig rig = flooded(limit, new Settings().reserved(reserved, 0), limit * 30);
    rig.api.rule(1, call -> DONE);
    // Half of the share: an urgent request now and then.
    long everyMs = Math.max(1, 2 * 64_000L / ((long) limit * reserved));
    for (int i = 0; i < 50; i++) {
      long asked = rig.time.millis();
      Asked urgent = rig.ask("urgent");
      rig.time.advanceMs(mostMs + 1);
      assertThat(urgent.isAnswered()).as("asked at %d ms", asked).isTrue();
      rig.time.advanceMs(Math.max(0, everyMs - mostMs - 1));
    }
  }

  @Test
  void anUrgentRequestIsNotWokenByAStandardOnesLongerWait() {
    // Its portion comes every 250 ms; the standard lane's every 1,000 ms.
    Rig rig = new Rig(new Settings().maxInFlight(4).reserved(3, 0).ratePerSecond(4));
    rig.api.rule(1, call -> DONE);
    rig.ask(2, Ask.in("standard"));
    rig.time.advanceMs(10);
    Asked urgent = rig.ask("urgent");
    rig.time.advanceMs(241);
    assertThat(urgent.isAnswered()).isTrue();
  }

  @Test
  void ofTheStandardLaneNoMoreThanItsShareIsCalled() {
    Rig rig = flooded(1_000, new Settings().reserved(16, 0), 20_000);
    rig.time.advanceMs(10_000);
    assertThat(rig.api.calls.size()).isBetween(7_200, 7_520);
  }

  @Test
  void allLanesTogetherStayWithinTheLimit() {
    Rig rig = flooded(1_000, new Settings().reserved(16, 0), 20_000);
    rig.ask(20_000, Ask.in("urgent"));
    rig.time.advanceMs(10_000);
    assertThat(rig.api.calls.size()).isBetween(9_500, 10_020);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.125, 0.25, 0.375, 0.5, 0.875})
  void aWorkerMakesItsShareOfTheCalls(double share) {
    Rig rig = flooded(80, new Settings().reserved(0, 0), 2_000);
    rig.dispatcher.rateShare(share, 60_000);
    rig.time.advanceMs(500);
    rig.time.advanceMs(10_000);
    assertThat((double) rig.api.startedBetween(500, 10_500))
        .isBetween(0.95 * 800 * share, 800 * share + 2);
  }

  @Test
  void aShareThatGrowsBringsNoBurst() {
    Rig rig = new Rig(new Settings().reserved(0, 0).ratePerSecond(100));
    rig.api.rule(1, call -> DONE);
    rig.dispatcher.rateShare(0.1, 60_000);
    rig.time.advanceMs(20_000);
    rig.ask(2_000, Ask.in("standard"));
    rig.dispatcher.rateShare(1, 60_000);
    rig.time.advanceMs(1_000);
    assertThat(rig.api.startedBetween(20_000, 21_000)).isBetween(95L, 102L);
  }

  @Test
  void withoutAShareNoCallIsMade() {
    Rig rig = new Rig(new Settings().ratePerSecond(100));
    rig.api.rule(1, call -> DONE);
    rig.dispatcher.rateShare(0, 60_000);
    rig.ask(10, Ask.in("urgent"));
    rig.time.advanceMs(5_000);
    assertThat(rig.api.calls).isEmpty();

    rig.dispatcher.rateShare(0.5, 60_000);
    rig.time.advanceMs(1_000);
    assertThat(rig.api.calls).hasSizeGreaterThanOrEqualTo(10);
  }

  @Test
  void aShareThatIsNotRenewedEnds() {
    Rig rig = flooded(100, new Settings().reserved(0, 0), 2_000);
    rig.dispatcher.rateShare(1, 3_000);
    rig.time.advanceMs(20_000);
    int calls = rig.api.calls.size();
    assertThat(calls).isBetween(290, 303);

    rig.dispatcher.rateShare(1, 3_000);
    rig.time.advanceMs(1_000);
    assertThat(rig.api.calls.size() - calls).as("no burst after the pause").isBetween(95, 103);
  }

  @Test
  void withoutALimitNothingWaits() {
    Rig rig = flooded(0, new Settings().reserved(0, 0), 20_000);
    rig.time.advanceMs(1_000);
    assertThat(rig.api.open()).isEmpty();
    assertThat(rig.api.calls).hasSize(20_000);
  }

  @Test
  void waitingForTheRateUsesNoBusyLoop() {
    Rig rig = flooded(10, new Settings().reserved(0, 0), 1_000);
    rig.time.advanceMs(100);
    assertThat(rig.time.timersSet()).isLessThanOrEqualTo(2);
  }

  private static Rig flooded(int limit, Settings settings, int requests) {
    Rig rig = new Rig(settings.ratePerSecond(limit));
    rig.api.rule(1, call -> DONE);
    List<Asked> all = rig.ask(requests, Ask.in("standard"));
    assertThat(all).hasSize(requests);
    return rig;
  }
}
