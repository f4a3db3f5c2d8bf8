package dev.revoker.sandbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads HTTP/1.1 requests out of bytes. Bodies need a Content-Length. */
final class HttpParser {
  static final int MAX_HEAD = 64 * 1024;
  static final int MAX_BODY = 1024 * 1024;

  private HttpParser() {}

  /** What the bytes are. */
  sealed interface Parsed {
    /** Not all is here yet. */
    record Incomplete() implements Parsed {}

    /** A request, and how many bytes it took. */
    record Complete(HttpRequest request, int length) implements Parsed {}

    /** No request; the connection is of no more use. */
    record Bad(int status) implements Parsed {}
  }

  private static final Parsed INCOMPLETE = new Parsed.Incomplete();

  /** Looks at the first {@code length} bytes. */
  static Parsed parse(byte[] bytes, int length) {
    int headEnd = headEnd(bytes, length);
    if (headEnd < 0) {
      return length > MAX_HEAD ? new Parsed.Bad(431) : INCOMPLETE;
    }
    String[] lines = new String(bytes, 0, headEnd, ISO_8859_1).split("\r\n", -1);
    String[] start = lines[0].split(" ", -1);
    if (start.length != 3 || !start[2].startsWith("HTTP/1.")) {
      return new Parsed.Bad(400);
    }
    Map<String, String> headers = headers(lines);
    if (headers.containsKey("transfer-encoding")) {
      return new Parsed.Bad(411);
    }
    int bodyLength = bodyLength(headers);
    if (bodyLength < 0) {
      return new Parsed.Bad(400);
    }
    if (bodyLength > MAX_BODY) {
      return new Parsed.Bad(413);
    }
    int end = headEnd + 4 + bodyLength;
    if (length < end) {
      return INCOMPLETE;
    }
    HttpRequest request =
        request(start, headers, new String(bytes, headEnd + 4, bodyLength, UTF_8));
    return request == null ? new Parsed.Bad(400) : new Parsed.Complete(request, end);
  }

  private static @Nullable HttpRequest request(
      String[] start, Map<String, String> headers, String body) {
    int question = start[1].indexOf('?');
    String path = question < 0 ? start[1] : start[1].substring(0, question);
    Map<String, String> parameters = new HashMap<>();
    try {
      if (question >= 0) {
        decode(start[1].substring(question + 1), parameters);
      }
      if (headers
          .getOrDefault("content-type", "")
          .toLowerCase(Locale.ROOT)
          .startsWith("application/x-www-form-urlencoded")) {
        decode(body, parameters);
      }
    } catch (IllegalArgumentException badEscape) {
      return null;
    }
    String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
    boolean keepAlive =
        start[2].equals("HTTP/1.1")
            ? !connection.contains("close")
            : connection.contains("keep-alive");
    return new HttpRequest(start[0], path, parameters, headers, body, keepAlive);
  }

  private static void decode(String form, Map<String, String> into) {
    for (String pair : form.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals >= 0) {
        into.putIfAbsent(
            URLDecoder.decode(pair.substring(0, equals), UTF_8),
            URLDecoder.decode(pair.substring(equals + 1), UTF_8));
      }
    }
  }

  private static Map<String, String> headers(String[] lines) {
    Map<String, String> headers = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      if (colon > 0) {
        headers.putIfAbsent(
            lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
            lines[i].substring(colon + 1).strip());
      }
    }
    return headers;
  }

  /** The body's length; -1 where the header makes no sense. */
  private static int bodyLength(Map<String, String> headers) {
    String value = headers.getOrDefault("content-length", "0");
    try {
      return Math.max(-1, Integer.parseInt(value));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Where the empty line starts; -1 where it is not here yet. */
  private static int headEnd(byte[] bytes, int length) {
    for (int i = 0; i + 3 < length; i++) {
      if (bytes[i] == '\r'
          && bytes[i + 1] == '\n'
          && bytes[i + 2] == '\r'
          && bytes[i + 3] == '\n') {
        return i;
      }
    }
    return -1;
  }
}
