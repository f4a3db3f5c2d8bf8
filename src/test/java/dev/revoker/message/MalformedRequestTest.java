package dev.revoker.message;

import static dev.revoker.message.Fixture.KEY;
import static dev.revoker.message.Fixture.invalid;
import static dev.revoker.message.Fixture.read;
import static dev.revoker.message.Fixture.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Request;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What does not fit: each rule, and the words that name it. */
class MalformedRequestTest {
  private static final Echo NOTHING_KNOWN =
      new Echo("key-revocations-3-42", null, null, null, null, null, Map.of(), null, null);

  static Stream<Arguments> broken() {
    String notJson = "the value is not JSON";
    String notObject = "the value is not a JSON object";
    String more = "there is more after the JSON object";
    String twice = "a field of the JSON is given twice";
    return Stream.of(
        Arguments.of("", notObject),
        Arguments.of(" \n", notObject),
        Arguments.of("[]", notObject),
        Arguments.of("null", notObject),
        Arguments.of("\"" + KEY + "\"", notObject),
        Arguments.of(KEY, notJson),
        Arguments.of("NaN", notJson),
        Arguments.of("{", notJson),
        Arguments.of("{\"api_securekey\":\"" + KEY, notJson),
        Arguments.of("{\"api_securekey\":\"" + KEY + "\"", notJson),
        Arguments.of("{'api_securekey':'" + KEY + "'}", notJson),
        Arguments.of("{api_securekey:\"" + KEY + "\"}", notJson),
        Arguments.of(with("\"x\":1,"), notJson),
        Arguments.of(with("\"x\":01"), notJson),
        Arguments.of(with("\"x\":+1"), notJson),
        Arguments.of(with("\"x\":NaN"), notJson),
        Arguments.of(with("\"x\":1 // no"), notJson),
        Arguments.of(with("\"reason\":\"a\nb\""), notJson),
        Arguments.of(with("\"reason\":\"\\x41\""), notJson),
        Arguments.of(with("\"x\":[1,]"), notJson),
        Arguments.of(with("\"\\ud800\":1"), notJson),
        Arguments.of(with("") + with(""), more),
        Arguments.of(with("") + " x", more),
        Arguments.of(with("") + ",", more),
        Arguments.of(with("") + "\0", more),
        Arguments.of(with("\"api_securekey\":\"" + KEY + "\""), twice),
        Arguments.of(with("\"api_\\u0073ecurekey\":null"), twice),
        Arguments.of(with("\"reason\":null,\"reason\":\"x\""), twice),
        Arguments.of(with("\"x\":1,\"x\":1"), twice),
        Arguments.of(with("\"x\":[{\"a\":[{\"b\":1,\"b\":2}]}]"), twice),
        Arguments.of(with("\"labels\":{\"a\":\"1\",\"a\":\"1\"}"), twice),
        Arguments.of(with("\"labels\":{\"a\":{\"b\":1,\"b\":2}}"), twice),
        Arguments.of(with("\"reason\":{\"b\":1,\"b\":2}"), twice));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void nothingOfAnUnsoundValueIsRepeated(String value, String comment) {
    Request.Invalid request = invalid(read(value));
    assertThat(request.error()).isEqualTo(new ResultError(ResultError.MALFORMED_REQUEST, comment));
    assertThat(request.echo()).isEqualTo(NOTHING_KNOWN);
    assertThat(request.agedFrom()).isEqualTo(Fixture.RECORD_TIME);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE"})
  void otherEncodingsAreNotGuessed(String charset) {
    byte[] value = with("\"reason\":\"x\"").getBytes(Charset.forName(charset));
    assertThat(invalid(read(Fixture.READER, value, Map.of())).echo()).isEqualTo(NOTHING_KNOWN);
  }

  static Stream<byte[]> notUtf8() {
    return Stream.of(
        new byte[] {(byte) 0xe9},
        new byte[] {(byte) 0xc0, (byte) 0x80},
        new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
        new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
        new byte[] {(byte) 0xe2, (byte) 0x82});
  }

  @ParameterizedTest
  @MethodSource("notUtf8")
  void utf8IsTakenStrictly(byte[] wrong) {
    String[] around = with("\"x\":\"|\"").split("\\|");
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.writeBytes(around[0].getBytes(StandardCharsets.UTF_8));
    value.writeBytes(wrong);
    value.writeBytes(around[1].getBytes(StandardCharsets.UTF_8));
    assertThat(invalid(read(Fixture.READER, value.toByteArray(), Map.of())).error().comment())
        .isEqualTo("the value is not UTF-8");
  }

  @Test
  void aReplacementCharacterThatWasSentIsFine() {
    assertThat(Fixture.valid(with("\"reason\":\"\uFFFD\"")).echo().reason()).isEqualTo("\uFFFD");
  }

  @Test
  void aTombstoneIsRejected() {
    byte[] noValue = null;
    Request.Invalid request = invalid(read(Fixture.READER, noValue, Map.of()));
    assertThat(request.error().comment()).isEqualTo("the value is null, a tombstone");
    assertThat(request.echo()).isEqualTo(NOTHING_KNOWN);
  }

  static Stream<Arguments> wrongFields() {
    String labels17 =
        IntStream.rangeClosed(1, 17)
            .mapToObj("\"l%d\":\"v\""::formatted)
            .collect(Collectors.joining(",", "{", "}"));
    String labels256 = "labels must have names and values of at most 256 characters";
    String time = " must be an RFC 3339 time with seconds and an offset";
    return Stream.of(
        Arguments.of("\"account\":7", "account must be a string"),
        Arguments.of(
            "\"account\":\"" + "x".repeat(65) + "\"", "account must have at most 64 characters"),
        Arguments.of("\"api_token\":[\"x\"]", "api_token must be a string"),
        Arguments.of("\"api_token\":\"\"", "api_token must be 1 to 256 hex digits"),
        Arguments.of("\"api_token\":\"xyz\"", "api_token must be 1 to 256 hex digits"),
        Arguments.of(
            "\"api_token\":\"" + "a".repeat(257) + "\"", "api_token must be 1 to 256 hex digits"),
        Arguments.of("\"request_id\":true", "request_id must be a string"),
        Arguments.of(
            "\"request_id\":\"\"", "request_id must be 1 to 128 printable ASCII characters"),
        Arguments.of(
            "\"request_id\":\"é\"", "request_id must be 1 to 128 printable ASCII characters"),
        Arguments.of(
            "\"request_id\":\"\\u007f\"", "request_id must be 1 to 128 printable ASCII characters"),
        Arguments.of("\"reason\":{}", "reason must be a string"),
        Arguments.of(
            "\"requested_by\":\"" + "x".repeat(257) + "\"",
            "requested_by must have at most 256 characters"),
        Arguments.of("\"requested_at\":1763892000", "requested_at must be a string"),
        Arguments.of("\"requested_at\":\"2026-11-23\"", "requested_at" + time),
        Arguments.of("\"not_after\":\"2026-11-23T10:00Z\"", "not_after" + time),
        Arguments.of("\"not_after\":\"\"", "not_after" + time),
        Arguments.of("\"labels\":[]", "labels must be an object"),
        Arguments.of("\"labels\":\"a\"", "labels must be an object"),
        Arguments.of("\"labels\":{\"a\":1}", "labels must all be strings"),
        Arguments.of("\"labels\":{\"a\":null}", "labels must all be strings"),
        Arguments.of("\"labels\":" + labels17, "labels must be at most 16"),
        Arguments.of("\"labels\":{\"a\":\"" + "x".repeat(257) + "\"}", labels256),
        Arguments.of("\"labels\":{\"" + "x".repeat(257) + "\":\"a\"}", labels256));
  }

  @ParameterizedTest
  @MethodSource("wrongFields")
  void aWrongFieldIsNamedAndTheOthersAreRepeated(String wrong, String comment) {
    String good =
        wrong.contains("requested_by") ? "\"reason\":\"why\"" : "\"requested_by\":\"eve\"";
    Request.Invalid request = invalid(read(with(good + "," + wrong)));

    assertThat(request.error()).isEqualTo(new ResultError(ResultError.MALFORMED_REQUEST, comment));
    Echo echo = request.echo();
    assertThat(echo.keyFingerprint()).isEqualTo(Fixture.FINGERPRINTS.of(Secret.of(KEY)));
    assertThat(Stream.of(echo.reason(), echo.requestedBy())).containsOnlyOnce((String) null);
    assertThat(echo.requestId()).isEqualTo("key-revocations-3-42");
    assertThat(echo.requestedAt()).isNull();
    assertThat(echo.labels()).isEmpty();
  }

  static Stream<Arguments> wrongKeys() {
    String rule = "api_securekey must be 8 to 256 hex digits";
    return Stream.of(
        Arguments.of("{}", "api_securekey is required"),
        Arguments.of("{\"api_securekey\":null}", "api_securekey is required"),
        Arguments.of("{\"API_SECUREKEY\":\"" + KEY + "\"}", "api_securekey is required"),
        Arguments.of("{\"api_securekey\":96812345}", "api_securekey must be a string"),
        Arguments.of("{\"api_securekey\":\"1234567\"}", rule),
        Arguments.of("{\"api_securekey\":\"" + "a".repeat(257) + "\"}", rule),
        Arguments.of("{\"api_securekey\":\"" + KEY + " \"}", rule),
        Arguments.of("{\"api_securekey\":\"0x" + KEY + "\"}", rule),
        Arguments.of("{\"api_securekey\":\"１２３４５６７８\"}", rule));
  }

  @ParameterizedTest
  @MethodSource("wrongKeys")
  void aWrongKeyHasNoFingerprint(String value, String comment) {
    Request.Invalid request = invalid(read(value));
    assertThat(request.error().comment()).isEqualTo(comment);
    assertThat(request.echo().keyFingerprint()).isNull();
    assertThat(request.echo().account()).isEqualTo("acme");
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 31, 256})
  void keysOf8To256DigitsAreTaken(int digits) {
    String key = "aB3".repeat(86).substring(0, digits);
    assertThat(Fixture.valid("{\"api_securekey\":\"" + key + "\"}").key().reveal()).isEqualTo(key);
  }

  @Test
  void lengthsCountCodePoints() {
    String label = "\uD83D\uDD11".repeat(256);
    assertThat(
            Fixture.valid(with("\"labels\":{\"" + label + "\":\"" + label + "\"}")).echo().labels())
        .containsExactly(Map.entry(label, label));
    RequestReader reader =
        new RequestReader(Set.of("\uD83D\uDD11".repeat(64)), null, Fixture.FINGERPRINTS);
    String account = "\"account\":\"" + "\uD83D\uDD11".repeat(64) + "\"";
    assertThat(read(reader, with(account), Map.of())).isInstanceOf(Request.Valid.class);
  }

  @Test
  void allProblemsAreNamedAtOnce() {
    assertThat(invalid(read("{\"reason\":1,\"account\":\"nobody\",\"labels\":{\"a\":1}}")).error())
        .isEqualTo(
            new ResultError(
                ResultError.MALFORMED_REQUEST,
                "reason must be a string; api_securekey is required; labels must all be strings"));
  }
}
