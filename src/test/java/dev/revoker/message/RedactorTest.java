package dev.revoker.message;

import static dev.revoker.message.Fixture.KEY;
import static dev.revoker.message.Fixture.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.revoker.model.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
  private static final Redactor REDACTOR = Redactor.of(Secret.of(KEY), Secret.of(TOKEN), null);

  /** Each is found, and the text around it stays. */
  static Stream<String> disguises() {
    String percent = Encodings.percent(KEY);
    return Stream.of(
        KEY,
        KEY.toUpperCase(Locale.ROOT),
        "968A8b637a5040159424872fffdb895B",
        TOKEN,
        percent,
        percent.toLowerCase(Locale.ROOT),
        Encodings.percent(KEY.toUpperCase(Locale.ROOT)),
        "%39%36" + KEY.substring(2),
        KEY.substring(0, 31) + "%62",
        percent.replace("%", "%25"),
        "%39%2536%2538" + KEY.substring(3),
        Encodings.percent(percent),
        spread("&#%d;"),
        spread("&#x%x;"),
        spread("&#X%X"),
        spread("&amp;#%d;"),
        spread("\\u%04x"),
        spread("\\uuu%04x"),
        spread("\\u{%x}"),
        spread("\\u{000%x}"),
        spread("\\x{%x}"),
        spread("\\%o"),
        spread("%%u%04x"),
        spread("&#%012d;"),
        spread("&#x%012x;"),
        spread("%d, "),
        spread("%x"),
        spread("%X "),
        spread("0x%x,"),
        Encodings.percent(fullWidth()),
        spread("\\x%02X"),
        "968a8b63-7a50-4015-9424-872fffdb895b",
        "{968A8B63-7A50-4015-9424-872FFFDB895B}",
        spread("%c "),
        spread("%c:"),
        spread("%c&nbsp;"),
        spread("%c\u200b"),
        spread("%c\u2013"),
        spread("%c', '"),
        KEY.substring(0, 16) + "\n" + KEY.substring(16),
        fullWidth(),
        new StringBuilder(KEY).reverse().toString(),
        KEY.substring(1),
        KEY.substring(0, 31),
        KEY.substring(0, 10) + KEY.substring(11),
        KEY.substring(0, 16) + "0" + KEY.substring(17),
        KEY.substring(12, 20),
        "7777" + KEY.substring(12, 20) + "6666");
  }

  private static String fullWidth() {
    return KEY.chars()
        .map(c -> c - '0' < 10 ? c - '0' + 0xFF10 : c - 'a' + 0xFF41)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static String spread(String form) {
    return KEY.chars()
        .mapToObj(c -> String.format(Locale.ROOT, form, form.contains("%c") ? (char) c : c))
        .collect(Collectors.joining());
  }

  @ParameterizedTest
  @MethodSource("disguises")
  void aSecretIsFoundHoweverItIsWritten(String disguise) {
    assertFound(disguise, "(", ")");
    assertFound(disguise, "no key '", "' here");
    // With a percent sign before it the text may count as encoded once more.
    assertThat(REDACTOR.redact("%25" + disguise))
        .matches("(%25)?[^0-9a-f%]?\\*\\*\\*(&nbsp;|[^0-9a-f%]{0,4})");
    assertFound(disguise, "api_securekey=", "&x=%C3%A9+");
  }

  private static void assertFound(String disguise, String before, String after) {
    String text = before + disguise + after;
    assertThat(REDACTOR.finds(text)).isTrue();
    assertThat(REDACTOR.redact(text)).startsWith(before).endsWith(after);
    assertThat(REDACTOR.redact(text).substring(before.length()))
        .matches("[^0-9a-f%]?\\*\\*\\*(&nbsp;|[^0-9a-f%]{0,4})" + Pattern.quote(after));
  }

  @Test
  void theHexDigitsAroundAPartAreMaskedWithIt() {
    assertThat(REDACTOR.redact("ab" + KEY + "cd")).isEqualTo("***");
    assertThat(REDACTOR.redact("is " + KEY.substring(0, 8) + "-0000-0000 ok"))
        .isEqualTo("is *** ok");
    assertThat(REDACTOR.redact("leaked " + KEY + " on a wall")).isEqualTo("leaked *** on a wall");
    assertThat(REDACTOR.redact("key:" + KEY + "-expired")).isEqualTo("key:***-expired");
  }

  static Stream<String> base64() {
    Base64.Encoder standard = Base64.getEncoder();
    List<byte[]> plain = new ArrayList<>();
    for (String before : List.of("", "a", "ab", "abc", "user:")) {
      for (String key : List.of(KEY, KEY.toUpperCase(Locale.ROOT))) {
        plain.add((before + key).getBytes(StandardCharsets.UTF_8));
        plain.add((before + key + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    plain.add(HexFormat.of().parseHex(KEY));
    plain.add(("x" + KEY.substring(4, 20)).getBytes(StandardCharsets.UTF_8));
    return plain.stream()
        .flatMap(
            bytes ->
                Stream.of(
                    standard.encodeToString(bytes),
                    standard.withoutPadding().encodeToString(bytes),
                    Base64.getUrlEncoder().encodeToString(bytes),
                    Base64.getMimeEncoder(20, new byte[] {'\r', '\n'}).encodeToString(bytes),
                    Base64.getMimeEncoder(8, new byte[] {' '}).encodeToString(bytes),
                    Encodings.percent(standard.encodeToString(bytes))));
  }

  @ParameterizedTest
  @MethodSource("base64")
  void aTextWithBase64OfASecretIsHiddenAsAWhole(String base64) {
    for (String before : List.of("", " ", "is/", "Basic ", "xy", "-_-")) {
      assertThat(REDACTOR.redact("Sent " + before + base64 + " today")).isEqualTo("***");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Invalid or expired API token",
        "968a8b6",
        "968a8b6 968a8b6 fffdb89",
        "%39%36 and 100 % of +1",
        "%",
        "%9",
        "%zz%",
        "%25",
        "%2",
        "%252",
        "ключ %D0%BA",
        "a & b; c &amp; d &lt;e&gt; &#10; &#; &#x; &#1114112;",
        "C:\\new\\table \\u \\u12 \\",
        "TWFuIGlzIGRpc3Rpbmd1aXNoZWQsIG5vdCBvbmx5IGJ5IGhpcyByZWFzb24"
      })
  void otherTextStaysAsItIs(String text) {
    assertThat(REDACTOR.redact(text)).isEqualTo(text);
    assertThat(REDACTOR.finds(text)).isFalse();
  }

  @Test
  void secretsThatOverlapOrTouchAreOneMask() {
    Redactor redactor = Redactor.of(Secret.of("aaaaaaaa"), Secret.of("aaaabbbb"));
    assertThat(redactor.redact("x aaaaaaaaabbbbb x")).isEqualTo("x *** x");
    assertThat(redactor.redact("AAAAAAAAaaaabbbb")).isEqualTo("***");
  }

  @Test
  void secretsNeedNotBeHex() {
    Redactor redactor = Redactor.of(Secret.of("Geheim nis %41 Ä"));
    for (String text :
        new String[] {
          "geheim nis %41 ä", "GEHEIM+NIS+%2541+%C3%A4", "Geheim%20nis%20%2541%20Ä",
        }) {
      assertThat(redactor.redact("<" + text + ">")).isEqualTo("<***>");
    }
  }

  @Test
  void whatIsStillEncodedAfterTwoDecodingsIsHiddenAsAWhole() {
    String percent = Encodings.percent(KEY);
    for (String text :
        List.of(
            percent.replace("%", "%2525"),
            percent.replace("%", "%2525252525"),
            Encodings.percent(Encodings.percent(percent)),
            spread("&amp;amp;#%d;"),
            "100%252525")) {
      assertThat(REDACTOR.redact("x " + text)).isEqualTo("***");
    }
    assertThat(REDACTOR.redact("100%2525")).isEqualTo("100%2525");
  }

  /** The code of c is 99, and a row label of submit may be 1/9999999999999999. */
  @Test
  void aNumberIsNoPartOfAKeyBecauseOfFourOfItsDigits() {
    Redactor redactor = Redactor.of(Secret.of("968a8b637a504015cccc24872fffdb89"));
    String text = "1/9999999999999999 6363636363 393633";
    assertThat(redactor.redact(text)).isEqualTo(text);
    assertThat(redactor.redact("key 3633376135303430 and 55, 97, 53, 48, 52, 48, 49, 53,"))
        .isEqualTo("key *** and ***,");
  }

  @Test
  void aShortSecretIsFoundAsAWholeAndOnlySo() {
    Redactor redactor =
        Redactor.of(Secret.of("hunter2"), Secret.of("!?!?!?!?!?"), Secret.of("ab1"));
    assertThat(redactor.redact("no HUNTER2, no hunter, no !?!?!?!?!?, no A%62%31"))
        .isEqualTo("no ***, no hunter, no ***, no ***");
  }

  @Test
  void anIdMayBeginLikeAKeyButNotHoldHalfOfIt() {
    assertThat(REDACTOR.findsMuch("scan-" + KEY.substring(0, 8))).isFalse();
    assertThat(REDACTOR.findsMuch("scan-" + KEY.substring(0, 16))).isTrue();
    assertThat(REDACTOR.findsMuch(Encodings.percent(KEY))).isTrue();
  }

  /** Quadratic, this would take a minute. */
  @Test
  void theTimeIsLinearInTheText() {
    Redactor redactor = Redactor.of(Secret.of("0".repeat(255) + "3"));
    String text = "0".repeat(2_000_000);
    assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> assertThat(redactor.mask(text)).isEqualTo("***"));
    String escapes = ("%" + "25".repeat(1_000) + "30" + "0 ".repeat(1_000)).repeat(300);
    assertTimeoutPreemptively(
        Duration.ofSeconds(20), () -> assertThat(redactor.mask(escapes)).isEqualTo("***"));
  }

  @Test
  void theTextIsCutAfterTheSecretsAreOut() {
    assertThat(REDACTOR.redact("x".repeat(498) + KEY + "y")).isEqualTo("x".repeat(498) + "**");
    assertThat(REDACTOR.redact(KEY + "x".repeat(600))).isEqualTo("***" + "x".repeat(497));
    assertThat(REDACTOR.redact("x".repeat(500))).hasSize(500);
    assertThat(REDACTOR.redact("x".repeat(65_536))).hasSize(500);
  }

  @Test
  void noPairOfSurrogatesIsCutAndNoneIsAlone() {
    assertThat(REDACTOR.redact("x".repeat(499) + "\uD83D\uDD11")).isEqualTo("x".repeat(499));
    assertThat(REDACTOR.redact("x".repeat(498) + "\uD83D\uDD11")).hasSize(500);
    assertThat(REDACTOR.redact("\uDD11\uD83D" + KEY)).isEqualTo("\uFFFD\uFFFD***");
    assertThat(Redactor.of().redact("\uD83D")).isEqualTo("\uFFFD");
  }

  @Test
  void nothingIsFoundWithoutSecrets() {
    assertThat(Redactor.of(null, Secret.of("")).redact("100%25 " + KEY)).isEqualTo("100%25 " + KEY);
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
    String scrubbed = REDACTOR.mask(text + Encodings.noise(random));
    assertThat(scrubbed).contains("***").hasSizeLessThan(80);
    assertThat(Encodings.decodedAll(scrubbed)).noneMatch(decoded -> decoded.contains(KEY));
  }
}
