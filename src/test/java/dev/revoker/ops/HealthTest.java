package dev.revoker.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.ops.Health.Check;
import dev.revoker.ops.Health.State;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthTest {
  private static final Check GOOD = () -> new State(true, "it runs");
  private static final Check BAD = () -> new State(false, "broker \"b1\" is away");

  @Test
  void allChecksOkIsUp() {
    Health health = new Health(Map.of("loop", GOOD), Map.of());

    assertThat(health.live().json())
        .isEqualTo("{\"status\":\"up\",\"checks\":{\"loop\":{\"ok\":true,\"why\":\"it runs\"}}}");
  }

  @Test
  void oneCheckNotOkIsDownAndTellsWhyInTheOrderGiven() {
    Map<String, Check> ready = new LinkedHashMap<>();
    ready.put("worker", GOOD);
    ready.put("broker", BAD);
    Health health = new Health(Map.of(), ready);

    assertThat(health.ready().up()).isFalse();
    assertThat(health.ready().json())
        .isEqualTo(
            "{\"status\":\"down\",\"checks\":{\"worker\":{\"ok\":true,\"why\":\"it runs\"},"
                + "\"broker\":{\"ok\":false,\"why\":\"broker \\\"b1\\\" is away\"}}}");
  }

  @Test
  void liveAndReadyAreApart() {
    Health health = new Health(Map.of("loop", GOOD), Map.of("broker", BAD));

    assertThat(health.live().up()).isTrue();
    assertThat(health.ready().up()).isFalse();
  }

  @Test
  void aCheckThatThrowsIsNotOkAndItsTextStaysInside() {
    Health health =
        new Health(
            Map.of(
                "loop",
                () -> {
                  throw new IllegalStateException("canary");
                }),
            Map.of());

    assertThat(health.live().up()).isFalse();
    assertThat(health.live().json()).contains("IllegalStateException").doesNotContain("canary");
  }
}
