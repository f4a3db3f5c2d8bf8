package dev.revoker.resilience;

import static dev.revoker.resilience.ApiAnswers.BAD_TOKEN;
import static dev.revoker.resilience.ApiAnswers.DONE;
import static dev.revoker.resilience.ApiAnswers.FAILED;
import static dev.revoker.resilience.ApiAnswers.NOT_FOUND;
import static dev.revoker.resilience.ApiAnswers.NO_ANSWER;
import static dev.revoker.resilience.ApiAnswers.NO_CONNECTION;
import static dev.revoker.resilience.ApiAnswers.THROTTLED;
import static dev.revoker.resilience.ApiAnswers.UNHANDLED;
import static dev.revoker.resilience.ApiAnswers.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.revoker.api.ApiAnswer;
import dev.revoker.model.Outcome;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.ResultError;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The outcome table of the contract, row by row: what the API answers, and what is said of it. */
class OutcomeTest {
  private static final String UNEXPECTED = "UNEXPECTED_RESPONSE";
  private static final String UNAVAILABLE = "API_UNAVAILABLE";
  private static final Set<ApiAnswer> UNCERTAIN =
      Set.of(
          NO_ANSWER,
          FAILED,
          UNHANDLED,
          new ApiAnswer.Failed(408, null),
          new ApiAnswer.Failed(425, null));

  /** The answers in turn, one for each call; then outcome, key_state, http_status, error type. */
  static Stream<Arguments> table() {
    return Stream.of(
        row(List.of(DONE), Outcome.REVOKED, KeyState.INACTIVE, 204, null),
        row(List.of(FAILED, DONE), Outcome.REVOKED, KeyState.INACTIVE, 204, null),
        row(List.of(NO_ANSWER, DONE), Outcome.REVOKED, KeyState.INACTIVE, 204, null),
        notFound(NO_ANSWER, NOT_FOUND),
        notFound(NO_ANSWER, FAILED, NOT_FOUND),
        notFound(NO_ANSWER, THROTTLED, NOT_FOUND),
        notFound(NOT_FOUND),
        notFound(FAILED, NOT_FOUND),
        notFound(NO_CONNECTION, NOT_FOUND),
        notFound(THROTTLED, NOT_FOUND),
        notFound(UNHANDLED, NOT_FOUND),
        refusal("ACCOUNT_UNPRIVILEGED"),
        refusal("INVALID_QUERY"),
        refusal("MISSING_PARAMETER"),
        refusal("LOGIN_INVALID"),
        refusal("SOMETHING_NEW"),
        unavailable(KeyState.UNKNOWN, 503, FAILED, FAILED, FAILED),
        unavailable(KeyState.UNKNOWN, 408, new ApiAnswer.Failed(408, null), 3),
        unavailable(KeyState.UNKNOWN, 425, new ApiAnswer.Failed(425, null), 3),
        unavailable(KeyState.UNKNOWN, 400, UNHANDLED, UNHANDLED, UNHANDLED),
        unavailable(KeyState.ASSUMED_ACTIVE, null, NO_CONNECTION, NO_CONNECTION, NO_CONNECTION),
        unavailable(KeyState.UNKNOWN, null, NO_ANSWER, NO_ANSWER, NO_ANSWER),
        unavailable(KeyState.UNKNOWN, 503, NO_ANSWER, FAILED, FAILED),
        unavailable(KeyState.UNKNOWN, 503, FAILED, FAILED, NO_ANSWER),
        unavailable(KeyState.UNKNOWN, 400, UNHANDLED, NO_ANSWER, NO_CONNECTION),
        unexpected(200),
        unexpected(201),
        unexpected(302),
        unexpected(400),
        unexpected(401),
        unexpected(403),
        unexpected(404),
        row(
            List.of(ApiAnswers.session("ab")),
            Outcome.UNEXPECTED,
            KeyState.UNKNOWN,
            200,
            UNEXPECTED));
  }

  @ParameterizedTest(name = "{0} -> {1}, {2}, {3}, {4}")
  @MethodSource("table")
  void theOutcomeIsWhatTheTableSays(
      List<ApiAnswer> answers, Outcome outcome, KeyState keyState, Integer status, String type) {
    Rig rig = new Rig(new Settings().maxAttempts(3).minimumCalls(50));
    Asked asked = rig.ask("urgent");

    answers.forEach(
        answer -> {
          rig.api.only().answer(answer);
          rig.time.advanceMs(30_000);
        });

    Result result = asked.result();
    assertThat(result.outcome()).isEqualTo(outcome);
    assertThat(result.keyState()).isEqualTo(keyState);
    assertThat(result.httpStatus()).isEqualTo(status);
    assertThat(result.attempts()).isEqualTo(answers.size());
    assertThat(result.uncertainAttempts())
        .isEqualTo(answers.stream().filter(UNCERTAIN::contains).count());
    if (outcome.success()) {
      assertThat(result.error()).isNull();
    } else {
      assertThat(result.error().type()).isEqualTo(type);
    }
    assertThat(rig.api.open()).isEmpty();
    assertThat(rig.bugs).isEmpty();
  }

