package dev.revoker.message;

import dev.revoker.model.Echo;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.ResultError;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hc.core5.net.PercentCodec;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes a result as the parts of a Kafka record: a JSON value, a key, and headers that make it a
 * CloudEvents 1.0 event in binary mode.
 *
 * <p>Every field is always there, null where unknown; {@code labels} is {@code {}} where there are
 * none. Times are RFC 3339 in UTC with milliseconds and {@code Z}. A lone surrogate is written as
 * U+FFFD, so the value is always UTF-8. What it writes is taken as free of secrets: {@link
 * RequestReader} and {@link Redactor} see to that.
 *
 * <p>Immutable, safe on any thread.
 */
public final class ResultWriter {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int USUAL_BYTES = 1024;
  private static final Header SPEC_VERSION = Header.of("ce_specversion", "1.0");
  private static final Header CONTENT_TYPE = Header.of("content-type", "application/json");
  private static final Header SUCCEEDED = Header.of("ce_type", "dev.revoker.revocation.succeeded");
  private static final Header FAILED = Header.of("ce_type", "dev.revoker.revocation.failed");

  private final String worker;
  private final Header origin;

  /**
   * @param worker which instance this is, for the field {@code worker}
   * @param groupId the consumer group; {@code ce_source} is {@code /revoker/} and its name,
   *     percent-encoded
   */
  public ResultWriter(String worker, String groupId) {
    this.worker = Text.wellFormed(worker);
    this.origin =
        Header.of("ce_source", "/revoker/" + PercentCodec.encode(groupId, StandardCharsets.UTF_8));
  }

  /** The record's key: the request id. */
  public byte[] key(Result result) {
    return result.request().echo().requestId().getBytes(StandardCharsets.UTF_8);
  }

  /** The record's value. */
  public byte[] value(Result result) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_BYTES);
    try (JsonGenerator json =
        FACTORY.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8)) {
      json.writeStartObject();
      write(json, result);
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  /** The record's headers, each name once. */
  public List<Header> headers(Result result) {
    Echo echo = result.request().echo();
    List<Header> headers = new ArrayList<>(9);
    headers.add(SPEC_VERSION);
    headers.add(Header.of("ce_id", result.request().source().toString()));
    headers.add(result.outcome().success() ? SUCCEEDED : FAILED);
    headers.add(origin);
    headers.add(Header.of("ce_subject", echo.requestId()));
    headers.add(Header.of("ce_time", Rfc3339.format(result.completedAt())));
    headers.add(CONTENT_TYPE);
    if (echo.traceparent() != null) {
      headers.add(Header.of("traceparent", echo.traceparent()));
    }
    if (echo.tracestate() != null) {
      headers.add(Header.of("tracestate", echo.tracestate()));
    }
    return headers;
  }

  private void write(JsonGenerator json, Result result) {
    Request request = result.request();
    Echo echo = request.echo();
    text(json, "request_id", echo.requestId());
    json.writeStringProperty("status", result.outcome().success() ? "success" : "error");
    json.writeStringProperty("outcome", result.outcome().wireName());
    json.writeStringProperty("key_state", result.keyState().wireName());
    text(json, "key_fingerprint", echo.keyFingerprint());
    text(json, "account", result.account());
    text(json, "lane", request.lane());
    text(json, "reason", echo.reason());
    text(json, "requested_by", echo.requestedBy());
    labels(json, echo.labels());
    text(json, "requested_at", echo.requestedAt());
    json.writeName("http_status");
    if (result.httpStatus() == null) {
      json.writeNull();
    } else {
      json.writeNumber(result.httpStatus());
    }
    error(json, result.error());
    json.writeBooleanProperty("retriable", result.retriable());
    json.writeNumberProperty("attempts", result.attempts());
    json.writeNumberProperty("uncertain_attempts", result.uncertainAttempts());
    json.writeStringProperty("received_at", Rfc3339.format(request.receivedAt()));
    json.writeStringProperty("completed_at", Rfc3339.format(result.completedAt()));
    json.writeObjectPropertyStart("source");
    json.writeStringProperty("topic", request.source().topic());
    json.writeNumberProperty("partition", request.source().partition());
    json.writeNumberProperty("offset", request.source().offset());
    json.writeEndObject();
    json.writeStringProperty("worker", worker);
  }

  private static void labels(JsonGenerator json, Map<String, String> labels) {
    json.writeObjectPropertyStart("labels");
    labels.forEach((name, value) -> text(json, Text.wellFormed(name), value));
    json.writeEndObject();
  }

  private static void error(JsonGenerator json, @Nullable ResultError error) {
    if (error == null) {
      json.writeNullProperty("error");
      return;
    }
    json.writeObjectPropertyStart("error");
    text(json, "type", error.type());
    text(json, "comment", error.comment());
    json.writeEndObject();
  }

  private static void text(JsonGenerator json, String name, @Nullable String value) {
    if (value == null) {
      json.writeNullProperty(name);
    } else {
      json.writeStringProperty(name, Text.wellFormed(value));
    }
  }
}
