package dev.revoker.message;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Percent-encoding by RFC 3986: all but the unreserved characters, as UTF-8. */
final class UriSegment {
  private static final String UNRESERVED_MARKS = "-._~";
  private static final HexFormat UPPER = HexFormat.of().withUpperCase();

  private UriSegment() {}

  static String encode(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (isUnreserved(b)) {
        out.append((char) b);
      } else {
        UPPER.toHexDigits(out.append('%'), b);
      }
    }
    return out.toString();
  }

  private static boolean isUnreserved(byte b) {
    return (b >= '0' && b <= '9')
        || (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || UNRESERVED_MARKS.indexOf(b) >= 0;
  }
}
