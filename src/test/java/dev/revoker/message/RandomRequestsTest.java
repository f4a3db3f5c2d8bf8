package dev.revoker.message;

import static dev.revoker.message.Fixture.KEY;
import static dev.revoker.message.Fixture.TOKEN;
import static dev.revoker.message.Fixture.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.contract.Published;
import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.ResultError;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Promises for any bytes at all. Each run has a seed, and so fails again the same way. */
class RandomRequestsTest {
  private static final int RUNS = 2_000;
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final ResultWriter WRITER = new ResultWriter("w-1", "revoker");
  private static final RequestReader READER =
      new RequestReader(Set.of("acme"), "acme", Fixture.FINGERPRINTS);
  private static final String WHOLE =
      """
      {"api_securekey":"%s","account":"acme","api_token":"%s","request_id":"r-1","reason":"über",
       "requested_by":"eve","requested_at":"2026-11-23T10:00:00.5+01:00",
       "not_after":"2026-11-24T00:00:00Z","labels":{"a":"1","b":"\\ud83d\\udd11"},"x":[{"y":1.5}]}
      """
          .formatted(KEY, TOKEN);

  /** Bits of JSON, so that a mutation is not always broken at the first character. */
  private static final List<String> SCRAPS =
      List.of(
          "\"",
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "null",
          "1e9",
          "\\",
          "\\u",
          "\\ud800",
          "\"a\":",
          "\0",
          "\"api_securekey\":",
          "\"reason\":",
          "\"labels\":{",
          "é",
          "\uFEFF",
          "-",
          "0",
          "z",
          "%");

