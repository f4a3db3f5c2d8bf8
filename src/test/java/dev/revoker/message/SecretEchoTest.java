package dev.revoker.message;

import static dev.revoker.message.Fixture.KEY;
import static dev.revoker.message.Fixture.TOKEN;
import static dev.revoker.message.Fixture.invalid;
import static dev.revoker.message.Fixture.read;
import static dev.revoker.message.Fixture.valid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.ResultError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A key that stands where it does not belong comes out nowhere. */
class SecretEchoTest {
  private static final ResultWriter WRITER = new ResultWriter("w-1", "revoker");

  /** Everything that leaves for a request, its exceptions' and its own printing included. */
  private static String allOf(Request request) {
    Result result =
        request instanceof Request.Invalid invalid
            ? Result.rejected(invalid, Fixture.RECEIVED)
            : new Result(
                request, Outcome.REVOKED, KeyState.INACTIVE, 204, null, 1, 0, Fixture.RECEIVED);
    List<String> all = new ArrayList<>();
    all.add(new String(WRITER.value(result), StandardCharsets.UTF_8));
    all.add(new String(WRITER.key(result), StandardCharsets.UTF_8));
    WRITER
        .headers(result)
        .forEach((name, text) -> all.add(name + new String(text, StandardCharsets.UTF_8)));
    all.add(result.toString());
    return String.join("\n", all);
  }

  private static void assertFreeOf(Request request, String secret) {
    assertThat(Encodings.decodedAll(allOf(request)))
        .noneMatch(text -> text.contains(secret.toLowerCase(Locale.ROOT)));
  }

  static Stream<Arguments> canaries() {
    List<String> secrets = List.of(KEY, TOKEN);
    List<String> forms = List.of("%s", "key=%s!", "%S", "PERCENT", "é %s %s");
    return secrets.stream()
        .flatMap(secret -> forms.stream().map(form -> Arguments.of(secret, inForm(form, secret))));
  }

  private static String inForm(String form, String secret) {
    return form.equals("PERCENT")
        ? Encodings.percent(secret)
        : form.replace("%S", secret.toUpperCase(Locale.ROOT)).replace("%s", secret);
  }

  @ParameterizedTest
  @MethodSource("canaries")
  void inEveryFieldThatIsEchoed(String secret, String canary) {
    String json =
        """
        {"api_securekey":"%s","api_token":"%s","request_id":"CANARY","account":"CANARY",
         "reason":"CANARY","requested_by":"CANARY","labels":{"CANARY":"v","n":"CANARY"}}
        """
            .formatted(KEY, TOKEN)
            .replace("CANARY", canary);
    String traceparent = "00-" + secret + "-00f067aa0ba902b7-01";
    Request request =
        read(
            json, Map.of("ce_id", canary, "traceparent", traceparent, "tracestate", "v=" + canary));

    assertFreeOf(request, secret);
    Echo echo = request.echo();
    assertThat(echo.requestId()).isEqualTo("key-revocations-3-42");
    assertThat(echo.account()).isNull();
    assertThat(echo.reason()).contains("***");
    assertThat(echo.requestedBy()).isEqualTo(echo.reason());
    assertThat(echo.labels()).isEqualTo(Map.of(echo.reason(), "v", "n", echo.reason()));
    assertThat(echo.traceparent()).isNull();
    assertThat(echo.tracestate()).isNull();
  }

  @Test
  void theRestOfTheTextStays() {
    String json = Fixture.with("\"reason\":\"leaked " + KEY + " on a wall\",\"request_id\":\"r\"");
    Echo echo = valid(json).echo();
    assertThat(echo.reason()).isEqualTo("leaked *** on a wall");
    assertThat(echo.requestId()).isEqualTo("r");
  }

  @Test
  void aRequestIdThatHoldsTheKeyFallsToCeId() {
    String json = Fixture.with("\"request_id\":\"revoke-" + KEY + "\"");
    assertThat(read(json, Map.of("ce_id", "ce-1")).echo().requestId()).isEqualTo("ce-1");
  }

  @Test
  void aTimeCanHoldAKeyToo() {
    String json =
        """
        {"api_securekey":"12345678","requested_at":"2026-11-23T10:00:00.12345678Z"}
        """;
    assertThat(valid(json).echo().requestedAt()).isNull();
    assertFreeOf(read(json), "12345678");
  }

