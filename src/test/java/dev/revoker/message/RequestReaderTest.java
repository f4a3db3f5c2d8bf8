package dev.revoker.message;

import static dev.revoker.message.Fixture.FINGERPRINTS;
import static dev.revoker.message.Fixture.KEY;
import static dev.revoker.message.Fixture.TOKEN;
import static dev.revoker.message.Fixture.invalid;
import static dev.revoker.message.Fixture.read;
import static dev.revoker.message.Fixture.valid;
import static dev.revoker.message.Fixture.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Request;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request means: every field, and what stands in for those that are absent. */
class RequestReaderTest {
  private static final String TRACEPARENT =
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @Test
  void everyFieldArrives() {
    Request.Valid request =
        valid(
            read(
                """
                {"api_securekey":"968A8b637a5040159424872fffdb895b","account":"other",
                 "api_token":"7ca5dc5c7cce449fb0fff719307e8f5f","request_id":"r 1",
                 "reason":"leaked, \\u00fcber Nacht","requested_by":"eve",
                 "requested_at":"2026-11-23T09:00:00+01:00","not_after":"2026-11-24T00:00:00Z",
                 "labels":{"team":"a","":"b"},"else":[1,{"x":null}]}
                """,
                Map.of("ce_id", "unused", "traceparent", TRACEPARENT, "tracestate", "v=1")));

    assertThat(request.key().reveal()).isEqualTo("968A8b637a5040159424872fffdb895b");
    assertThat(request.apiToken()).isEqualTo(Secret.of(TOKEN));
    assertThat(request.notAfter()).isEqualTo(Instant.parse("2026-11-24T00:00:00Z"));
    assertThat(request.agedFrom()).isEqualTo(Instant.parse("2026-11-23T08:00:00Z"));
    assertThat(request.source()).isEqualTo(Fixture.SOURCE);
    assertThat(request.lane()).isEqualTo("standard");
    assertThat(request.receivedAt()).isEqualTo(Fixture.RECEIVED);
    assertThat(request.echo())
        .isEqualTo(
            new Echo(
                "r 1",
                Fixture.FINGERPRINTS.of(Secret.of(KEY)),
                "other",
                "leaked, über Nacht",
                "eve",
                "2026-11-23T09:00:00+01:00",
                Map.of("team", "a", "", "b"),
                TRACEPARENT,
                "v=1"));
  }

  @Test
  void theKeyAloneIsEnough() {
    Request.Valid request = valid(with(""));

    assertThat(request.apiToken()).isNull();
    assertThat(request.notAfter()).isNull();
    assertThat(request.agedFrom()).isEqualTo(Fixture.RECORD_TIME);
    String fingerprint = Fixture.FINGERPRINTS.of(Secret.of(KEY));
    assertThat(request.echo())
        .isEqualTo(
            new Echo(
                "key-revocations-3-42",
                fingerprint,
                "acme",
                null,
                null,
                null,
                Map.of(),
                null,
                null));
  }

