package dev.revoker.resilience;

import static dev.revoker.resilience.ApiAnswers.BAD_TOKEN;
import static dev.revoker.resilience.ApiAnswers.DONE;
import static dev.revoker.resilience.ApiAnswers.FAILED;
import static dev.revoker.resilience.ApiAnswers.NO_CONNECTION;
import static dev.revoker.resilience.ApiAnswers.UNHANDLED;
import static dev.revoker.resilience.ApiAnswers.refused;
import static dev.revoker.resilience.ApiAnswers.session;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.engine.Logged;
import dev.revoker.model.Credentials;
import dev.revoker.model.Outcome;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.Secret;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A session for each account, and one account's trouble is its own. */
class SessionTest {
  private static final Ask ACME = Ask.in("standard").of("acme");
  private static final Ask OTHER = Ask.in("standard").of("other");

  private final Rig rig = Rig.withDefaults();

  @Test
  void oneLoginAtATimeHoweverManyWaitAndTheyHoldNoSlot() {
    List<Asked> all = rig.ask(1_000, ACME);
    assertThat(rig.api.only().isLogin()).isTrue();
    assertThat(rig.dispatcher.inFlight("standard")).isEqualTo(1);
    assertThat(rig.dispatcher.waiting("standard")).isEqualTo(999);
    rig.ask(Ask.in("urgent").of("acme"));
    assertThat(rig.api.calls).hasSize(1);

    rig.api.rule(5, call -> DONE);
    rig.api.only().answer(session("70ce"));
    rig.time.advanceMs(1_000);
    assertThat(all).allMatch(asked -> asked.outcome() == Outcome.REVOKED);
    assertThat(all).allMatch(asked -> asked.result().attempts() == 1);
    assertThat(rig.api.calls.stream().filter(ScriptedApi.Call::isLogin)).hasSize(1);
    assertThat(rig.logins).containsExactly("acme success");
    assertThat(rig.dispatcher.waiting("standard")).isZero();
  }

  @Test
  void aLoginIsMadeWithTheAccountsOwnCredentials() {
    rig.ask(ACME);
    assertThat(rig.api.only().what)
        .isEqualTo(
            new ApiCall.Login(new Credentials.Password("acme-user", Secret.of(Settings.PASSWORD))));
  }

  @Test
  void requestsThatWaitedForALoginKeepTheirOrder() {
    for (int i = 0; i < 9; i++) {
      rig.ask(ACME.key("0000000" + i));
    }
    rig.api.only().answer(session("70ce"));
    assertThat(rig.api.open().stream().map(call -> call.key().substring(7)))
        .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8");
  }

