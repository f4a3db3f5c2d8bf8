package dev.revoker.message;

import dev.revoker.model.Request;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.Result;
import dev.revoker.model.Result.RevokedBy;
import dev.revoker.model.Result.Verification;
import dev.revoker.model.ResultError;
import dev.revoker.model.Source;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
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
 * <p>Every field is always there, null if unknown; {@code labels} is {@code {}} if there are none.
 * Times are RFC 3339 in UTC with milliseconds and {@code Z}. A lone surrogate is written as U+FFFD,
 * so the value is always UTF-8. It redacts nothing: {@link RequestReader} and {@link Redactor} have
 * done so.
 *
 * <p>Immutable, safe on any thread.
 */
public final class ResultWriter {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int USUAL_BYTES = 1024;

  private final String worker;
  private final String eventSource;

  /**
   * @param worker which instance this is, for the field {@code worker}
   * @param groupId the consumer group; {@code ce_source} is {@code /revoker/} and its name,
   *     percent-encoded
   */
  public ResultWriter(String worker, String groupId) {
    this.worker = Text.wellFormed(worker);
    this.eventSource = "/revoker/" + PercentCodec.encode(groupId, StandardCharsets.UTF_8);
  }

  /** The record's key: the request id. */
  public byte[] key(Result result) {
    return result.request().echo().requestId().getBytes(StandardCharsets.UTF_8);
  }

  /** The record's value. */
  public byte[] value(Result result) {
    return value(result, true);
  }

  /**
   * The record's value without the fields that only repeat the request: reason, requested_by,
   * requested_at and labels.
   */
  public byte[] shortValue(Result result) {
    return value(result, false);
  }

  private byte[] value(Result result, boolean whole) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_BYTES);
    try (JsonGenerator json =
        FACTORY.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8)) {
      json.writeStartObject();
      write(json, result, whole);
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  /** The record's headers, in their order. */
  public Map<String, byte[]> headers(Result result) {
    Echo echo = result.request().echo();
    String type = result.outcome().success() ? "succeeded" : "failed";
    Map<String, @Nullable String> texts = new LinkedHashMap<>();
    texts.put("ce_specversion", "1.0");
    texts.put("ce_id", result.request().source().toString());
    texts.put("ce_type", "dev.revoker.revocation." + type);
    texts.put("ce_source", eventSource);
    texts.put("ce_subject", echo.requestId());
    texts.put("ce_time", Rfc3339.format(result.completedAt()));
    texts.put("content-type", "application/json");
    texts.put("traceparent", echo.traceparent());
    texts.put("tracestate", echo.tracestate());
    Map<String, byte[]> headers = new LinkedHashMap<>();
    texts.forEach(
        (name, text) -> {
          if (text != null) {
            headers.put(name, text.getBytes(StandardCharsets.UTF_8));
          }
        });
    return headers;
  }

  private void write(JsonGenerator json, Result result, boolean whole) {
    Request request = result.request();
    Echo echo = request.echo();
    text(json, "request_id", echo.requestId());
    text(json, "status", result.outcome().success() ? "success" : "error");
    text(json, "outcome", result.outcome().wireName());
    text(json, "key_state", result.keyState().wireName());
    text(json, "key_fingerprint", echo.keyFingerprint());
    text(json, "account", result.account());
    text(json, "lane", request.lane());
    text(json, "reason", whole ? echo.reason() : null);
    text(json, "requested_by", whole ? echo.requestedBy() : null);
    json.writeObjectPropertyStart("labels");
    if (whole) {
      echo.labels().forEach((name, value) -> text(json, Text.wellFormed(name), value));
    }
    json.writeEndObject();
    text(json, "requested_at", whole ? echo.requestedAt() : null);
    if (result.httpStatus() == null) {
      json.writeNullProperty("http_status");
    } else {
      json.writeNumberProperty("http_status", result.httpStatus());
    }
    object(json, "error", result.error(), ResultWriter::error);
    json.writeBooleanProperty("retriable", result.retriable());
    json.writeNumberProperty("attempts", result.attempts());
    json.writeNumberProperty("uncertain_attempts", result.uncertainAttempts());
    object(json, "verification", result.verification(), ResultWriter::verification);
    if (result.revokedBy() != null) {
      object(json, "revoked_by", result.revokedBy(), ResultWriter::revokedBy);
    }
    text(json, "received_at", Rfc3339.format(request.receivedAt()));
    text(json, "completed_at", Rfc3339.format(result.completedAt()));
    object(json, "source", request.source(), ResultWriter::source);
    text(json, "worker", worker);
  }

  private static void error(JsonGenerator json, ResultError error) {
    text(json, "type", error.type());
    text(json, "comment", error.comment());
  }

  private static void verification(JsonGenerator json, Verification found) {
    text(json, "username", found.username());
    text(json, "before", found.before().wireName());
    text(json, "after", found.after().wireName());
    text(json, "checked_at", Rfc3339.format(found.checkedAt()));
  }

  private static void revokedBy(JsonGenerator json, RevokedBy earlier) {
    text(json, "request_id", earlier.requestId());
    text(json, "completed_at", Rfc3339.format(earlier.completedAt()));
  }

  private static void source(JsonGenerator json, Source source) {
    text(json, "topic", source.topic());
    json.writeNumberProperty("partition", source.partition());
    json.writeNumberProperty("offset", source.offset());
  }

  private static <T> void object(
      JsonGenerator json, String name, @Nullable T value, BiConsumer<JsonGenerator, T> fields) {
    if (value == null) {
      json.writeNullProperty(name);
    } else {
      json.writeObjectPropertyStart(name);
      fields.accept(json, value);
      json.writeEndObject();
    }
  }

  private static void text(JsonGenerator json, String name, @Nullable String value) {
    if (value == null) {
      json.writeNullProperty(name);
    } else {
      json.writeStringProperty(name, Text.wellFormed(value));
    }
  }
}
