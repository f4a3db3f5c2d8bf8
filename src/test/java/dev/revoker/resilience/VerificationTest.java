package dev.revoker.resilience;

import static dev.revoker.model.Result.Verification.Login.ACCEPTED;
import static dev.revoker.model.Result.Verification.Login.REFUSED;
import static dev.revoker.model.Result.Verification.Login.UNTRIED;
import static dev.revoker.resilience.ApiAnswers.BAD_TOKEN;
import static dev.revoker.resilience.ApiAnswers.DONE;
import static dev.revoker.resilience.ApiAnswers.FAILED;
import static dev.revoker.resilience.ApiAnswers.NOT_FOUND;
import static dev.revoker.resilience.ApiAnswers.NO_ANSWER;
import static dev.revoker.resilience.ApiAnswers.refused;
import static dev.revoker.resilience.ApiAnswers.session;
import static dev.revoker.resilience.ApiAnswers.throttled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.api.ApiAnswer;
import dev.revoker.config.Config.Verify;
import dev.revoker.model.Outcome;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.Result.RevokedBy;
import dev.revoker.model.Result.Verification.Login;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Logins with the key before and after its removal, and what they prove. */
class VerificationTest {
  private static final String KEY = "0123456789abcdef";
  private static final ApiAnswer WRONG_LOGIN = refused("LOGIN_INVALID");
  private static final ApiAnswer NO_RIGHTS = refused("ACCOUNT_UNPRIVILEGED");

  /** The answers of one kind, in order; the last one is given again and again. */
  private static final class Script {
    private List<ApiAnswer> left;

    Script(ApiAnswer... answers) {
      left = List.of(answers);
    }

    ApiAnswer next() {
      ApiAnswer answer = left.getFirst();
      left = left.size() > 1 ? left.subList(1, left.size()) : left;
      return answer;
    }
  }

  private Rig rig = new Rig(settings(Verify.FULL));
  private Script before = new Script(WRONG_LOGIN);
  private Script after = new Script(WRONG_LOGIN);
  private Script removal = new Script(DONE);
  private Script ownRemoval = new Script(NOT_FOUND);
  private boolean removing;

  private static Settings settings(Verify verify) {
    return new Settings().verify(verify).maxAttempts(3).minimumCalls(50);
  }

  private void verify(Verify verify) {
    rig = new Rig(settings(verify));
  }

  private static Ask ask() {
    return Ask.in("urgent").username("key-user");
  }

  private Asked start(Ask ask) {
    removing = false;
    rig.api.rule(1, this::answer);
    return rig.ask(ask);
  }

  private Result run(Ask ask) {
    Asked asked = start(ask);
    rig.time.advanceMs(60_000);
    return asked.result();
  }

  private Result run() {
    return run(ask());
  }

  private ApiAnswer answer(ScriptedApi.Call call) {
    if (call.logsOut() != null) {
      return DONE;
    }
    if (call.isLogin()) {
      return (removing || rig.dispatcher == null ? after : before).next();
    }
    removing = true;
    return (call.token().startsWith("be") ? ownRemoval : removal).next();
  }

  private static ApiAnswer accepted() {
    return session("be01");
  }

  private List<String> loggedOut() {
    return rig.api.calls.stream()
        .map(ScriptedApi.Call::logsOut)
        .filter(token -> token != null)
        .toList();
  }

  private List<String> keyLogins() {
    return rig.api.calls.stream()
        .map(ScriptedApi.Call::keyLogin)
        .filter(login -> login != null)
        .toList();
  }

  private static void assertProof(Result result, Login before, Login after) {
    assertThat(result.verification()).isNotNull();
    assertThat(result.verification().before()).isEqualTo(before);
    assertThat(result.verification().after()).isEqualTo(after);
  }

  // ---- the table of verification, row by row

  static Stream<Arguments> checksThatDoNotDowngradeARemoval() {
    return Stream.of(
        Arguments.of(WRONG_LOGIN, REFUSED),
        Arguments.of(NO_RIGHTS, REFUSED),
        Arguments.of(FAILED, UNTRIED),
        Arguments.of(ApiAnswers.NO_CONNECTION, UNTRIED),
        Arguments.of(ApiAnswers.UNHANDLED, UNTRIED),
        Arguments.of(new ApiAnswer.Unexpected(404, "status 404"), UNTRIED),
        Arguments.of(DONE, UNTRIED),
        Arguments.of(refused("ACCOUNT_LOCKED"), UNTRIED));
  }

