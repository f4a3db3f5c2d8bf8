package dev.revoker.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Questions about characters. */
final class Text {
  private static final char REPLACEMENT = '\uFFFD';

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
      if (c < 0x20 || c > 0x7e) {
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

  /** The longest stretches of hex digits, those shorter than {@code minLength} left out. */
  static List<String> hexRuns(String text, int minLength) {
    List<String> runs = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || hexValue(text.charAt(i)) < 0) {
        if (i - start >= minLength) {
          runs.add(text.substring(start, i));
        }
        start = i + 1;
      }
    }
    return runs;
  }

  /** The text with each half of a surrogate pair that stands alone replaced by U+FFFD. */
  static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return repaired(text);
      }
    }
    return text;
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
