package dev.revoker.api;

import dev.revoker.time.Time;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.message.MessageSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads one answer from a connection. It waits for a body only where the meaning depends on it. Any
 * other body is read only if it is small and has arrived, so that the connection can be used again.
 */
final class AnswerReader {
  /** The longest body that is read. An error JSON or a token is far shorter. */
  static final int MAX_BODY_BYTES = 64 * 1024;

  private static final byte[] NOTHING_READABLE = {};
  private static final int MAX_DRAINED_BYTES = 4 * 1024;
  private static final Pattern KEEP_ALIVE_TIMEOUT =
      Pattern.compile("(?:^|[,;\\s])timeout\\s*=\\s*\"?([0-9]{1,9})", Pattern.CASE_INSENSITIVE);

  /** The server counts from when it sent the answer, so the connection is closed earlier. */
  private static final long KEEP_ALIVE_MARGIN_MS = 500;

  /**
   * An answer that was read.
   *
   * @param keepMs how long the connection may wait for another request; 0 closes it
   */
  record Received(ApiAnswer answer, long keepMs) {}

  private final Time time;

  AnswerReader(Time time) {
    this.time = time;
  }

  /** Throws if no complete answer comes. */
  Received read(ApiCall call, Connection connection) throws IOException, HttpException {
    ClassicHttpResponse head = connection.receiveHead();
    int status = head.getCode();
    if (AnswerParser.needsBody(call, status)) {
      byte[] body = upTo(MAX_BODY_BYTES, connection.body(head));
      byte[] decoded = body == null ? null : decoded(head, body);
      return new Received(AnswerParser.of(status, decoded), body == null ? 0 : keepMs(head));
    }
    Long retryAfterMs =
        RetryAfter.millis(
            all(head, HttpHeaders.RETRY_AFTER),
            RetryAfter.earlier(time.now(), all(head, HttpHeaders.DATE)));
    ApiAnswer answer = AnswerParser.of(call, status, retryAfterMs);
    return new Received(answer, drained(head, connection) ? keepMs(head) : 0);
  }

  /** Null if there is more. */
  private static byte @Nullable [] upTo(int max, InputStream body) throws IOException {
    byte[] bytes = body.readNBytes(max + 1);
    return bytes.length > max ? null : bytes;
  }

  /**
   * The body as it was before it was encoded: null if it is too long, empty if it cannot be
   * decoded. Requests ask for {@code identity}, but a proxy may compress all the same.
   */
  private static byte @Nullable [] decoded(ClassicHttpResponse head, byte[] body) {
    String coding = String.join(",", all(head, HttpHeaders.CONTENT_ENCODING));
    return switch (coding.strip().toLowerCase(Locale.ROOT)) {
      case "", "identity" -> body;
      case "gzip", "x-gzip" -> {
        try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
          yield upTo(MAX_BODY_BYTES, plain);
        } catch (IOException notGzip) {
          yield NOTHING_READABLE;
        }
      }
      default -> NOTHING_READABLE;
    };
  }

  private static boolean drained(ClassicHttpResponse head, Connection connection) {
    if (!MessageSupport.canResponseHaveBody("GET", head)) {
      // A server that announces a body here may also send one.
      return !head.containsHeader(HttpHeaders.TRANSFER_ENCODING)
          && "0".equals(first(head, HttpHeaders.CONTENT_LENGTH, "0"));
    }
    connection.onlyWhatIsThere();
    try {
      return upTo(MAX_DRAINED_BYTES, connection.body(head)) != null;
    } catch (IOException | HttpException notWorthWaiting) {
      // The answer is known. Only the connection is lost.
      return false;
    }
  }

  private static long keepMs(ClassicHttpResponse head) {
    // With both headers it is not certain where the answer ends.
    boolean ambiguous =
        head.containsHeader(HttpHeaders.TRANSFER_ENCODING)
            && head.containsHeader(HttpHeaders.CONTENT_LENGTH);
    boolean keep =
        !ambiguous
            && head.getCode() >= 200
            && HttpVersion.HTTP_1_1.equals(head.getVersion())
            && DefaultConnectionReuseStrategy.INSTANCE.keepAlive(null, head, null);
    return keep ? keepAliveMs(first(head, "Keep-Alive", "")) : 0;
  }

  private static long keepAliveMs(String keepAlive) {
    Matcher timeout = KEEP_ALIVE_TIMEOUT.matcher(keepAlive);
    return timeout.find()
        ? Math.max(0, Long.parseLong(timeout.group(1)) * 1000 - KEEP_ALIVE_MARGIN_MS)
        : Connections.MAX_IDLE_MS;
  }

  private static List<String> all(ClassicHttpResponse head, String name) {
    return Arrays.stream(head.getHeaders(name))
        .map(Header::getValue)
        .filter(Objects::nonNull)
        .toList();
  }

  private static String first(ClassicHttpResponse head, String name, String otherwise) {
    Header header = head.getFirstHeader(name);
    return header == null || header.getValue() == null ? otherwise : header.getValue();
  }
}