  @ParameterizedTest
  @MethodSource("checksThatDoNotDowngradeARemoval")
  void aRemovalIsRevokedUnlessTheKeyStillLogsIn(ApiAnswer check, Login shown) {
    verify(Verify.AFTER);
    after = new Script(check);
    Result result = run();
    assertThat(result.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(result.keyState()).isEqualTo(KeyState.INACTIVE);
    assertThat(result.account()).isEqualTo("given");
    assertThat(result.httpStatus()).isEqualTo(204);
    assertThat(result.attempts()).isEqualTo(1);
    assertProof(result, UNTRIED, shown);
    assertThat(result.verification().username()).isEqualTo("key-user");
  }

  @Test
  void aKeyThatStillLogsInAfterARemovalIsStillActive() {
    verify(Verify.AFTER);
    after = new Script(accepted());
    Result result = run();
    assertThat(result.outcome()).isEqualTo(Outcome.UNEXPECTED);
    assertThat(result.keyState()).isEqualTo(KeyState.ACTIVE);
    assertThat(result.error().type()).isEqualTo("STILL_ACTIVE");
    assertThat(result.retriable()).isTrue();
    assertThat(result.account()).isEqualTo("given");
    assertProof(result, UNTRIED, ACCEPTED);
    assertThat(keyLogins()).hasSize(3).containsOnly("key-user " + KEY);
  }

  @Test
  void aRemovalThatTakesEffectWithADelayIsRevoked() {
    verify(Verify.AFTER);
    after = new Script(accepted(), accepted(), WRONG_LOGIN);
    Result result = run();
    assertThat(result.outcome()).isEqualTo(Outcome.REVOKED);
    assertProof(result, UNTRIED, REFUSED);
  }

  @Test
  void aSingleAcceptedLoginThatCannotBeRepeatedDowngradesNothing() {
    verify(Verify.AFTER);
    after = new Script(accepted(), NO_ANSWER);
    Result result = run();
    assertThat(result.outcome()).isEqualTo(Outcome.REVOKED);
    assertProof(result, UNTRIED, UNTRIED);
  }

  @Test
  void aRepeatedAcceptedLoginCountsEvenIfTheThirdCannotBeMade() {
    verify(Verify.AFTER);
    after = new Script(accepted(), accepted(), NO_ANSWER);
    assertThat(run().error().type()).isEqualTo("STILL_ACTIVE");
  }

  @Test
  void withOneAttemptAnAcceptedLoginIsRepeatedAllTheSame() {
    rig = new Rig(settings(Verify.AFTER).maxAttempts(1));
    after = new Script(accepted(), WRONG_LOGIN);
    assertThat(run().outcome()).isEqualTo(Outcome.REVOKED);
    after = new Script(accepted());
    assertThat(run().error().type()).isEqualTo("STILL_ACTIVE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ITEM_NOT_FOUND", "ACCOUNT_UNPRIVILEGED", "INVALID_QUERY"})
  void aKeyThatLogsInIsRemovedWithItsOwnSession(String refusal) {
    before = new Script(accepted());
    removal = new Script(refused(refusal));
    ownRemoval = new Script(DONE);
    Result result = run();
    assertThat(result.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(result.keyState()).isEqualTo(KeyState.INACTIVE);
    assertThat(result.error()).isNull();
    assertThat(result.attempts()).isEqualTo(2);
    assertThat(result.account()).isEqualTo("given");
    assertProof(result, ACCEPTED, REFUSED);
    assertThat(loggedOut()).containsExactly("be01");
  }

  @Test
  void anUnexpectedAnswerOrSpentAttemptsLeadToItsOwnSessionToo() {
    before = new Script(accepted());
    ownRemoval = new Script(DONE);
    for (ApiAnswer answer : List.of(new ApiAnswer.Unexpected(403, "no"), FAILED, BAD_TOKEN)) {
      removal = new Script(answer);
      assertThat(run().outcome()).as(answer.describe()).isEqualTo(Outcome.REVOKED);
    }
  }

  @Test
  void aKeyThatLoggedInBeforeAndDoesNotAnyMoreIsRevokedWhoeverRemovedIt() {
    before = new Script(accepted());
    removal = new Script(NO_ANSWER, NOT_FOUND);
    Result result = run();
    assertThat(result.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(result.keyState()).isEqualTo(KeyState.INACTIVE);
    assertThat(result.uncertainAttempts()).isEqualTo(1);
    assertThat(result.httpStatus()).isEqualTo(400);
    assertProof(result, ACCEPTED, REFUSED);
  }

  @Test
  void aKeyThatStillLogsInHasTheOutcomeOfTheApiAndIsActive() {
    before = new Script(accepted());
    removal = new Script(NO_RIGHTS);
    after = new Script(session("be02"));
    Result result = run();
    assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(result.keyState()).isEqualTo(KeyState.ACTIVE);
    assertThat(result.error().type()).isEqualTo("ACCOUNT_UNPRIVILEGED");
    assertProof(result, ACCEPTED, ACCEPTED);
    assertThat(loggedOut()).containsExactlyInAnyOrder("be01", "be02");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ACCOUNT_LOCKED", "UNHANDLED_ERROR"})
  void aKeyThatLoggedInAndCannotBeTriedAgainIsTreatedAsLive(String refusal) {
    before = new Script(accepted());
    removal = new Script(NO_ANSWER, NOT_FOUND);
    after = new Script(refused(refusal));
    Result result = run();
    assertThat(result.outcome()).isEqualTo(Outcome.NOT_FOUND);
    assertThat(result.keyState()).isEqualTo(KeyState.ASSUMED_ACTIVE);
    assertProof(result, ACCEPTED, UNTRIED);
  }

  @Test
  void aRefusedOrUntriedLoginAloneProvesNothing() {
    for (ApiAnswer answer : List.of(WRONG_LOGIN, FAILED, refused("ACCOUNT_LOCKED"))) {
      before = new Script(answer);
      removal = new Script(NOT_FOUND);
      Result result = run();
      assertThat(result.outcome()).isEqualTo(Outcome.NOT_FOUND);
      assertThat(result.keyState()).isEqualTo(KeyState.UNKNOWN);
      assertThat(result.attempts()).isEqualTo(1);
    }
  }

  // ---- accounts, user names, memory

  @Test
  void withoutVerificationNoLoginIsMade() {
    verify(Verify.OFF);
    assertThat(run().verification()).isNull();
    assertThat(rig.api.calls).hasSize(1);
  }

  @Test
  void verifyAfterTriesNoLoginIfTheKeyWasNotRemoved() {
    verify(Verify.AFTER);
    removal = new Script(NOT_FOUND);
    assertThat(run().verification()).isNull();
    assertThat(keyLogins()).isEmpty();
  }

  @Test
  void theUserNameIsThatOfTheAccountUnlessTheRequestHasOne() {
    verify(Verify.AFTER);
    rig.api.rule(
        1, call -> call.keyLogin() != null ? WRONG_LOGIN : call.isLogin() ? session("ac") : DONE);
    Asked asked = rig.ask(Ask.in("urgent").of("acme"));
    rig.time.advanceMs(1_000);
    assertThat(asked.result().verification().username()).isEqualTo("acme-user");
  }

  @Test
  void whoHasNoUserNameOrOneThatNoHeaderCanCarryIsNotVerified() {
    assertThat(run(Ask.in("urgent")).verification()).isNull();
    assertThat(run(Ask.in("urgent").username("a\r\nb")).verification()).isNull();
    assertThat(run(Ask.in("urgent").username("a\r\nb")).outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(keyLogins()).isEmpty();
  }

  @Test
  void withAnyAccountTheLoginIsAsTheUserOfTheAccountThatRemovedTheKey() {
    rig.api.rule(
        1,
        call -> {
          if (call.keyLogin() != null && !call.keyLogin().endsWith(KEY)) {
            return session("07");
          }
          if (call.isLogin()) {
            return call.keyLogin() == null ? session("ac") : WRONG_LOGIN;
          }
          return call.token().equals("ac") ? DONE : NOT_FOUND;
        });
    Asked asked = rig.ask(Ask.in("urgent").ofAny());
    rig.time.advanceMs(1_000);
    assertThat(asked.result().account()).isEqualTo("acme");
    assertThat(asked.result().verification().username()).isEqualTo("acme-user");
    assertProof(asked.result(), UNTRIED, REFUSED);
  }

  @Test
  void withAnyAccountEveryAccountIsAskedBeforeTheKeysOwnSession() {
    before = new Script(accepted());
    ownRemoval = new Script(DONE);
    rig.api.rule(
        1,
        call ->
            call.isLogin() && (call.keyLogin() == null || !call.keyLogin().endsWith(KEY))
                ? session("ac")
                : answer(call));
    removal = new Script(NOT_FOUND);
    removing = false;
    Asked asked = rig.ask(ask().ofAny());
    rig.time.advanceMs(60_000);
    assertThat(asked.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(asked.result().attempts()).isEqualTo(4);
    assertThat(asked.result().account()).isNull();
  }

  @Test
  void anAcceptedLoginOutweighsMemory() {
    rig.memory.rule =
        (fingerprint, answer) -> answer.accept(new RevokedBy("earlier", Instant.EPOCH));
    before = new Script(accepted());
    removal = new Script(NOT_FOUND);
    after = new Script(accepted());
    Result result = run();
    assertThat(result.outcome()).isEqualTo(Outcome.NOT_FOUND);
    assertThat(result.keyState()).isEqualTo(KeyState.ACTIVE);
    before = new Script(WRONG_LOGIN);
    assertThat(run().outcome()).isEqualTo(Outcome.ALREADY_REVOKED);
  }

  @Test
  void aProtectedKeyIsNotLoggedInWith() {
    assertThat(run(ask().key(Settings.OTHERS_KEY)).outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(rig.api.calls).isEmpty();
  }

  // ---- a login of this kind is a call like any other

  @Test
  void theseLoginsAreNotTheAccountsOwn() {
    before = new Script(accepted());
    after = new Script(accepted());
    run();
    assertThat(rig.logins).isEmpty();
    run(ask().key("fedcba98"));
    assertThat(rig.api.calls)
        .filteredOn(call -> call.what.toString().contains("Remove"))
        .hasSize(2);
  }

  @Test
  void theFirstLoginHasItsOwnAttemptsAndThenTheKeyIsRemovedAllTheSame() {
    before = new Script(FAILED);
    removal = new Script(FAILED, FAILED, DONE);
    Result result = run();
    assertThat(result.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(result.attempts()).isEqualTo(3);
    assertThat(keyLogins()).hasSize(4);
  }

  @Test
  void itTakesTheSlotOfACall() {
    rig = new Rig(settings(Verify.AFTER).maxInFlight(1).reserved(0, 0));
    start(ask());
    rig.time.advanceMs(1);
    rig.ask("standard");
    assertThat(rig.api.only().isLogin()).isTrue();
    assertThat(rig.dispatcher.inFlight("urgent")).isEqualTo(1);
  }

  @Test
  void a429HoldsTheLoginBack() {
    verify(Verify.AFTER);
    after = new Script(throttled(1_000), throttled(1_000), WRONG_LOGIN);
    assertProof(run(), UNTRIED, REFUSED);
  }

  @Test
  void loginsThatTheApiThrottlesForeverEndWithTheirAttempts() {
    verify(Verify.FULL);
    before = new Script(throttled(1_000));
    after = new Script(throttled(1_000));
    assertProof(run(), UNTRIED, UNTRIED);
  }

  @Test
  void anOutageIsNoReasonToKeepAResultThatIsKnown() {
    rig = new Rig(settings(Verify.AFTER).minimumCalls(5));
    Asked waits = rig.ask(ask());
    rig.api.only().answer(DONE);
    rig.api.only().answer(FAILED);
    assertThat(waits.isOpen()).isTrue();
    Asked inFlight = rig.ask(ask());
    rig.api.only().answer(DONE);
    rig.breakApi();
    rig.time.advanceMs(1_000);
    assertThat(waits.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(inFlight.outcome()).isEqualTo(Outcome.REVOKED);
    assertProof(waits.result(), UNTRIED, UNTRIED);
  }

  @Test
  void aLoginThatA429HoldsBackEndsWhenTheBreakerOpens() {
    rig = new Rig(settings(Verify.AFTER).minimumCalls(5));
    Asked asked = rig.ask(ask());
    rig.api.only().answer(DONE);
    ScriptedApi.Call login = rig.api.only();
    rig.ask(6, Ask.in("standard"));
    login.answer(throttled(60_000));
    assertThat(asked.isOpen()).isTrue();
    rig.api.answerAll(FAILED);
    assertThat(rig.dispatcher.apiUp()).isFalse();
    assertThat(asked.outcome()).isEqualTo(Outcome.REVOKED);
    assertProof(asked.result(), UNTRIED, UNTRIED);
  }

  @Test
  void theFirstLoginWaitsForTheApiAsTheRemovalWould() {
    rig.breakApi();
    Asked asked = start(ask());
    rig.time.advanceMs(60_000);
    assertThat(asked.outcome()).isEqualTo(Outcome.REVOKED);
    assertProof(asked.result(), REFUSED, REFUSED);
  }

  // ---- what ends it early

  @Test
  void aStopDuringTheLastLoginKeepsTheRemoval() {
    verify(Verify.AFTER);
    Asked inFlight = rig.ask(ask());
    rig.api.only().answer(DONE);
    rig.withdraw(inFlight);
    assertThat(inFlight.isOpen()).isTrue();
    rig.api.only().answer(FAILED);
    assertThat(inFlight.outcome()).isEqualTo(Outcome.REVOKED);
    assertProof(inFlight.result(), UNTRIED, UNTRIED);
    Asked backsOff = rig.ask(ask());
    rig.api.only().answer(DONE);
    rig.api.only().answer(FAILED);
    rig.withdraw(backsOff);
    assertThat(backsOff.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(rig.api.open()).isEmpty();
  }

  @Test
  void aStopDuringTheRemovalKeepsTheRemovalAndMakesNoLogin() {
    verify(Verify.AFTER);
    Asked asked = rig.ask(ask());
    rig.withdraw(asked);
    rig.api.only().answer(DONE);
    assertThat(asked.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(rig.api.open()).isEmpty();
  }

  @Test
  void aStopBeforeTheRemovalWithdrawsTheRequestAndClosesTheKeysSession() {
    Asked asked = rig.ask(ask());
    rig.withdraw(asked);
    rig.api.only().answer(accepted());
    assertThat(asked.isWithdrawn()).isTrue();
    assertThat(rig.api.only().logsOut()).isEqualTo("be01");
  }

  @Test
  void notAfterDuringTheLastLoginKeepsTheRemoval() {
    verify(Verify.AFTER);
    Asked asked = rig.ask(ask().notAfter(rig.time.now().plusMillis(100)));
    rig.api.only().answer(DONE);
    rig.api.only().answer(FAILED);
    rig.time.advanceMs(101);
    assertThat(asked.outcome()).isEqualTo(Outcome.REVOKED);
  }

  @Test
  void aKeyThatLoggedInIsTreatedAsLiveWhenNotAfterPasses() {
    Asked asked = rig.ask(ask().notAfter(rig.time.now().plusMillis(100)));
    rig.api.only().answer(accepted());
    rig.api.only().answer(NO_ANSWER);
    rig.time.advanceMs(101);
    assertThat(asked.outcome()).isEqualTo(Outcome.EXPIRED);
    assertThat(asked.result().keyState()).isEqualTo(KeyState.ASSUMED_ACTIVE);
    assertProof(asked.result(), ACCEPTED, UNTRIED);
  }

  // ---- its sessions

  @Test
  void sessionsOfKeysAreClosedInTheirOwnLaneAndNotDuringAnOutage() {
    rig = new Rig(settings(Verify.AFTER).maxAttempts(1).minimumCalls(5));
    Asked asked = rig.ask(ask());
    rig.api.only().answer(DONE);
    rig.api.only().answer(session("be01"));
    ScriptedApi.Call repeated = rig.api.only();
    rig.ask(5, Ask.in("standard"));
    rig.api.open().stream().filter(call -> call != repeated).forEach(call -> call.answer(FAILED));
    assertThat(rig.dispatcher.apiUp()).isFalse();
    repeated.answer(session("be02"));
    assertThat(asked.isAnswered()).isTrue();
    assertThat(rig.api.open()).isEmpty();
    rig.api.rule(1, call -> DONE);
    rig.ask("standard");
    rig.time.advanceMs(20_000);
    assertThat(loggedOut()).containsExactly("be01", "be02");
  }

  @Test
  void aStopClosesTheSessionsOfKeysToo() {
    Asked asked = rig.ask(ask());
    rig.api.only().answer(accepted());
    assertThat(asked.isOpen()).isTrue();
    rig.dispatcher.logOut();
    assertThat(loggedOut()).containsExactly("be01");
  }

  @Test
  void noResultShowsTheKeysSession() {
    before = new Script(session("be01be01be01be01"));
    removal = new Script(new ApiAnswer.Refused("INVALID_QUERY", "be01be01be01be01 and " + KEY));
    after = new Script(accepted());
    assertThat(run().error().comment()).doesNotContain("be01be01").doesNotContain(KEY);
  }

  @Test
  void aRequestMayBringTheSessionThatItsKeyGets() {
    before = new Script(accepted());
    ownRemoval = new Script(NOT_FOUND);
    after = new Script(accepted());
    Result result = run(ask().token("be01"));
    assertThat(result.outcome()).isEqualTo(Outcome.NOT_FOUND);
    assertThat(result.keyState()).isEqualTo(KeyState.ACTIVE);
  }
}
