package dev.revoker.message;

import org.jspecify.annotations.Nullable;

/** What W3C Trace Context allows in the headers that are carried over. */
final class TraceContext {
  /** Version 00 has exactly so many characters; later ones may have more after a hyphen. */
  private static final int PARENT_LENGTH = 55;

  private static final int MAX_LENGTH = 512;

  private TraceContext() {}

  /** {@code <version>-<trace-id>-<parent-id>-<flags>} in lower-case hex, or null. */
  static @Nullable String parent(byte @Nullable [] header) {
    String text = Text.printable(header, MAX_LENGTH);
    if (text == null || text.length() < PARENT_LENGTH || !isParent(text)) {
      return null;
    }
    boolean hasMore = text.length() > PARENT_LENGTH;
    return hasMore && (text.startsWith("00") || text.charAt(PARENT_LENGTH) != '-') ? null : text;
  }

  /** Not taken apart: printable ASCII, at most 512 characters, or null. */
  static @Nullable String state(byte @Nullable [] header) {
    return Text.printable(header, MAX_LENGTH);
  }

  private static boolean isParent(String text) {
    return isLowerHex(text, 0, 2)
        && !text.startsWith("ff")
        && text.charAt(2) == '-'
        && isId(text, 3, 35)
        && text.charAt(35) == '-'
        && isId(text, 36, 52)
        && text.charAt(52) == '-'
        && isLowerHex(text, 53, 55);
  }

  /** All zeros is no id. */
  private static boolean isId(String text, int from, int to) {
    boolean isZero = text.chars().skip(from).limit(to - from).allMatch(c -> c == '0');
    return !isZero && isLowerHex(text, from, to);
  }

  private static boolean isLowerHex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (Text.hexValue(c) < 0 || Character.isUpperCase(c)) {
        return false;
      }
    }
    return true;
  }
}
