package dev.revoker.resilience;

import static org.assertj.core.api.Assertions.assertThat;

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
}
