package dev.revoker.resilience;

import static dev.revoker.resilience.ApiAnswers.DONE;
import static dev.revoker.resilience.ApiAnswers.FAILED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Urgent means urgent: for slots and in queues; and never more calls than slots. */
class CallPermitsTest {
  @ParameterizedTest(name = "of {0} slots, {1} and {2} reserved: {3} for standard, {4} for bulk")
  @CsvSource({"8,2,0,6,6", "8,2,3,6,3", "8,0,0,8,8", "8,7,0,1,1", "8,3,4,5,1", "1,0,0,1,1"})
  void aLaneGetsWhatTheMoreUrgentOnesHaveNotReserved(
      int max, int urgent, int standard, int forStandard, int forBulk) {
    Settings settings = new Settings().maxInFlight(max).reserved(urgent, standard, 0);
    Rig rig = new Rig(settings);
    rig.ask(100, Ask.in("standard"));
    assertThat(rig.dispatcher.inFlight("standard")).isEqualTo(forStandard);

    rig = new Rig(settings);
    rig.ask(100, Ask.in("bulk"));
    assertThat(rig.dispatcher.inFlight("bulk")).isEqualTo(forBulk);

    rig = new Rig(settings);
    rig.ask(100, Ask.in("urgent"));
    assertThat(rig.dispatcher.inFlight("urgent")).isEqualTo(max);
  }

  @Test
  void whatALaneUsesOfItsReservationIsNotKeptTwice() {
    Rig rig = new Rig(new Settings().maxInFlight(8).reserved(2, 0));
    rig.ask(2, Ask.in("urgent"));
    rig.ask(100, Ask.in("standard"));
    assertThat(rig.dispatcher.inFlight("standard")).isEqualTo(6);
    rig.api.open().get(0).answer(DONE);
    assertThat(rig.dispatcher.inFlight("standard")).isEqualTo(6);
    rig.api.open().getLast().answer(DONE);
    assertThat(rig.dispatcher.inFlight("standard")).isEqualTo(6);
  }

  @Test
  void aSingleLaneUsesAllSlots() {
    Rig rig = new Rig(new Settings().maxInFlight(5).reserved(3));
    rig.ask(100, Ask.in("urgent"));
    assertThat(rig.dispatcher.inFlight("urgent")).isEqualTo(5);
  }

  @Test
  void anUrgentRequestStartsAtOnceBehindTenThousandStandardOnes() {
    Rig rig = Rig.withDefaults();
    rig.ask(10_000, Ask.in("standard"));
    assertThat(rig.api.open()).hasSize(48);
    for (int i = 0; i < 16; i++) {
      rig.ask(Ask.in("urgent").key("0a0a0a0a"));
      assertThat(rig.api.open().getLast().key()).isEqualTo("0a0a0a0a");
    }
  }

  @Test
  void theNextFreeSlotIsTheUrgentOnes() {
    Rig rig = new Rig(new Settings().maxInFlight(2).reserved(0, 0));
    rig.ask(100, Ask.in("standard"));
    rig.ask(Ask.in("urgent").key("0a0a0a0a"));
    rig.api.open().getFirst().answer(DONE);
    assertThat(rig.api.open().getLast().key()).isEqualTo("0a0a0a0a");
  }

  @Test
  void aRequestInBackOffHoldsNoSlot() {
    Rig rig = new Rig(new Settings().maxInFlight(2).reserved(0, 0).minimumCalls(50));
    rig.ask(2, Ask.in("standard"));
    rig.api.answerAll(FAILED);
    assertThat(rig.dispatcher.inFlight("standard")).isZero();
    assertThat(rig.dispatcher.waiting("standard")).isEqualTo(2);
    rig.ask(2, Ask.in("standard"));
    assertThat(rig.api.open()).hasSize(2);
  }

  @Test
  void anUrgentRequestDoesNotWaitForAStandardOnesBackOff() {
    Rig rig = new Rig(new Settings().maxInFlight(1).reserved(0, 0));
    rig.ask("standard");
    rig.api.only().answer(FAILED);
    rig.ask(Ask.in("urgent").key("0a0a0a0a"));
    assertThat(rig.api.only().key()).isEqualTo("0a0a0a0a");
  }

  @Test
  void withOneSlotAndTwoLanesBothAreServed() {
    Rig rig = new Rig(new Settings().maxInFlight(1).reserved(0, 0));
    List<Asked> standard = rig.ask(20, Ask.in("standard"));
    List<Asked> urgent = rig.ask(20, Ask.in("urgent"));
    rig.api.rule(10, call -> DONE);
    rig.api.answerAll(DONE);
    rig.time.advanceMs(1_000);
    assertThat(standard).allMatch(Asked::isAnswered);
    assertThat(urgent).allMatch(Asked::isAnswered);
    assertThat(rig.api.mostOpen()).isEqualTo(1);
  }

  @Test
  void loginsTakeSlotsToo() {
    Rig rig = new Rig(new Settings().maxInFlight(2).reserved(0, 0));
    rig.ask(Ask.in("urgent").of("acme"));
    rig.ask(Ask.in("urgent").of("other"));
    rig.ask("urgent");
    assertThat(rig.api.open()).hasSize(2).allMatch(ScriptedApi.Call::isLogin);
    assertThat(rig.dispatcher.inFlight("urgent")).isEqualTo(2);
  }

  @Test
  void aLaneThatIsNotConfiguredIsABugOfTheCallers() {
    Rig rig = Rig.withDefaults();
    assertThatThrownBy(() -> rig.dispatcher.inFlight("nowhere"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
