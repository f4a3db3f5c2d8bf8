package dev.revoker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.api.ApiAnswer;
import dev.revoker.ops.LibraryMeters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Resilience4j's own meters tell what the dispatcher does. */
class InstrumentsTest {
  @Test
  void breakerRetryAndRateLimiterHaveMeters() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Rig rig = new Rig(new Settings().ratePerSecond(1_000));
    new LibraryMeters(meters).policy(rig.dispatcher.instruments());
    rig.breakApi();

    assertThat(meters.get("resilience4j.circuitbreaker.state").tag("state", "open").gauge().value())
        .isEqualTo(1);
    assertThat(meters.find("resilience4j.retry.calls").meters()).isNotEmpty();
    assertThat(meters.get("resilience4j.ratelimiter.available.permissions").gauges()).hasSize(2);
  }

  @Test
  void theOutcomesOfRetriesAreCounted() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Rig rig = new Rig(new Settings().maxAttempts(2).minimumCalls(50));
    new LibraryMeters(meters).policy(rig.dispatcher.instruments());
    rig.ask("standard");
    rig.api.only().answer(ApiAnswers.DONE);
    for (ApiAnswer last : new ApiAnswer[] {ApiAnswers.DONE, ApiAnswers.FAILED}) {
      rig.ask("standard");
      rig.api.only().answer(ApiAnswers.FAILED);
      rig.time.advanceMs(250);
      rig.api.only().answer(last);
    }
    for (String kind :
        new String[] {"successful_without_retry", "successful_with_retry", "failed_with_retry"}) {
      assertThat(meters.get("resilience4j.retry.calls").tag("kind", kind).functionCounter().count())
          .as(kind)
          .isEqualTo(1);
    }
  }

  static Stream<Arguments> words() {
    return Stream.of(
        Arguments.of(ApiAnswers.DONE, "done"),
        Arguments.of(ApiAnswers.session("70ce"), "session"),
        Arguments.of(ApiAnswers.NOT_FOUND, "refused"),
        Arguments.of(ApiAnswers.THROTTLED, "throttled"),
        Arguments.of(ApiAnswers.FAILED, "failed"),
        Arguments.of(new ApiAnswer.Unexpected(403, "no"), "unexpected"),
        Arguments.of(ApiAnswers.NO_ANSWER, "no_answer"),
        Arguments.of(ApiAnswers.NO_CONNECTION, "no_connection"));
  }

  @ParameterizedTest
  @MethodSource("words")
  void eachCallIsReportedOnceWithItsAnswerAndDuration(ApiAnswer answer, String word) {
    Rig rig = Rig.withDefaults();
    rig.ask("standard");
    rig.time.advanceMs(7);
    rig.api.only().answer(answer);
    assertThat(rig.ended).containsExactly(word);
    assertThat(rig.tookNanos).containsExactly(7_000_000L);
  }
}