  @Test
  void randomBytesAreRejectedAndNothingMore() {
    Random random = new Random(1);
    for (int run = 0; run < RUNS; run++) {
      byte[] value = new byte[random.nextInt(64)];
      random.nextBytes(value);
      if (value.length > 0 && random.nextBoolean()) {
        value[0] = '{';
      }
      Request request = read(READER, value, Map.of("ce_id", "ce-1"));
      assertThat(request).isInstanceOf(Request.Invalid.class);
      assertSound(request);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aMutatedRequestHasItsResultAndShowsNoKey(long seed) {
    Random random = new Random(seed);
    byte[] whole = WHOLE.getBytes(StandardCharsets.UTF_8);
    int valid = 0;
    for (int run = 0; run < RUNS; run++) {
      byte[] value = mutated(whole, random);
      Request request = read(READER, value, Map.of("ce_id", "ce-1", "tracestate", "v=1"));
      valid += request instanceof Request.Valid ? 1 : 0;
      assertSound(request);
      assertNoSecretOf(value, request.echo());
    }
    // Else the mutations are too wild to say anything of valid requests.
    assertThat(valid).isBetween(RUNS / 20, RUNS * 19 / 20);
  }

  /** The key stands in all texts; what is mutated are the texts around it. */
  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void aKeyInMutatedTextIsNotShown(long seed) {
    Random random = new Random(seed);
    for (int run = 0; run < RUNS; run++) {
      String text =
          new String(
              mutated("reason".getBytes(StandardCharsets.UTF_8), random), StandardCharsets.UTF_8);
      String around = text + (random.nextBoolean() ? Encodings.percent(KEY) : KEY) + text;
      Map<String, Object> fields =
          Map.of(
              "api_securekey",
              KEY,
              "request_id",
              around,
              "account",
              around,
              "reason",
              around,
              "requested_by",
              around,
              "labels",
              Map.of(around, around),
              "api_token",
              TOKEN);
      byte[] value = JSON.writeValueAsBytes(fields);
      Request request = read(READER, value, Map.of("ce_id", around, "tracestate", around));
      assertSound(request);
      assertNoSecretOf(value, request.echo());
    }
  }

  /**
   * A mutation can move the key to another field, so what is secret is asked of another parser. Of
   * a value that can't be parsed, it is whatever of the two it holds eight digits of: what a header
   * shows besides can't be known for a secret.
   */
  static void assertNoSecretOf(byte[] value, Echo echo) {
    List<String> secrets = new ArrayList<>();
    if (RequestJson.parse(value, false) instanceof RequestJson.Broken) {
      assertThat(echo.keyFingerprint()).isNull();
      secrets.addAll(List.of(KEY, TOKEN));
      secrets.removeIf(secret -> !holdsEightOf(secret, value));
    } else {
      JsonNode json = Agreement.parsed(value);
      secrets.add(json.path("api_securekey").asString(""));
      secrets.add(json.path("api_token").asString(""));
    }
    secrets.removeIf(secret -> secret.length() < 8);
    List<String> texts =
        Stream.concat(
                Stream.of(
                    echo.requestId(),
                    echo.account(),
                    echo.reason(),
                    echo.requestedBy(),
                    echo.requestedAt(),
                    echo.tracestate()),
                echo.labels().entrySet().stream().flatMap(e -> Stream.of(e.getKey(), e.getValue())))
            .filter(Objects::nonNull)
            .flatMap(text -> Encodings.decodedAll(text).stream())
            .toList();
    for (String secret : secrets) {
      assertThat(texts).noneMatch(text -> text.contains(secret.toLowerCase(Locale.ROOT)));
    }
  }

  private static boolean holdsEightOf(String secret, byte[] value) {
    String text =
        new String(value, StandardCharsets.ISO_8859_1).replace("\0", "").toLowerCase(Locale.ROOT);
    return IntStream.rangeClosed(0, secret.length() - 8)
        .anyMatch(at -> text.contains(secret.substring(at, at + 8)));
  }

  private static byte[] mutated(byte[] original, Random random) {
    byte[] value = original;
    for (int times = random.nextInt(4); times >= 0; times--) {
      int from = random.nextInt(value.length + 1);
      int to = Math.min(value.length, from + (random.nextInt(4) == 0 ? random.nextInt(40) : 1));
      byte[] put =
          switch (random.nextInt(4)) {
            case 0 -> new byte[0];
            case 1 -> new byte[] {(byte) random.nextInt(256)};
            case 2 -> SCRAPS.get(random.nextInt(SCRAPS.size())).getBytes(StandardCharsets.UTF_8);
            default -> {
              int start = random.nextInt(original.length);
              yield Arrays.copyOfRange(
                  original, start, Math.min(original.length, start + random.nextInt(30)));
            }
          };
      value = joined(Arrays.copyOf(value, from), put, Arrays.copyOfRange(value, to, value.length));
    }
    return value;
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** What holds for each request and its result, whatever came in. */
  static void assertSound(Request request) {
    Echo echo = request.echo();
    assertThat(echo.requestId()).matches("[ -~]{1,128}");
    assertThat(echo.labels().size()).isLessThanOrEqualTo(16);
    Result result = result(request);
    byte[] value = WRITER.value(result);
    JsonNode json = JSON.readTree(value);
    assertThat(json.size()).isEqualTo(21);
    Published.assertResult(json);
    assertEchoed(json, echo);
    if (request instanceof Request.Valid valid) {
      assertThat(valid.key().reveal()).matches("[0-9a-fA-F]{8,256}");
      assertThat(echo.keyFingerprint()).isEqualTo(Fixture.FINGERPRINTS.of(valid.key()));
      assertThat(valid.apiToken() != null || "acme".equals(echo.account())).isTrue();
    }
  }

  static Result result(Request request) {
    return switch (request) {
      case Request.Invalid invalid -> Result.rejected(invalid, Fixture.RECEIVED);
      case Request.Valid valid ->
          new Result(
              valid,
              Outcome.REFUSED,
              KeyState.ASSUMED_ACTIVE,
              400,
              new ResultError("T", "c"),
              1,
              0,
              Fixture.RECEIVED);
    };
  }

  private static void assertEchoed(JsonNode json, Echo echo) {
    assertThat(json.get("request_id").asString()).isEqualTo(echo.requestId());
    assertText(json.get("key_fingerprint"), echo.keyFingerprint());
    assertText(json.get("account"), echo.account());
    assertText(json.get("reason"), echo.reason());
    assertText(json.get("requested_by"), echo.requestedBy());
    assertText(json.get("requested_at"), echo.requestedAt());
    assertThat(json.get("labels").size()).isEqualTo(echo.labels().size());
    echo.labels().forEach((name, text) -> assertText(json.get("labels").get(name), text));
  }

  private static void assertText(JsonNode there, String expected) {
    assertThat(there.isNull() ? null : there.asString()).isEqualTo(expected);
  }
}
