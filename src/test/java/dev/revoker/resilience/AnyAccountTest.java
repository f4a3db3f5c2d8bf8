package dev.revoker.resilience;

import static dev.revoker.resilience.ApiAnswers.BAD_TOKEN;
import static dev.revoker.resilience.ApiAnswers.DONE;
import static dev.revoker.resilience.ApiAnswers.FAILED;
import static dev.revoker.resilience.ApiAnswers.NOT_FOUND;
import static dev.revoker.resilience.ApiAnswers.NO_ANSWER;
import static dev.revoker.resilience.ApiAnswers.refused;
import static dev.revoker.resilience.ApiAnswers.session;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.api.ApiAnswer;
import dev.revoker.model.Outcome;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A request for any account asks given, acme and other in this order. Each of them answers with its
 * own list of answers, the last one again and again.
 */
class AnyAccountTest {
  private static final ApiAnswer UNPRIVILEGED = refused("ACCOUNT_UNPRIVILEGED");

  private final Rig rig = new Rig(new Settings().maxAttempts(2).minimumCalls(50));
  private final Map<String, List<ApiAnswer>> removals = new HashMap<>();
  private final Map<String, ApiAnswer> logins =
      new HashMap<>(Map.of("acme", session("a9a9"), "other", session("0707")));
  private final List<String> asked = new ArrayList<>();

  private Result ask(Ask ask) {
    rig.api.rule(1, this::answer);
    Asked one = rig.ask(ask);
    rig.time.advanceMs(60_000);
    return one.result();
  }

  private Result askAny() {
    return ask(Ask.in("urgent").ofAny());
  }

  private ApiAnswer answer(ScriptedApi.Call call) {
    if (call.isLogin()) {
      return logins.get(call.keyLogin() == null ? "acme" : "other");
    }
    String account =
        switch (call.token()) {
          case "a9a9" -> "acme";
          case "0707" -> "other";
          default -> "given";
        };
    asked.add(account);
    List<ApiAnswer> answers = removals.get(account);
    return answers.size() > 1 ? answers.removeFirst() : answers.getFirst();
  }

  private void answers(String account, ApiAnswer... answers) {
    removals.put(account, new ArrayList<>(List.of(answers)));
  }

