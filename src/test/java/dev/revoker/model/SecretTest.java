package dev.revoker.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What prints no secret, and what may be asked for again. */
class SecretTest {
  @Test
  void aSecretPrintsAsAMask() {
    assertThat("%s".formatted(Secret.of("968a8b63"))).isEqualTo("***");
    assertThat(Secret.of("968a8b63").reveal()).isEqualTo("968a8b63");
  }

  @Test
  void secretsAreTheSameWhereTheirTextsAre() {
    assertThat(Secret.of("968a8b63"))
        .isEqualTo(Secret.of("968a8b63"))
        .isNotEqualTo(Secret.of("968a8b64"))
        .isNotEqualTo("968a8b63");
    assertThat(Set.of(Secret.of("968a8b63"))).contains(Secret.of("968a8b63"));
  }

  @Test
  void whatMayPassIsWorthAnotherRequest() {
    EnumSet<Outcome> retriable = EnumSet.allOf(Outcome.class);
    retriable.removeIf(outcome -> !outcome.retriable());
    assertThat(retriable).containsExactlyInAnyOrder(Outcome.SESSION_FAILED, Outcome.UNAVAILABLE);
  }
}
