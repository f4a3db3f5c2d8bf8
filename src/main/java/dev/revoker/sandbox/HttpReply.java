package dev.revoker.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What the server does in answer to a request. */
sealed interface HttpReply {
  /** Resets the connection (RST). */
  record Reset() implements HttpReply {}

  /** Closes the connection without a response. */
  record Close() implements HttpReply {}

  /** Sends nothing until the client closes the connection. */
  record Silence() implements HttpReply {}

  /** Sends the first half of the response's bytes, then closes the connection. */
  record HalfResponse(Response response) implements HttpReply {}

  /**
   * A reply, the delay after which it is sent, and what to run when the exchange has ended: the
   * reply was sent, or the connection was lost.
   */
  record Timed(HttpReply reply, long delayNanos, Runnable onEnd) {
    static Timed now(HttpReply reply) {
      return new Timed(reply, 0, () -> {});
    }
  }

  /**
   * Sends this response.
   *
   * @param errorType the account API's, or null
   */
  record Response(
      int status,
      String reason,
      @Nullable String errorType,
      @Nullable String json,
      Map<String, String> headers,
      boolean compressed)
      implements HttpReply {

    /** A response without a body. */
    static Response empty(int status, String reason, Map<String, String> headers) {
      return new Response(status, reason, null, null, headers, false);
    }

    static Response json(int status, String reason, Object body) {
      String json = JsonMapper.shared().writeValueAsString(body);
      return new Response(status, reason, null, json, Map.of(), false);
    }

    /** A status with the error JSON that cielo24 documents. */
    static Response error(int status, String reason, String type, String comment) {
      String json = JsonMapper.shared().writeValueAsString(new ErrorBody(type, comment));
      return new Response(status, reason, type, json, Map.of(), false);
    }

    private record ErrorBody(String ErrorType, String ErrorComment) {}

    /** The same with its body compressed by gzip; a response without a body does not change. */
    Response gzip() {
      return new Response(status, reason, errorType, json, headers, json != null);
    }

    /** The name under which it is counted, such as {@code 400 ITEM_NOT_FOUND}. */
    String countedAs() {
      return errorType == null ? Integer.toString(status) : status + " " + errorType;
    }

    ClassicHttpResponse toHttp() {
      ClassicHttpResponse response = new BasicClassicHttpResponse(status, reason);
      headers.forEach(response::addHeader);
      if (json != null) {
        byte[] body = json.getBytes(UTF_8);
        response.setEntity(
            new ByteArrayEntity(
                compressed ? gzip(body) : body,
                ContentType.create("application/json"),
                compressed ? "gzip" : null));
      }
      return response;
    }

    /** The same; the server closes the connection after it. */
    Response closing() {
      return new Response(
          status, reason, errorType, json, Map.of(HttpHeaders.CONNECTION, "close"), compressed);
    }

    private static byte[] gzip(byte[] plain) {
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
        gzip.write(plain);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return packed.toByteArray();
    }
  }
}
