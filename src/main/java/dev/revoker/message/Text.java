package dev.revoker.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Questions about characters. */
public final class Text {
  private static final char REPLACEMENT = '\uFFFD';

  /** The ASCII ones, NEL, and Unicode's separators of lines and paragraphs. */
  private static final String BREAKS = "\t\n\u000B\f\r\u0085\u2028\u2029";

  private Text() {}

  /** The bytes as strict UTF-8, or null where they are not that. */
  static @Nullable String utf8(byte[] bytes) {
    // The fast decoder replaces what is wrong, so only a text that shows a replacement is in doubt.
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) < 0) {
      return text;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notUtf8) {
      return null;
    }
  }

  /** The bytes as text where all of them are printable ASCII, within the length; else null. */
  static @Nullable String printable(byte @Nullable [] bytes, int maxLength) {
    if (bytes == null || bytes.length > maxLength) {
      return null;
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return isPrintable(text, maxLength) ? text : null;
  }

  /** Whether there is at least one character and all are printable ASCII, the space included. */
  static boolean isPrintable(String text, int maxLength) {
    if (text.isEmpty() || text.length() > maxLength) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isPrintable(c)) {
        return false;
      }
    }
    return true;
  }

  /** Whether all are ASCII hex digits, and how many fits. */
  static boolean isHex(String text, int minLength, int maxLength) {
    if (text.length() < minLength || text.length() > maxLength) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (hexValue(text.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  /** 0 to 15, or -1 where it is no ASCII hex digit. */
  static int hexValue(int c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    int lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  /** The text with each half of a surrogate pair that stands alone replaced by U+FFFD. */
  static String wellFormed(String text) {
    int at = 0;
    while (at < text.length()) {
      if (!Character.isSurrogate(text.charAt(at))) {
        at++;
      } else if (Character.isSurrogatePair(text.charAt(at), charAt(text, at + 1))) {
        at += 2;
      } else {
        return repaired(text);
      }
    }
    return text;
  }

  /**
   * The text for a terminal or a log line. A line break or a tab becomes a space. Every other
   * character that a terminal may obey instead of showing it becomes U+FFFD: controls (C0, DEL and
   * C1), format characters (such as the overrides of the writing direction) and lone surrogates.
   * The result is one line and cannot move the cursor or hide text.
   */
  public static String visible(String text) {
    int plain = 0;
    while (plain < text.length() && isPrintable(text.charAt(plain))) {
      plain++;
    }
    if (plain == text.length()) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length()).append(text, 0, plain);
    text.substring(plain).codePoints().forEach(c -> out.appendCodePoint(visible(c)));
    return out.toString();
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

  private static boolean isPrintable(char c) {
    return c >= 0x20 && c <= 0x7e;
  }

  private static char charAt(String text, int at) {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private static String repaired(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> out.appendCodePoint(isSurrogate(c) ? REPLACEMENT : c));
    return out.toString();
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
