package dev.revoker.message;

import static dev.revoker.message.Fixture.KEY;
import static dev.revoker.message.Fixture.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Secret;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScrubberTest {
  private static final Scrubber SCRUBBER = Scrubber.of(Secret.of(KEY), Secret.of(TOKEN), null);

  static Stream<String> disguises() {
    String all = Encodings.percent(KEY);
    return Stream.of(
        KEY,
        KEY.toUpperCase(Locale.ROOT),
        "968A8b637a5040159424872fffdb895B",
        TOKEN,
        all,
        all.toLowerCase(Locale.ROOT),
        Encodings.percent(KEY.toUpperCase(Locale.ROOT)),
        "%39%36" + KEY.substring(2),
        KEY.substring(0, 31) + "%62",
        all.replace("%", "%25"),
        all.replace("%", "%2525"),
        all.replace("%", "%2525252525"),
        "%39%2536%252538" + KEY.substring(3),
        Encodings.percent(all),
        Encodings.percent(Encodings.percent(all)));
  }

  @ParameterizedTest
  @MethodSource("disguises")
  void aSecretIsFoundHoweverItIsWritten(String disguise) {
    assertThat(SCRUBBER.scrub(disguise)).isEqualTo("***");
    assertThat(SCRUBBER.scrub("no key '" + disguise + "' here")).isEqualTo("no key '***' here");
    assertThat(SCRUBBER.scrub("ab" + disguise + "cd")).isEqualTo("ab***cd");
    assertThat(SCRUBBER.scrub("100%" + disguise + "%")).isEqualTo("100%***%");
    assertThat(SCRUBBER.scrub("%25" + disguise)).isEqualTo("%25***");
    assertThat(SCRUBBER.scrub("api_securekey=" + disguise + "&x=%C3%A9+" + TOKEN))
        .isEqualTo("api_securekey=***&x=%C3%A9+***");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Invalid or expired API token",
        "968a8b637a5040159424872fffdb895",
        "968a8b637a5040159424872fffdb895c",
        "%39%36 and 100 % of +1",
        "%",
        "%9",
        "%zz%",
        "%25",
        "%2",
        "%252",
        "ключ %D0%BA",
      })
  void otherTextStaysAsItIs(String text) {
    assertThat(SCRUBBER.scrub(text)).isEqualTo(text);
    assertThat(SCRUBBER.finds(text)).isFalse();
  }

  @Test
  void secretsThatOverlapOrTouchAreOneMask() {
    Scrubber scrubber = Scrubber.of(Secret.of("aaaaaaaa"), Secret.of("aaaabbbb"));
    assertThat(scrubber.scrub("x aaaaaaaaabbbbb x")).isEqualTo("x ***b x");
    assertThat(scrubber.scrub("AAAAAAAAaaaabbbb")).isEqualTo("***");
  }

  @Test
  void secretsNeedNotBeHex() {
    Scrubber scrubber = Scrubber.of(Secret.of("Geheim nis %41 Ä"));
    for (String text :
        new String[] {
          "geheim nis %41 ä", "GEHEIM+NIS+%2541+%C3%A4", "Geheim%20nis%20%41%20Ä",
        }) {
      assertThat(scrubber.scrub("<" + text + ">")).isEqualTo("<***>");
    }
  }

  @Test
  void whatIsEncodedBeyondReasonIsHiddenAsAWhole() {
    String text = KEY;
    for (int i = 0; i < 10; i++) {
      text = text.length() > 20_000 ? text.replace("%", "%%32%35") : Encodings.percent(text);
    }
    assertThat(SCRUBBER.scrub("x" + text)).isEqualTo("***");
  }

  @Test
  void theTextIsCutAfterTheSecretsAreOut() {
    assertThat(SCRUBBER.scrub("x".repeat(498) + KEY + "y")).isEqualTo("x".repeat(498) + "**");
    assertThat(SCRUBBER.scrub(KEY + "x".repeat(600))).isEqualTo("***" + "x".repeat(497));
    assertThat(SCRUBBER.scrub("x".repeat(500))).hasSize(500);
    assertThat(SCRUBBER.scrub("x".repeat(65_536))).hasSize(500);
  }

  @Test
  void noPairOfSurrogatesIsCutAndNoneIsAlone() {
    assertThat(SCRUBBER.scrub("x".repeat(499) + "\uD83D\uDD11")).isEqualTo("x".repeat(499));
    assertThat(SCRUBBER.scrub("x".repeat(498) + "\uD83D\uDD11")).hasSize(500);
    assertThat(SCRUBBER.scrub("\uDD11\uD83D" + KEY)).isEqualTo("\uFFFD\uFFFD***");
    assertThat(Scrubber.of().scrub("\uD83D")).isEqualTo("\uFFFD");
  }

  @Test
  void nothingIsFoundWithoutSecrets() {
    assertThat(Scrubber.of(null, Secret.of("")).scrub("100%25 " + KEY)).isEqualTo("100%25 " + KEY);
  }

  /** Each character of the key encoded zero to three times, by chance, in text made of escapes. */
  @RepeatedTest(500)
  void noRandomEncodingGetsThrough(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    StringBuilder text = new StringBuilder(Encodings.noise(random));
    for (char c : KEY.toCharArray()) {
      String written = String.valueOf(random.nextBoolean() ? Character.toUpperCase(c) : c);
      for (int times = random.nextInt(4); times > 0; times--) {
        written = times == 1 ? Encodings.percent(written) : written.replace("%", "%25");
      }
      text.append(written);
    }
    String scrubbed = SCRUBBER.mask(text + Encodings.noise(random));
    assertThat(scrubbed).contains("***").hasSizeLessThan(60);
    assertThat(Encodings.decodedAll(scrubbed)).noneMatch(decoded -> decoded.contains(KEY));
  }
}
