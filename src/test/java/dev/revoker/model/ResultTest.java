package dev.revoker.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Request.Echo;
import dev.revoker.model.Result.KeyState;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ResultTest {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void theOutcomeDecidesWhetherARequestIsRetriable(Outcome outcome) {
    assertThat(result(outcome, "T").retriable()).isEqualTo(outcome.retriable());
  }

  @ParameterizedTest
  @CsvSource({"UNEXPECTED,STILL_ACTIVE", "REJECTED,UNKNOWN_ENCRYPTION_KEY"})
  void someErrorTypesMakeARequestRetriable(Outcome outcome, String type) {
    assertThat(outcome.retriable()).isFalse();
    assertThat(result(outcome, type).retriable()).isTrue();
  }

  @Test
  void theAccountIsTheOneThatWasAskedForUnlessItIsGiven() {
    assertThat(result(Outcome.REVOKED, "T").account()).isEqualTo("main");
  }

  private static Result result(Outcome outcome, String errorType) {
    Echo echo = new Echo("r", null, "main", null, null, null, Map.of(), null, null);
    ResultError error = new ResultError(errorType, "c");
    Request request = new Request.Invalid(new Source("t", 0, 1), "standard", NOW, NOW, echo, error);
    return new Result(request, outcome, KeyState.UNKNOWN, null, error, 1, 0, NOW);
  }
}