  @Test
  void theApisOwnErrorIsInTheResult() {
    Rig rig = Rig.withDefaults();
    Asked asked = rig.ask("urgent");
    rig.api.only().answer(new ApiAnswer.Refused("INVALID_QUERY", "v is not 1"));
    assertThat(asked.result().error()).isEqualTo(new ResultError("INVALID_QUERY", "v is not 1"));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1 attempt before may have removed the key",
    "2, 2 attempts before may have removed the key"
  })
  void theCommentOfANotFoundSaysHowManyAttemptsMayHaveRemovedTheKey(int uncertain, String words) {
    Rig rig = Rig.withDefaults();
    Asked asked = rig.ask("urgent");
    for (int i = 0; i < uncertain; i++) {
      rig.api.only().answer(NO_ANSWER);
      rig.time.advanceMs(30_000);
    }
    rig.api.only().answer(NO_CONNECTION);
    rig.time.advanceMs(30_000);
    rig.api.only().answer(NOT_FOUND);
    assertThat(asked.result().uncertainAttempts()).isEqualTo(uncertain);
    assertThat(asked.result().error().comment())
        .isEqualTo(words + "; the API's comment: comment on ITEM_NOT_FOUND");
  }

  @Test
  void theCommentOfANotFoundWithoutAnUncertainAttemptIsTheApisOwn() {
    Rig rig = Rig.withDefaults();
    Asked asked = rig.ask("urgent");
    rig.api.only().answer(NOT_FOUND);
    assertThat(asked.result().error().comment()).isEqualTo("comment on ITEM_NOT_FOUND");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 6, 9})
  void asManyCallsAreMadeAsAttemptsAreAllowedAndNoMore(int attempts) {
    Rig rig = new Rig(new Settings().maxAttempts(attempts).minimumCalls(50));
    rig.api.rule(10, call -> FAILED);
    Asked asked = rig.ask("urgent");
    rig.time.advanceMs(600_000);
    assertThat(asked.outcome()).isEqualTo(Outcome.UNAVAILABLE);
    assertThat(asked.result().attempts()).isEqualTo(attempts);
    assertThat(rig.api.calls).hasSize(attempts);
  }

  @Test
  void theBackOffDoublesFromCallToCall() {
    Rig rig = new Rig(new Settings().maxAttempts(5).minimumCalls(50));
    rig.api.rule(0, call -> FAILED);
    rig.ask("urgent");
    rig.time.advanceMs(600_000);
    assertThat(rig.api.calls.stream().map(call -> call.startedMs))
        .containsExactly(0L, 250L, 750L, 1_750L, 3_750L);
  }

  @Test
  void aLongerRetryAfterOfAFailureWinsOverTheBackOff() {
    Rig rig = new Rig(new Settings().minimumCalls(50));
    rig.ask("urgent");
    rig.api.only().answer(new ApiAnswer.Failed(503, 7_000L));
    rig.time.advanceMs(6_999);
    assertThat(rig.api.open()).isEmpty();
    rig.time.advanceMs(1);
    rig.api.only().answer(new ApiAnswer.Failed(503, 1L));
    rig.time.advanceMs(499);
    assertThat(rig.api.open()).isEmpty();
    rig.time.advanceMs(1);
    assertThat(rig.api.open()).hasSize(1);
  }

  @Test
  void aTokenOfTheCallersOwnThatIsRefusedEndsTheRequestAtOnce() {
    Rig rig = Rig.withDefaults();
    Asked asked = rig.ask(Ask.in("urgent").of("acme").token("0e11"));
    assertThat(rig.api.only().token()).isEqualTo("0e11");
    rig.api.only().answer(BAD_TOKEN);
    assertThat(asked.outcome()).isEqualTo(Outcome.SESSION_FAILED);
    assertThat(asked.result().keyState()).isEqualTo(KeyState.ASSUMED_ACTIVE);
    assertThat(asked.result().error().type()).isEqualTo("BAD_API_TOKEN");
    assertThat(asked.result().attempts()).isEqualTo(1);
    assertThat(rig.api.calls).hasSize(1);
  }

  private static Arguments row(
      List<ApiAnswer> answers, Outcome outcome, KeyState keyState, Integer status, String type) {
    return arguments(answers, outcome, keyState, status, type);
  }

  private static Arguments notFound(ApiAnswer... answers) {
    return row(List.of(answers), Outcome.NOT_FOUND, KeyState.UNKNOWN, 400, "ITEM_NOT_FOUND");
  }

  private static Arguments refusal(String type) {
    return row(List.of(refused(type)), Outcome.REFUSED, KeyState.ASSUMED_ACTIVE, 400, type);
  }

  private static Arguments unavailable(KeyState keyState, Integer status, ApiAnswer... answers) {
    return row(List.of(answers), Outcome.UNAVAILABLE, keyState, status, UNAVAILABLE);
  }

  private static Arguments unavailable(
      KeyState keyState, Integer status, ApiAnswer answer, int times) {
    return unavailable(
        keyState, status, Stream.generate(() -> answer).limit(times).toArray(ApiAnswer[]::new));
  }

  private static Arguments unexpected(int status) {
    return row(
        List.of(new ApiAnswer.Unexpected(status, "no such answer")),
        Outcome.UNEXPECTED,
        KeyState.UNKNOWN,
        status,
        UNEXPECTED);
  }
}