  static Stream<String> wrongKeys() {
    return Stream.of(
        "\"%s \"",
        "\"0x%s\"",
        "\"%s-%s\"",
        "\"api_securekey=%s\"",
        "[\"%s\"]",
        "{\"value\":\"%s\"}",
        "{\"%s\":[1,{\"x\":null}]}",
        "\"%sz\"",
        "\"\\\"%s\\\"\"");
  }

  @ParameterizedTest
  @MethodSource("wrongKeys")
  void aKeyThatIsNotValidIsOneAllTheSame(String wrong) {
    for (String field : new String[] {"api_securekey", "api_token"}) {
      String json =
          """
          {"%s":%s,"request_id":"%s","account":"%s","reason":"x%sx","labels":{"%s":"%s"}}
          """
              .formatted(field, wrong.replace("%s", KEY), KEY, KEY, KEY, KEY, KEY);
      Request.Invalid request = invalid(read(json, Map.of("ce_id", KEY)));
      assertFreeOf(request, KEY);
      assertThat(request.echo().requestId()).isEqualTo("key-revocations-3-42");
    }
  }

  @Test
  void aKeyThatIsANumberIsOneToo() {
    Request request = read("{\"api_securekey\":9681234567,\"reason\":\"9681234567\"}");
    assertThat(request.echo().reason()).isEqualTo("***");
  }

  @Test
  void aWrongKeyNeedNotBeHex() {
    Request request =
        read("{\"api_securekey\":\"Hunter2 forever\",\"reason\":\"HUNTER2+FOREVER\"}");
    assertThat(request.echo().reason()).isEqualTo("***");
  }

  @Test
  void withTooManySuspectsNothingIsRepeated() {
    StringBuilder keys = new StringBuilder("[");
    for (int i = 0; i < 25; i++) {
      keys.append(i == 0 ? "" : ",").append("\"").append("%032x".formatted(i)).append('"');
    }
    String json = "{\"api_securekey\":" + keys + "],\"request_id\":\"r\",\"reason\":\"why\"}";
    Echo echo = invalid(read(json, Map.of("ce_id", "ce-1"))).echo();
    assertThat(echo)
        .isEqualTo(
            new Echo("key-revocations-3-42", null, null, "***", null, null, Map.of(), null, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "968a8b637a5040159424872fffdb895b",
        "id-968A8B637A5040159424872FFFDB895B",
        "968a8b63-7a50",
        "revoke968a8b637a5040159424872fffdb895b",
        "968a8b637a5040159424872fffdb895because",
        "%39%36%38a8b637a5040159424872fffdb895b"
      })
  void aHeaderThatMayHoldTheKeyOfABrokenValueIsDropped(String id) {
    String traceparent = "00-" + KEY + "-00f067aa0ba902b7-01";
    Map<String, String> headers =
        Map.of("ce_id", id, "traceparent", traceparent, "tracestate", "v=" + id);
    String broken = "{\"api_securekey\":\"" + KEY;
    List<byte[]> values =
        List.of(
            broken.getBytes(StandardCharsets.UTF_8),
            broken.getBytes(StandardCharsets.UTF_16),
            KEY.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8),
            (Fixture.with("") + " ".repeat(70_000)).getBytes(StandardCharsets.UTF_8));
    for (byte[] value : values) {
      Request request = read(Fixture.READER, value, headers);
      assertFreeOf(request, KEY);
      assertThat(request.echo().requestId()).isEqualTo("key-revocations-3-42");
      assertThat(request.echo().traceparent()).isNull();
      assertThat(request.echo().tracestate()).isNull();
    }
  }

  @Test
  void anAccountNamedLikeTheKeyIsRejectedSinceItsResultCouldNotNameIt() {
    RequestReader reader = new RequestReader(Set.of(KEY), KEY, Fixture.FINGERPRINTS);
    Request.Invalid request = invalid(read(reader, Fixture.with(""), Map.of()));
    assertThat(request.error().type()).isEqualTo(ResultError.UNKNOWN_ACCOUNT);
    assertThat(request.echo().account()).isNull();
  }

  @Test
  void aRequestPrintsNoSecret() {
    String json = Fixture.with("\"api_token\":\"" + TOKEN + "\"");
    assertThat(valid(json).toString()).doesNotContain(KEY).doesNotContain(TOKEN);
    assertThat(RequestJson.parse(json.getBytes(StandardCharsets.UTF_8), false).toString())
        .doesNotContain(KEY)
        .doesNotContain(TOKEN);
  }
}