  @Test
  void aSlowLoginOfOneAccountDelaysNoOther() {
    rig.ask(1_000, ACME);
    Asked other = rig.ask(OTHER);
    Asked given = rig.ask("standard");
    assertThat(rig.api.open()).hasSize(3);
    rig.api.open().get(1).answer(session("0the4"));
    rig.api.open().subList(1, 3).forEach(call -> call.answer(DONE));
    assertThat(other.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(given.outcome()).isEqualTo(Outcome.REVOKED);
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        Arguments.of(refused("LOGIN_INVALID"), "LOGIN_INVALID"),
        Arguments.of(refused("ACCOUNT_UNPRIVILEGED"), "ACCOUNT_UNPRIVILEGED"),
        Arguments.of(refused("BAD_API_TOKEN"), "BAD_API_TOKEN"),
        Arguments.of(new ApiAnswer.Unexpected(403, "no"), "SESSION_UNAVAILABLE"),
        Arguments.of(new ApiAnswer.Unexpected(200, "no ApiToken"), "SESSION_UNAVAILABLE"),
        Arguments.of(DONE, "SESSION_UNAVAILABLE"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aRefusedLoginIsRememberedAndCostsNoFurtherCall(ApiAnswer refusal, String type) {
    List<Asked> waited = rig.ask(3, ACME);
    rig.api.only().answer(refusal);
    Asked later = rig.ask(ACME);
    rig.time.advanceMs(59_999);
    Asked muchLater = rig.ask(ACME);
    for (Asked asked : List.of(waited.get(0), waited.get(2), later, muchLater)) {
      assertThat(asked.outcome()).isEqualTo(Outcome.SESSION_FAILED);
      assertThat(asked.result().error().type()).isEqualTo(type);
      assertThat(asked.result().keyState()).isEqualTo(KeyState.ASSUMED_ACTIVE);
      assertThat(asked.result().attempts()).isZero();
    }
    assertThat(waited.get(2).result().httpStatus()).as("no removal was tried").isNull();
    assertThat(rig.api.calls).hasSize(1);
    assertThat(rig.logins).containsExactly("acme refused");

    Asked other = rig.ask(OTHER);
    assertThat(other.isOpen()).isTrue();
    rig.api.only().answer(session("0the4"));
    rig.api.only().answer(DONE);
    assertThat(other.outcome()).isEqualTo(Outcome.REVOKED);

    rig.time.advanceMs(1);
    Asked atLast = rig.ask(ACME);
    assertThat(rig.api.only().isLogin()).isTrue();
    rig.api.only().answer(session("70ce"));
    rig.api.only().answer(DONE);
    assertThat(atLast.outcome()).isEqualTo(Outcome.REVOKED);
  }

  @Test
  void aRefusedLoginIsLoggedOnceWithTheAccountAndWithoutItsPassword() {
    rig.ask(3, ACME);

    List<ILoggingEvent> lines =
        Logged.by(
            LoginCoordinator.class,
            () -> {
              rig.api.only().answer(refused("LOGIN_INVALID " + Settings.PASSWORD));
              rig.ask(3, ACME);
            });

    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst().getKeyValuePairs().toString())
        .contains("account=\"acme\"", "LOGIN_INVALID")
        .doesNotContain(Settings.PASSWORD);
  }

  @Test
  void anExpiredTokenIsRenewedOnceForAllAndSpendsNoAttempt() {
    Rig one = new Rig(new Settings().maxAttempts(1));
    List<Asked> all = one.ask(20, ACME);
    one.api.only().answer(session("01d"));
    List<ScriptedApi.Call> old = one.api.open();
    assertThat(old).hasSize(20).allMatch(call -> call.token().equals("01d"));

    old.subList(0, 10).forEach(call -> call.answer(BAD_TOKEN));
    List<ScriptedApi.Call> logins =
        one.api.open().stream().filter(ScriptedApi.Call::isLogin).toList();
    assertThat(logins).hasSize(1);
    logins.getFirst().answer(session("4e3"));
    // The rest learn late that the old one is gone; the fresh one must not go with it.
    old.subList(10, 20).forEach(call -> call.answer(BAD_TOKEN));
    assertThat(one.api.open()).hasSize(20).allMatch(call -> call.token().equals("4e3"));
    one.api.answerAll(DONE);
    assertThat(all).allMatch(asked -> asked.outcome() == Outcome.REVOKED);
    assertThat(all).allMatch(asked -> asked.result().attempts() == 2);
    assertThat(one.logins).hasSize(2);
  }

  @Test
  void anExpiredTokenOfOneAccountLeavesTheOthersSessionsAlone() {
    rig.ask(OTHER);
    rig.api.only().answer(session("0the4"));
    rig.api.only().answer(DONE);
    rig.ask(ACME);
    rig.api.only().answer(session("01d"));
    rig.api.only().answer(BAD_TOKEN);
    rig.ask(OTHER);
    assertThat(rig.api.open().getLast().token()).isEqualTo("0the4");
  }

  @Test
  void aFreshTokenThatIsRejectedTooEndsTheRequest() {
    Asked asked = rig.ask(ACME);
    rig.api.only().answer(session("01d"));
    rig.api.only().answer(BAD_TOKEN);
    rig.api.only().answer(session("4e3"));
    rig.api.only().answer(BAD_TOKEN);
    assertThat(asked.outcome()).isEqualTo(Outcome.SESSION_FAILED);
    assertThat(asked.result().error().type()).isEqualTo("BAD_API_TOKEN");
    assertThat(asked.result().attempts()).isEqualTo(2);
    assertThat(asked.result().httpStatus()).isEqualTo(400);
  }

  @Test
  void noTokenThatWasRejectedIsEverUsedAgain() {
    rig.ask(ACME);
    rig.api.only().answer(session("01d"));
    rig.api.only().answer(BAD_TOKEN);
    rig.api.only().answer(session("4e3"));
    rig.api.only().answer(BAD_TOKEN);
    rig.ask(ACME);
    assertThat(rig.api.only().isLogin()).isTrue();
  }

  @Test
  void aTokenThatExpiresAgainMuchLaterIsRenewedAgain() {
    Asked asked = rig.ask(ACME);
    rig.api.only().answer(session("01d"));
    rig.api.only().answer(BAD_TOKEN);
    rig.api.only().answer(session("4e3"));
    rig.api.only().answer(FAILED);
    rig.time.advanceMs(250);
    rig.api.only().answer(BAD_TOKEN);
    rig.api.only().answer(session("4e4"));
    rig.api.only().answer(DONE);
    assertThat(asked.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(asked.result().attempts()).isEqualTo(4);
  }

  @Test
  void aStaticTokenThatIsRefusedFailsEachRequestAtOnceAndIsNeverLoggedInFor() {
    Asked first = rig.ask("standard");
    assertThat(rig.api.only().token()).isEqualTo(Settings.GIVEN_TOKEN);
    rig.api.only().answer(BAD_TOKEN);
    assertThat(first.outcome()).isEqualTo(Outcome.SESSION_FAILED);
    assertThat(first.result().attempts()).isEqualTo(1);
    Asked second = rig.ask("standard");
    rig.api.only().answer(DONE);
    assertThat(second.outcome()).isEqualTo(Outcome.REVOKED);
  }

  @Test
  void aTokenOfTheCallersOwnNeedsNoSessionAndHarmsNone() {
    rig.ask(ACME);
    rig.api.only().answer(session("70ce"));
    rig.api.only().answer(DONE);
    Asked own = rig.ask(ACME.token("0e11"));
    assertThat(rig.api.only().token()).isEqualTo("0e11");
    rig.api.only().answer(BAD_TOKEN);
    assertThat(own.outcome()).isEqualTo(Outcome.SESSION_FAILED);
    rig.ask(ACME);
    assertThat(rig.api.only().token()).isEqualTo("70ce");
  }

  @Test
  void aLoginFailureThatMayPassSpendsAnAttemptOfEveryRequestThatWaited() {
    Rig two = new Rig(new Settings().maxAttempts(2).minimumCalls(50));
    List<Asked> all = two.ask(3, ACME);
    two.api.only().answer(NO_CONNECTION);
    assertThat(two.logins).containsExactly("acme failed");
    assertThat(two.dispatcher.waiting("standard")).isEqualTo(3);
    two.time.advanceMs(250);
    assertThat(two.api.only().isLogin()).isTrue();
    two.api.only().answer(UNHANDLED);
    for (Asked asked : all) {
      assertThat(asked.outcome()).isEqualTo(Outcome.UNAVAILABLE);
      assertThat(asked.result().keyState()).isEqualTo(KeyState.ASSUMED_ACTIVE);
      assertThat(asked.result().attempts()).isZero();
    }
    assertThat(two.dispatcher.waiting("standard")).isZero();
  }

  @Test
  void aLoginWithoutAnAnswerSaysNothingOfTheKey() {
    Rig one = new Rig(new Settings().maxAttempts(1));
    Asked asked = one.ask(ACME);
    one.api.only().answer(ApiAnswers.NO_ANSWER);
    assertThat(asked.result().keyState()).isEqualTo(KeyState.ASSUMED_ACTIVE);
  }

  @Test
  void loginsThatFailAreAnOutageLikeAnyOther() {
    rig.api.rule(10, call -> FAILED);
    List<Asked> all = rig.ask(200, ACME);
    rig.time.advanceMs(3_600_000);
    assertThat(all).allMatch(Asked::isOpen);
    assertThat(rig.dispatcher.apiUp()).isFalse();
    rig.api.rule(10, call -> call.isLogin() ? session("70ce") : DONE);
    rig.time.advanceMs(11_000);
    assertThat(all).allMatch(asked -> asked.outcome() == Outcome.REVOKED);
  }

  @Test
  void aLeaderThatIsWithdrawnLeavesItsLoginToTheOthers() {
    Asked leader = rig.ask(ACME);
    Asked waits = rig.ask(ACME);
    rig.withdraw(leader);
    assertThat(leader.isOpen()).isTrue();
    rig.api.only().answer(session("70ce"));
    assertThat(leader.isWithdrawn()).isTrue();
    rig.api.only().answer(DONE);
    assertThat(waits.outcome()).isEqualTo(Outcome.REVOKED);
  }

  @Test
  void aLeaderThatIsWithdrawnAndFailsLeavesTheNextToLead() {
    Asked leader = rig.ask(ACME);
    Asked waits = rig.ask(ACME);
    rig.withdraw(leader);
    rig.api.only().answer(FAILED);
    assertThat(leader.isWithdrawn()).isTrue();
    rig.time.advanceMs(250);
    rig.api.only().answer(session("70ce"));
    rig.api.only().answer(DONE);
    assertThat(waits.outcome()).isEqualTo(Outcome.REVOKED);
  }
}
