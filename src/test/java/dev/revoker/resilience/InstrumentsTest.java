package dev.revoker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.api.ApiAnswer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

/** Resilience4j's own meters tell what the dispatcher does. */
class InstrumentsTest {
  @Test
  void breakerRetryAndRateAreSeen() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Rig rig = new Rig(new Settings().ratePerSecond(1_000));
    rig.dispatcher.instruments().bindTo(meters);
    rig.breakApi();

    assertThat(meters.get("resilience4j.circuitbreaker.state").tag("state", "open").gauge().value())
        .isEqualTo(1);
    assertThat(meters.find("resilience4j.retry.calls").meters()).isNotEmpty();
    assertThat(meters.get("resilience4j.ratelimiter.available.permissions").gauges()).hasSize(2);
  }

  @Test
  void whatCameOfTheRetriesIsCounted() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Rig rig = new Rig(new Settings().maxAttempts(2).minimumCalls(50));
    rig.dispatcher.instruments().bindTo(meters);
    rig.ask("standard");
    rig.api.only().answer(Answers.DONE);
    for (ApiAnswer last : new ApiAnswer[] {Answers.DONE, Answers.FAILED}) {
      rig.ask("standard");
      rig.api.only().answer(Answers.FAILED);
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
}