  @Test
  void jsonNullCountsAsAbsent() {
    String nulls =
        """
        "account":null,"api_token":null,"request_id":null,"reason":null,"requested_by":null,
        "requested_at":null,"not_after":null,"labels":null
        """;
    assertThat(valid(with(nulls))).isEqualTo(valid(with("")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"X-API\":null",
        "\"n\":-1.5e400",
        "\"Account\":7,\"deep\":{\"api_securekey\":[{\"a\":1},{\"a\":2}]}",
        "\"x\":\"\\ud800\""
      })
  void unknownFieldsAreIgnoredWhateverTheirValue(String more) {
    assertThat(valid(with(more))).isEqualTo(valid(with("")));
  }

  @Test
  void evenHugeOnes() {
    String digits = "7".repeat(30_000);
    String more = "\"n\":%s,\"%s\":\"%s\"".formatted(digits, "x".repeat(20_000), "é".repeat(7_000));
    assertThat(valid(with(more))).isEqualTo(valid(with("")));
    assertThat(valid(with("\"" + "y".repeat(65_400) + "\":0"))).isEqualTo(valid(with("")));
  }

  @Test
  void aValueOf64KibIsReadAndALongerOneIsNot() {
    String padding = " ".repeat(RequestReader.MAX_VALUE_BYTES - with("").length());
    valid(read(with("") + padding));
    Request.Invalid tooLong = invalid(read(with("\"request_id\":\"r\"") + padding));
    assertThat(tooLong.error().comment()).isEqualTo("the value is longer than 65536 bytes");
    assertThat(tooLong.echo().requestId()).isEqualTo("key-revocations-3-42");
    assertThat(tooLong.echo().keyFingerprint()).isNull();
  }

  @Test
  void nestingEndsAtALimit() {
    assertThat(valid(with("\"x\":" + "[".repeat(499) + "]".repeat(499)))).isNotNull();
    for (String deep : new String[] {"[".repeat(500) + "]".repeat(500), "[".repeat(60_000)}) {
      assertThat(invalid(read(with("\"x\":" + deep))).error().comment())
          .isEqualTo("the value is nested deeper than 500 levels");
    }
  }

  @Test
  void lengthsCountCodePoints() {
    String reason = "\uD83D\uDD11".repeat(256);
    assertThat(valid(with("\"reason\":\"" + reason + "\"")).echo().reason()).isEqualTo(reason);
    Request.Invalid tooLong = invalid(read(with("\"reason\":\"" + reason + "!\"")));
    assertThat(tooLong.error().comment()).isEqualTo("reason must have at most 256 characters");
    assertThat(tooLong.echo().reason()).isNull();
  }

  @Test
  void loneSurrogatesBecomeReplacements() {
    Echo echo = valid(with("\"reason\":\"a\\ud800\",\"labels\":{\"l\":\"\\udc00\\ud800\"}")).echo();
    assertThat(echo.reason()).isEqualTo("a\uFFFD");
    assertThat(echo.labels()).isEqualTo(Map.of("l", "\uFFFD\uFFFD"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"request_id\":\"mine\"|ce-1|mine",
        "\"reason\":\"r\"|ce-1|ce-1",
        "\"reason\":\"r\"|''|key-revocations-3-42",
        "\"reason\":\"r\"|naïve|key-revocations-3-42",
        "\"request_id\":\"\"|ce-1|ce-1",
        "\"request_id\":\"tab\\t\"|ce-1|ce-1",
        "\"request_id\":7|ce-1|ce-1",
      })
  void theRequestIdFallsBackToCeIdAndThenToTheSource(String more, String ceId, String expected) {
    assertThat(read(with(more), Map.of("ce_id", ceId)).echo().requestId()).isEqualTo(expected);
  }

  @Test
  void idsAreAtMost128Long() {
    String longest = "~".repeat(128);
    assertThat(read(with(""), Map.of("ce_id", longest)).echo().requestId()).isEqualTo(longest);
    assertThat(read(with(""), Map.of("ce_id", longest + "~")).echo().requestId())
        .isEqualTo("key-revocations-3-42");
    valid(with("\"request_id\":\"" + longest + "\""));
    invalid(read(with("\"request_id\":\"" + longest + "~\"")));
  }

  @Test
  void ceIdServesBrokenValuesToo() {
    assertThat(read("oops", Map.of("ce_id", "ce-1")).echo().requestId()).isEqualTo("ce-1");
    byte[] noValue = null;
    assertThat(
            read(Fixture.READER, noValue, Map.of("ce_id", "ce-1", "traceparent", TRACEPARENT))
                .echo())
        .isEqualTo(new Echo("ce-1", null, null, null, null, null, Map.of(), TRACEPARENT, null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"order-1234", "3f2b1c4d-0a1b-4c2d-8e3f-123456789abc", "100 %", "ab12"})
  void ceIdServesEvenIfABrokenValueNamesItToo(String id) {
    String broken = id.contains("%") ? "" : "{\"request_id\":\"" + id + "\",";
    assertThat(read(broken, Map.of("ce_id", id)).echo().requestId()).isEqualTo(id);
  }

  @Test
  void anUnknownAccountIsRejectedUnlessTheCallerHasASession() {
    Request.Invalid request = invalid(read(with("\"account\":\"nobody\"")));
    assertThat(request.error())
        .isEqualTo(new ResultError(ResultError.UNKNOWN_ACCOUNT, "the account is not configured"));
    assertThat(request.echo().account()).isEqualTo("nobody");
    assertThat(request.echo().keyFingerprint()).isNotNull();

    String token = ",\"api_token\":\"" + TOKEN + "\"";
    assertThat(valid(with("\"account\":\"nobody\"" + token)).echo().account()).isEqualTo("nobody");
  }

  @Test
  void withoutADefaultAccountARequestMustNameOne() {
    RequestReader reader = new RequestReader(Set.of("acme", "other"), null, Fixture.FINGERPRINTS);
    Request.Invalid request = invalid(read(reader, with(""), Map.of()));
    assertThat(request.error().type()).isEqualTo(ResultError.UNKNOWN_ACCOUNT);
    assertThat(request.echo().account()).isNull();

    valid(read(reader, with("\"account\":\"acme\""), Map.of()));
    String token = with("\"api_token\":\"" + TOKEN + "\"");
    assertThat(valid(read(reader, token, Map.of())).echo().account()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        "00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736",
        "",
      })
  void aTraceparentOutOfFormIsNotCarried(String traceparent) {
    assertThat(read(with(""), Map.of("traceparent", traceparent)).echo().traceparent()).isNull();
  }

  @Test
  void laterTraceVersionsMayBeLonger() {
    String later = "01" + TRACEPARENT.substring(2) + "-what-the-future-holds";
    assertThat(read(with(""), Map.of("traceparent", later)).echo().traceparent()).isEqualTo(later);
  }

  @Test
  void aTracestateIsCarriedUpTo512PrintableCharacters() {
    String longest = "v=" + "x".repeat(510);
    for (String state : new String[] {longest, "a=1,b=2"}) {
      assertThat(read(with(""), Map.of("tracestate", state)).echo().tracestate()).isEqualTo(state);
    }
    for (String state : new String[] {longest + "x", "a=\n", "a=é", ""}) {
      assertThat(read(with(""), Map.of("tracestate", state)).echo().tracestate()).isNull();
    }
  }

  @Test
  void theUsernameIsKept() {
    assertThat(valid(with("")).username()).isNull();
    String longest = "ü".repeat(256);
    assertThat(valid(with("\"username\":\"" + longest + "\"")).username()).isEqualTo(longest);
    assertThat(invalid(read(with("\"username\":\"" + longest + "x\""))).error().comment())
        .isEqualTo("username must have at most 256 characters");
  }

  /** A result names it in clear. */
  @Test
  void aUsernameWithTheKeyIsRejected() {
    assertThat(invalid(read(with("\"username\":\"me " + KEY + "\""))).error().comment())
        .isEqualTo("username holds a secret of the request");
  }

  @Test
  void anyAccountNeedsNoName() {
    RequestReader any =
        new RequestReader(Set.of("acme", "other"), RequestReader.ANY_ACCOUNT, FINGERPRINTS);

    assertThat(valid(read(any, with(""), Map.of())).echo().account()).isNull();
    assertThat(valid(read(any, with("\"account\":\"other\""), Map.of())).echo().account())
        .isEqualTo("other");
    assertThat(invalid(read(any, with("\"account\":\"any\""), Map.of())).error().type())
        .isEqualTo(ResultError.UNKNOWN_ACCOUNT);
  }
}
