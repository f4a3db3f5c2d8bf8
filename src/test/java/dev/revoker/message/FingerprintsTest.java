package dev.revoker.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.revoker.model.Secret;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FingerprintsTest {
  private static final Secret KEY = Secret.of("968a8b637a5040159424872fffdb895b");
  private static final Secret UPPER = Secret.of("968A8B637A5040159424872FFFDB895B");

  /** As {@code printf %s KEY | sha256sum} has it. */
  @Test
  void isSha256OfTheDigitsInLowerCase() {
    Fingerprints fingerprints = new Fingerprints(null);
    assertThat(fingerprints.of(KEY))
        .isEqualTo("sha256:dee868b9d87f98ec5db39416c8ac1bdca516d0d3e49ed94b62385c966dd568eb");
    assertThat(fingerprints.of(UPPER)).isEqualTo(fingerprints.of(KEY));
  }

  /** As {@code printf %s KEY | openssl dgst -sha256 -hmac pépin} has it. */
  @Test
  void isAnHmacWhereASecretIsSet() {
    Fingerprints fingerprints = new Fingerprints(Secret.of("pépin"));
    assertThat(fingerprints.of(KEY))
        .isEqualTo("hmac-sha256:e2e2561ccd0d9b75b87baa47e909b20daf2cc6a4ae4773fc0e4870316eb60631");
    assertThat(fingerprints.of(UPPER)).isEqualTo(fingerprints.of(KEY));
  }

  @Test
  void threadsCanShareOne() {
    for (Fingerprints shared : List.of(new Fingerprints(null), new Fingerprints(UPPER))) {
      List<Secret> keys =
          IntStream.range(0, 2_000).mapToObj(i -> Secret.of("%032x".formatted(i))).toList();
      List<String> alone = keys.stream().map(shared::of).toList();
      assertThat(keys.parallelStream().map(shared::of).toList()).isEqualTo(alone);
      assertThat(alone).doesNotHaveDuplicates();
    }
  }

  @Test
  void anEmptySecretIsRefused() {
    assertThatThrownBy(() -> new Fingerprints(Secret.of("")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