  @Test
  void theAccountsAreAskedInOrderUntilOneRemovesTheKey() {
    answers("given", NOT_FOUND);
    answers("acme", UNPRIVILEGED);
    answers("other", DONE);
    Result result = askAny();
    assertThat(asked).containsExactly("given", "acme", "other");
    assertThat(result.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(result.account()).isEqualTo("other");
    assertThat(result.attempts()).isEqualTo(3);
  }

  @Test
  void noFurtherAccountIsAskedAfterTheRemoval() {
    answers("given", DONE);
    assertThat(askAny().account()).isEqualTo("given");
    assertThat(asked).containsExactly("given");
  }

  @Test
  void eachAccountHasItsOwnAttempts() {
    answers("given", FAILED);
    answers("acme", FAILED, DONE);
    Result result = askAny();
    assertThat(asked).containsExactly("given", "given", "acme", "acme");
    assertThat(result.outcome()).isEqualTo(Outcome.REVOKED);
    assertThat(result.attempts()).isEqualTo(4);
    assertThat(result.uncertainAttempts()).isEqualTo(3);
  }

  @Test
  void anAccountWithoutASessionIsPassedOver() {
    answers("given", BAD_TOKEN);
    logins.put("acme", refused("LOGIN_INVALID"));
    answers("other", DONE);
    assertThat(askAny().account()).isEqualTo("other");
  }

  @Test
  void anAccountWhoseLoginWasRefusedAMomentAgoIsPassedOverWithoutACall() {
    answers("given", NOT_FOUND);
    logins.put("acme", refused("LOGIN_INVALID"));
    answers("other", DONE);
    askAny();
    int calls = rig.api.calls.size();
    assertThat(askAny().account()).isEqualTo("other");
    assertThat(rig.api.calls.subList(calls, calls + 2)).noneMatch(ScriptedApi.Call::isLogin);
  }

  @Test
  void ifNoneRemovedItSpentAttemptsComeFirst() {
    answers("given", UNPRIVILEGED);
    answers("acme", NO_ANSWER);
    logins.put("other", refused("LOGIN_INVALID"));
    Result result = askAny();
    assertThat(result.outcome()).isEqualTo(Outcome.UNAVAILABLE);
    assertThat(result.keyState()).isEqualTo(KeyState.UNKNOWN);
    assertThat(result.account()).isNull();
    assertThat(result.error().type()).isEqualTo("API_UNAVAILABLE");
  }

  @Test
  void ifNoneRemovedItMissingSessionsComeBeforeMissingRights() {
    answers("given", UNPRIVILEGED);
    logins.put("acme", refused("LOGIN_INVALID"));
    logins.put("other", refused("LOGIN_INVALID"));
    Result result = askAny();
    assertThat(result.outcome()).isEqualTo(Outcome.SESSION_FAILED);
    assertThat(result.account()).isNull();
    assertThat(result.error().type()).isEqualTo("LOGIN_INVALID");
    assertThat(result.error().comment()).startsWith("no session of acme, other: ");
  }

  @Test
  void ifNoneRemovedItMissingRightsComeBeforeNotFound() {
    answers("given", NOT_FOUND);
    answers("acme", UNPRIVILEGED);
    answers("other", NOT_FOUND);
    Result result = askAny();
    assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(result.error().type()).isEqualTo("ACCOUNT_UNPRIVILEGED");
    assertThat(result.account()).isNull();
  }

  @Test
  void ifNoneHasItTheKeyIsNotFoundAndMemoryIsAskedOnce() {
    rig.memory.keep();
    rig.api.rule(1, this::answer);
    List.of("given", "acme", "other").forEach(account -> answers(account, NOT_FOUND));
    Asked one = rig.ask(Ask.in("urgent").ofAny());
    rig.time.advanceMs(60_000);
    assertThat(rig.memory.asked).hasSize(1);
    rig.memory.asked.getFirst().accept(null);
    assertThat(one.outcome()).isEqualTo(Outcome.NOT_FOUND);
    assertThat(one.result().account()).isNull();
    assertThat(one.result().attempts()).isEqualTo(3);
  }

  @Test
  void anAnswerOutsideTheContractEndsIt() {
    answers("given", new ApiAnswer.Unexpected(403, "status 403"));
    assertThat(askAny().outcome()).isEqualTo(Outcome.UNEXPECTED);
    assertThat(asked).containsExactly("given");
  }

  @Test
  void aRequestThatNamesAnAccountOrHasATokenAsksNoOther() {
    answers("given", NOT_FOUND);
    assertThat(ask(Ask.in("urgent")).outcome()).isEqualTo(Outcome.NOT_FOUND);
    assertThat(ask(Ask.in("urgent").ofAny().token("70ce")).outcome()).isEqualTo(Outcome.NOT_FOUND);
    assertThat(asked).containsExactly("given", "given");
  }

  @Test
  void notAfterEndsItBetweenTwoAccounts() {
    answers("given", NOT_FOUND);
    Result result = ask(Ask.in("urgent").ofAny().notAfter(rig.time.now().plusMillis(1)));
    assertThat(result.outcome()).isEqualTo(Outcome.EXPIRED);
    assertThat(asked).containsExactly("given");
  }

  @Test
  void anUncertainAttemptWithALaterAccountMakesTheKeyStateUnknown() {
    answers("given", ApiAnswers.NO_CONNECTION);
    answers("acme", NO_ANSWER, NOT_FOUND);
    answers("other", NOT_FOUND);
    Result result = askAny();
    assertThat(result.outcome()).isEqualTo(Outcome.UNAVAILABLE);
    assertThat(result.uncertainAttempts()).isEqualTo(1);
    assertThat(result.keyState()).isEqualTo(KeyState.UNKNOWN);
  }
}
