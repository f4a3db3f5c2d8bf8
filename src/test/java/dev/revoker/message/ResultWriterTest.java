package dev.revoker.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.contract.Published;
import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.Result.RevokedBy;
import dev.revoker.model.Result.Verification;
import dev.revoker.model.Result.Verification.Login;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ResultWriterTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Instant DONE = Instant.parse("2026-11-23T10:00:02.000999Z");
  private static final ResultWriter WRITER = new ResultWriter("revoker-7f", "team a/revoker");

  private static Request.Valid request(Echo echo) {
    return new Request.Valid(
        Fixture.SOURCE,
        "urgent",
        Fixture.RECEIVED,
        Fixture.RECORD_TIME,
        echo,
        Secret.of(Fixture.KEY),
        null,
        null,
        null);
  }

  private static Echo bare(String requestId) {
    return new Echo(requestId, null, null, null, null, null, Map.of(), null, null);
  }

  private static Result revoked(Echo echo) {
    return new Result(request(echo), Outcome.REVOKED, KeyState.INACTIVE, 204, null, 2, 1, DONE);
  }

  private static JsonNode value(Result result) {
    return JSON.readTree(WRITER.value(result));
  }

  private static Map<String, String> headers(Result result) {
    Map<String, String> headers = new LinkedHashMap<>();
    WRITER
        .headers(result)
        .forEach((name, value) -> headers.put(name, new String(value, StandardCharsets.UTF_8)));
    return headers;
  }

  @Test
  void aSuccessHasEveryField() {
    Map<String, String> labels = new TreeMap<>(Map.of("b", "\"quoted\"", "a", "\n\u0000€🔑"));
    Echo echo =
        new Echo(
            "r-1",
            "sha256:00",
            "acme",
            "why",
            "eve",
            "2026-11-23T10:00:00+01:00",
            labels,
            null,
            null);

    assertThat(value(revoked(echo)))
        .isEqualTo(
            JSON.readTree(
                """
                {"request_id":"r-1","status":"success","outcome":"revoked","key_state":"inactive",
                 "key_fingerprint":"sha256:00","account":"acme","lane":"urgent","reason":"why",
                 "requested_by":"eve","labels":{"a":"\\n\\u0000€🔑","b":"\\"quoted\\""},
                 "requested_at":"2026-11-23T10:00:00+01:00","http_status":204,"error":null,
                 "retriable":false,"attempts":2,"uncertain_attempts":1,"verification":null,
                 "received_at":"2026-11-23T10:00:01.500Z",
                 "completed_at":"2026-11-23T10:00:02.000Z",
                 "source":{"topic":"key-revocations","partition":3,"offset":42},
                 "worker":"revoker-7f"}
                """));
  }

  @Test
  void whatIsUnknownIsNullAndLabelsAreAnEmptyObject() {
    Request.Invalid request =
        new Request.Invalid(
            Fixture.SOURCE,
            "standard",
            Fixture.RECEIVED,
            Fixture.RECORD_TIME,
            bare("key-revocations-3-42"),
            new ResultError(ResultError.MALFORMED_REQUEST, "the value is not JSON"));

    assertThat(value(Result.rejected(request, DONE)))
        .isEqualTo(
            JSON.readTree(
                """
                {"request_id":"key-revocations-3-42","status":"error","outcome":"rejected",
                 "key_state":"unknown","key_fingerprint":null,"account":null,"lane":"standard",
                 "reason":null,"requested_by":null,"labels":{},"requested_at":null,
                 "http_status":null,
                 "error":{"type":"MALFORMED_REQUEST","comment":"the value is not JSON"},
                 "retriable":false,"attempts":0,"uncertain_attempts":0,"verification":null,
                 "received_at":"2026-11-23T10:00:01.500Z",
                 "completed_at":"2026-11-23T10:00:02.000Z",
                 "source":{"topic":"key-revocations","partition":3,"offset":42},
                 "worker":"revoker-7f"}
                """));
  }

  @Test
  void aRepeatedRevocationNamesTheEarlierResultAndWhatLoginsShowed() {
    Verification verification = new Verification("eve@acme", Login.UNTRIED, Login.REFUSED, DONE);
    Result result =
        new Result(
            request(bare("r-2")),
            Outcome.ALREADY_REVOKED,
            KeyState.INACTIVE,
            "globex",
            400,
            null,
            1,
            0,
            verification,
            new RevokedBy("r-1", DONE.minusSeconds(60)),
            DONE);

    JsonNode json = value(result);
    assertThat(json.get("account").asString()).isEqualTo("globex");
    assertThat(json.get("retriable").asBoolean()).isFalse();
    assertThat(json.get("verification"))
        .isEqualTo(
            JSON.readTree(
                """
                {"username":"eve@acme","before":"untried","after":"refused",
                 "checked_at":"2026-11-23T10:00:02.000Z"}
                """));
    assertThat(json.get("revoked_by"))
        .isEqualTo(
            JSON.readTree(
                """
                {"request_id":"r-1","completed_at":"2026-11-23T09:59:02.000Z"}
                """));
    Published.assertResult(json);
  }

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void statusAndTypeFollowTheOutcome(Outcome outcome) {
    Result result =
        new Result(
            request(bare("r")),
            outcome,
            KeyState.UNKNOWN,
            null,
            new ResultError("T", "c"),
            1,
            0,
            DONE);
    boolean success = outcome == Outcome.REVOKED || outcome == Outcome.ALREADY_REVOKED;
    assertThat(value(result).get("status").asString()).isEqualTo(success ? "success" : "error");
    assertThat(value(result).get("outcome").asString()).isEqualTo(outcome.wireName());
    assertThat(value(result).get("retriable").asBoolean()).isEqualTo(outcome.retriable());
    assertThat(headers(result).get("ce_type"))
        .isEqualTo("dev.revoker.revocation." + (success ? "succeeded" : "failed"));
  }

  @Test
  void theKeyIsTheRequestId() {
    assertThat(WRITER.key(revoked(bare("r 1")))).isEqualTo("r 1".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theHeadersMakeItACloudEvent() {
    assertThat(headers(revoked(bare("r-1"))))
        .isEqualTo(
            Map.of(
                "ce_specversion", "1.0",
                "ce_id", "key-revocations-3-42",
                "ce_type", "dev.revoker.revocation.succeeded",
                "ce_source", "/revoker/team%20a%2Frevoker",
                "ce_subject", "r-1",
                "ce_time", "2026-11-23T10:00:02.000Z",
                "content-type", "application/json"));
  }

  @Test
  void theTraceIsCarriedOver() {
    Echo echo = new Echo("r", null, null, null, null, null, Map.of(), "00-ab", "v=1");
    assertThat(headers(revoked(echo)))
        .containsEntry("traceparent", "00-ab")
        .containsEntry("tracestate", "v=1")
        .hasSize(9);
  }

  @Test
  void loneSurrogatesDoNotBreakTheUtf8() throws CharacterCodingException {
    String unpaired = "\uDC00a\uD800";
    Map<String, String> labels = Map.of(unpaired, unpaired);
    Echo echo = new Echo("r", null, unpaired, unpaired, unpaired, null, labels, null, null);
    ResultError error = new ResultError(unpaired, unpaired);
    Result result =
        new Result(request(echo), Outcome.REFUSED, KeyState.UNKNOWN, 400, error, 1, 0, DONE);

    byte[] value = new ResultWriter(unpaired, "g").value(result);

    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value));
    JsonNode json = JSON.readTree(value);
    for (String field : List.of("account", "reason", "requested_by", "worker")) {
      assertThat(json.get(field).asString()).isEqualTo("\uFFFDa\uFFFD");
    }
    assertThat(json.get("labels").get("\uFFFDa\uFFFD").asString()).isEqualTo("\uFFFDa\uFFFD");
    assertThat(json.get("error").get("comment").asString()).isEqualTo("\uFFFDa\uFFFD");
  }
}
