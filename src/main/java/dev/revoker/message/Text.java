package dev.revoker.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Checks and conversions of characters. */
public final class Text {
  private static final char REPLACEMENT = '\uFFFD';

  /** The ASCII ones, NEL, and Unicode's separators of lines and paragraphs. */
  private static final String BREAKS = "\t\n\u000B\f\r\u0085\u2028\u2029";

  private Text() {}

  /** The bytes from this index on as text, or null if they are not strict UTF-8. */
  static @Nullable String utf8(byte[] bytes, int from) {
    // The quick decoder replaces errors, so only a text that shows a replacement is in doubt.
    String text = new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) < 0) {
      return text;
    }
    try {
      ByteBuffer given = ByteBuffer.wrap(bytes, from, bytes.length - from);
      return StandardCharsets.UTF_8.newDecoder().decode(given).toString();
    } catch (CharacterCodingException notUtf8) {
      return null;
    }
  }

  /** The bytes as text if all are printable ASCII and not too many; else null. */
  static @Nullable String printable(byte @Nullable [] bytes, int maxLength) {
    if (bytes == null || bytes.length > maxLength) {
      return null;
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return isPrintable(text, maxLength) ? text : null;
  }

  /** Whether there is at least one character and all are printable ASCII, the space included. */
  static boolean isPrintable(String text, int maxLength) {
    return !text.isEmpty()
        && text.length() <= maxLength
        && text.chars().allMatch(Text::isPrintable);
  }

  /** Whether all are ASCII hex digits, and their number is within the bounds. */
  static boolean isHex(String text, int minLength, int maxLength) {
    return text.length() >= minLength
        && text.length() <= maxLength
        && text.chars().allMatch(c -> hexValue(c) >= 0);
  }

  /** 0 to 15, or -1 if it is no ASCII hex digit. */
  static int hexValue(int c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    int lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  /** The text with each lone half of a surrogate pair replaced by U+FFFD. */
  public static String wellFormed(String text) {
    return text.codePoints().noneMatch(Text::isSurrogate)
        ? text
        : mapped(text, c -> isSurrogate(c) ? REPLACEMENT : c);
  }

  /**
   * The text for a terminal or a log line. A line break or a tab becomes a space. Every other
   * character that a terminal may obey instead of showing it becomes U+FFFD: controls (C0, DEL and
   * C1), format characters (such as the overrides of the writing direction) and lone surrogates.
   * The result is one line and cannot move the cursor or hide text.
   */
  public static String visible(String text) {
    return text.chars().allMatch(Text::isPrintable) ? text : mapped(text, Text::visible);
  }

  private static int visible(int codePoint) {
    if (BREAKS.indexOf(codePoint) >= 0) {
      return ' ';
    }
    return actsOnTerminal(codePoint) ? REPLACEMENT : codePoint;
  }

  /** Whether this character may act on a terminal, or break a line, instead of being shown. */
  public static boolean actsOnTerminal(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static boolean isPrintable(int c) {
    return c >= 0x20 && c <= 0x7e;
  }

  private static String mapped(String text, IntUnaryOperator each) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().map(each).forEach(out::appendCodePoint);
    return out.toString();
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
