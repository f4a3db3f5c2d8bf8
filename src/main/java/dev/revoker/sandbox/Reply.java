package dev.revoker.sandbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;

/** What the server does about a request. */
sealed interface Reply {
  /** Resets the connection (RST). */
  record Reset() implements Reply {}

  /** Closes the connection without a word. */
  record Close() implements Reply {}

  /** Says nothing until the client goes. */
  record Silence() implements Reply {}

  /**
   * Sends these bytes, then closes the connection where {@code last} says so or the client wants
   * it.
   */
  record Bytes(ByteBuffer bytes, boolean last) implements Reply {
    /** The same with its body compressed; an answer without a body stays as it is. */
    Bytes gzip() {
      String text = ISO_8859_1.decode(bytes.duplicate()).toString();
      int end = text.indexOf("\r\n\r\n");
      byte[] body = text.substring(end + 4).getBytes(ISO_8859_1);
      if (body.length == 0) {
        return this;
      }
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
        gzip.write(body);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      String head =
          text.substring(0, end)
              .replaceFirst(
                  "Content-Length: \\d+",
                  "Content-Encoding: gzip\r\nContent-Length: " + packed.size());
      return new Bytes(
          ByteBuffer.wrap((head + "\r\n\r\n" + packed.toString(ISO_8859_1)).getBytes(ISO_8859_1)),
          last);
    }

    /** The first half, after which the connection is closed. */
    Bytes half() {
      return new Bytes(bytes.slice(0, bytes.remaining() / 2), true);
    }
  }

  /** A reply, when it is due, and whom to tell that the exchange is over, however it ended. */
  record Planned(Reply reply, long delayNanos, Runnable over) {
    /** Right away, and nobody needs to know. */
    static Planned now(Reply reply) {
      return new Planned(reply, 0, () -> {});
    }
  }

  /** An answer with nothing in it. */
  static Bytes empty(int status, String reason, String headers) {
    String length = status == 204 ? "" : "Content-Length: 0\r\n";
    return new Bytes(ByteBuffer.wrap(head(status, reason, headers + length)), false);
  }

  /** An answer with a JSON body. */
  static Bytes json(int status, String reason, String json) {
    byte[] body = json.getBytes(UTF_8);
    byte[] head =
        head(
            status,
            reason,
            "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n");
    ByteBuffer whole = ByteBuffer.allocate(head.length + body.length).put(head).put(body);
    return new Bytes(whole.flip(), false);
  }

  private static byte[] head(int status, String reason, String headers) {
    return ("HTTP/1.1 " + status + " " + reason + "\r\n" + headers + "\r\n").getBytes(ISO_8859_1);
  }
}
