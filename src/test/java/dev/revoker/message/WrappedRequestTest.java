package dev.revoker.message;

import static dev.revoker.message.Fixture.KEY;
import static dev.revoker.message.Fixture.invalid;
import static dev.revoker.message.Fixture.read;
import static dev.revoker.message.Fixture.valid;
import static dev.revoker.message.Fixture.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Request;
import dev.revoker.model.ResultError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What serializers and event routers put around a request. */
class WrappedRequestTest {
  private static final String MARK = "efbbbf";
  private static final String REGISTRY = "0000000007";
  private static final Map<String, String> EVENT =
      Map.of("content-type", "application/cloudevents+json");

  @ParameterizedTest
  @ValueSource(strings = {REGISTRY, MARK, MARK + REGISTRY, REGISTRY + MARK, "00efbbbfff"})
  void aSchemaRegistrysBytesAndOneByteOrderMarkMayPrecedeTheJson(String bytes) {
    assertThat(valid(framed(bytes, with("")))).isEqualTo(valid(with("")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        MARK + MARK,
        MARK + REGISTRY + MARK,
        REGISTRY + REGISTRY,
        "00",
        "00000007",
        "0100000007"
      })
  void anythingElseBeforeTheJsonIsRejected(String bytes) {
    assertThat(invalid(framed(bytes, with(""))).error().type())
        .isEqualTo(ResultError.MALFORMED_REQUEST);
  }

  @Test
  void theCaseWithARegistrysBytesIsRead() throws IOException {
    byte[] value = HexFormat.of().parseHex(new String(file("registry.hex")).strip());
    assertThat(valid(read(Fixture.READER, value, Map.of())).key().reveal())
        .isEqualTo("feed0000000000000000000000000196");
  }

  @Test
  void theBoundCountsTheBytesBeforeTheJson() {
    int room = RequestReader.MAX_VALUE_BYTES - with("").length() - 8;
    valid(framed(MARK + REGISTRY, with("") + " ".repeat(room)));
    assertThat(invalid(framed(MARK + REGISTRY, with("") + " ".repeat(room + 1))).error().comment())
        .isEqualTo("the value is longer than 65536 bytes");
  }

  @Test
  void theCaseOfAStructuredCloudEventIsRead() throws IOException {
    Request.Valid request = valid(read(Fixture.READER, file("cloudevent.json"), EVENT));
    assertThat(request.key().reveal()).isEqualTo("feed000000000000000000000000018d");
    assertThat(request.echo().requestId()).isEqualTo("alert-4711");
    assertThat(request.echo().reason()).isEqualTo("found in a public repository");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/cloudevents+json; charset=utf-8", "Application/CloudEvents+JSON;x=y"})
  void theContentTypeMayHaveParametersAndCapitals(String contentType) {
    valid(read(event("", with("")), Map.of("content-type", contentType)));
  }

  @Test
  void anEventMayBeFramedToo() {
    byte[] value = bytes(REGISTRY + MARK, event("", with("")));
    assertThat(valid(read(Fixture.READER, value, EVENT)).key().reveal()).isEqualTo(KEY);
  }

  @ParameterizedTest
  @CsvSource({
    "'\"request_id\":\"r-1\"', '\"id\":\"e-1\"', ce-1, r-1",
    "'\"reason\":\"x\"', '\"id\":\"e-1\"', ce-1, e-1",
    "'\"request_id\":\"\"', '\"id\":\"e-1\"', ce-1, e-1",
    "'\"reason\":\"x\"', '\"id\":\"\"', ce-1, ce-1",
    "'\"reason\":\"x\"', '\"id\":\"ü\"', ce-1, ce-1",
    "'\"reason\":\"x\"', '\"id\":7', ce-1, ce-1",
    "'\"reason\":\"x\"', '\"id\":7', ü, key-revocations-3-42"
  })
  void theFirstValidIdCounts(String data, String event, String ceId, String expected) {
    Map<String, String> headers =
        Map.of("content-type", "application/cloudevents+json", "ce_id", ceId);
    assertThat(read(event(event + ",", with(data)), headers).echo().requestId())
        .isEqualTo(expected);
  }

  @Test
  void anEventsIdThatHoldsTheKeyIsNotRepeated() {
    String event = event("\"id\":\"" + KEY + "\",", with(""));
    assertThat(valid(read(event, EVENT)).echo().requestId()).isEqualTo("key-revocations-3-42");
    String broken = "{\"id\":\"" + KEY + "\",\"data\":\"" + KEY + "\"}";
    assertThat(read(broken, EVENT).echo().requestId()).isEqualTo("key-revocations-3-42");
  }

  @Test
  void base64DataIsRejectedByName() {
    Request.Invalid request = invalid(read("{\"data_base64\":\"e30=\",\"id\":\"e-1\"}", EVENT));
    assertThat(request.error().comment())
        .isEqualTo("data_base64 is not supported; the request must be in data");
    assertThat(request.echo().requestId()).isEqualTo("e-1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|the event has no data that is a JSON object",
        "{\"data\":\"x\"}|the event has no data that is a JSON object",
        "{\"data\":[{}]}|the event has no data that is a JSON object",
        "{\"data\":{},\"data\":{}}|a field of the JSON is given twice",
        "{\"id\":\"a\",\"id\":\"b\"}|a field of the JSON is given twice",
        "{\"data\":{\"reason\":\"a\",\"reason\":\"b\"}}|a field of the JSON is given twice",
        "{\"x\":{\"y\":1,\"y\":2},\"data\":{}}|a field of the JSON is given twice",
        "{\"data\":{}} {}|there is more after the JSON object",
        "{\"data\":{}}|api_securekey is required",
        "[]|the value is not a JSON object",
      })
  void anUnsoundEventIsRejected(String value, String comment) {
    assertThat(invalid(read(value, EVENT)).error())
        .isEqualTo(new ResultError(ResultError.MALFORMED_REQUEST, comment));
  }

  @Test
  void withoutTheContentTypeAnEventIsNoRequest() throws IOException {
    assertThat(invalid(read(Fixture.READER, file("cloudevent.json"), Map.of())).error().comment())
        .isEqualTo("api_securekey is required");
    valid(read(with("\"data\":{}"), Map.of("content-type", "application/json")));
  }

  private static String event(String more, String data) {
    return "{\"specversion\":\"1.0\"," + more + "\"source\":\"/s\",\"data\":" + data + "}";
  }

  private static Request framed(String hex, String json) {
    return read(Fixture.READER, bytes(hex, json), Map.of());
  }

  private static byte[] bytes(String hex, String json) {
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.writeBytes(HexFormat.of().parseHex(hex));
    value.writeBytes(json.getBytes(StandardCharsets.UTF_8));
    return value.toByteArray();
  }

  private static byte[] file(String name) throws IOException {
    try (InputStream in = WrappedRequestTest.class.getResourceAsStream("/records/" + name)) {
      return in.readAllBytes();
    }
  }
}
