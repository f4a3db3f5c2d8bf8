package dev.revoker.api;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * How a body is encoded. Requests ask for {@code identity}, but a proxy may compress all the same.
 * What cannot be decoded is no valid body; it is never taken for a broken connection, for the
 * answer has arrived.
 */
enum ContentCoding {
  IDENTITY,
  GZIP,
  /** Any other coding, or several. */
  UNKNOWN;

  private static final byte[] NOTHING_READABLE = {};

  /** The coding that the Content-Encoding headers name. */
  static ContentCoding of(List<String> headers) {
    String names = String.join(",", headers).strip().toLowerCase(Locale.ROOT);
    return switch (names) {
      case "", "identity" -> IDENTITY;
      case "gzip", "x-gzip" -> GZIP;
      default -> UNKNOWN;
    };
  }

  /**
   * The body as it was before it was encoded: empty where it cannot be decoded, null where it is
   * longer than {@code max}.
   */
  byte @Nullable [] decoded(byte[] body, int max) {
    return switch (this) {
      case IDENTITY -> body;
      case GZIP -> unzipped(body, max);
      case UNKNOWN -> NOTHING_READABLE;
    };
  }

  private static byte @Nullable [] unzipped(byte[] body, int max) {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      byte[] plain = in.readNBytes(max + 1);
      return plain.length > max ? null : plain;
    } catch (IOException notGzip) {
      return NOTHING_READABLE;
    }
  }
}
