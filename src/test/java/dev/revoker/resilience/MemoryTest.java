package dev.revoker.resilience;

import static dev.revoker.resilience.ApiAnswers.NOT_FOUND;
import static dev.revoker.resilience.ApiAnswers.NO_ANSWER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Outcome;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.Result.RevokedBy;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What was revoked before: asked on ITEM_NOT_FOUND only, and waited for without a slot. */
class MemoryTest {
  private static final RevokedBy EARLIER =
      new RevokedBy("earlier", Instant.parse("2026-11-23T10:00:00Z"));

  private final Rig rig = new Rig(new Settings().maxInFlight(1).reserved(0, 0));

  @Test
  void aKeyThatAnEarlierResultSaysIsRevokedIsAlreadyRevoked() {
    rig.memory.rule = (fingerprint, answer) -> answer.accept(EARLIER);
    Asked asked = rig.ask("urgent");
    rig.api.only().answer(NOT_FOUND);
    assertThat(asked.outcome()).isEqualTo(Outcome.ALREADY_REVOKED);
    assertThat(asked.result().keyState()).isEqualTo(KeyState.INACTIVE);
    assertThat(asked.result().revokedBy()).isEqualTo(EARLIER);
    assertThat(asked.result().error()).isNull();
    assertThat(asked.result().httpStatus()).isEqualTo(400);
  }

  @Test
  void memoryIsAskedOnItemNotFoundOnly() {
    rig.memory.keep();
    Asked asked = rig.ask("urgent");
    rig.api.only().answer(ApiAnswers.refused("ACCOUNT_UNPRIVILEGED"));
    assertThat(asked.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(rig.memory.asked).isEmpty();
  }

  @Test
  void theWaitForMemoryTakesNoSlot() {
    rig.memory.keep();
    Asked asked = rig.ask("urgent");
    rig.api.only().answer(NOT_FOUND);
    assertThat(asked.isOpen()).isTrue();
    assertThat(rig.dispatcher.waiting("urgent")).isEqualTo(1);
    assertThat(rig.dispatcher.inFlight("urgent")).isZero();
    rig.ask("standard");
    assertThat(rig.api.open()).hasSize(1);
    rig.memory.asked.getFirst().accept(null);
    assertThat(asked.outcome()).isEqualTo(Outcome.NOT_FOUND);
    assertThat(rig.dispatcher.waiting("urgent")).isZero();
  }

  @Test
  void notAfterEndsTheWaitWithWhatIsKnown() {
    rig.memory.keep();
    Asked asked = rig.ask(Ask.in("urgent").notAfter(rig.time.now().plusMillis(100)));
    rig.api.only().answer(NOT_FOUND);
    rig.time.advanceMs(101);
    assertThat(asked.outcome()).isEqualTo(Outcome.NOT_FOUND);
    rig.memory.asked.getFirst().accept(EARLIER);
    assertThat(rig.bugs).isEmpty();
  }

  @Test
  void aStopEndsTheWaitWithWhatIsKnownSoThatNoOtherWorkerRepeatsTheCall() {
    rig.memory.keep();
    Asked asked = rig.ask("urgent");
    rig.api.only().answer(NOT_FOUND);
    rig.withdraw(asked);
    assertThat(asked.outcome()).isEqualTo(Outcome.NOT_FOUND);
    assertThat(asked.result().revokedBy()).isNull();
  }

  @Test
  void oneThatIsStoppedDuringItsCallDoesNotWaitForMemory() {
    rig.memory.keep();
    Asked asked = rig.ask("urgent");
    rig.withdraw(asked);
    rig.api.only().answer(NOT_FOUND);
    assertThat(asked.outcome()).isEqualTo(Outcome.NOT_FOUND);
    assertThat(rig.memory.asked).isEmpty();
  }

  @Test
  void anUncertainAttemptDoesNotKeepMemoryFromBeingAsked() {
    rig.memory.rule = (fingerprint, answer) -> answer.accept(EARLIER);
    Asked asked = rig.ask("urgent");
    rig.api.only().answer(NO_ANSWER);
    rig.time.advanceMs(1_000);
    rig.api.only().answer(NOT_FOUND);
    assertThat(asked.outcome()).isEqualTo(Outcome.ALREADY_REVOKED);
    assertThat(asked.result().uncertainAttempts()).isEqualTo(1);
  }
}
