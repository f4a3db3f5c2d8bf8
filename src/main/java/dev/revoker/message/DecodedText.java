package dev.revoker.message;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A text as bytes, each with the position of its characters in the original text. {@link #decoded}
 * replaces each escape by the bytes that it encodes, so a match in a decoded text still says which
 * characters of the original to hide.
 *
 * <p>ASCII is unchanged. Letters beyond ASCII are folded to lower case and encoded in UTF-8, digits
 * of other scripts become the ASCII digits of their value, and every other character one space.
 */
final class DecodedText {
  private final byte[] bytes;

  /** Where the characters of each byte start; empty if each byte is one character. */
  private final int[] starts;

  private int length;

  private DecodedText(byte[] bytes, int[] starts) {
    this.bytes = bytes;
    this.starts = starts;
  }

  static DecodedText of(String text) {
    byte[] ascii = text.getBytes(StandardCharsets.UTF_8);
    if (ascii.length == text.length()) {
      DecodedText made = new DecodedText(ascii, new int[0]);
      made.length = ascii.length;
      return made;
    }
    int capacity = 3 * text.length() + 1;
    DecodedText made = new DecodedText(new byte[capacity], new int[capacity]);
    int codePoint;
    for (int at = 0; at < text.length(); at += Character.charCount(codePoint)) {
      codePoint = text.codePointAt(at);
      made.add(codePoint, at);
    }
    made.endAt(text.length());
    return made;
  }

  int length() {
    return length;
  }

  /** 0 to 255. */
  int at(int index) {
    return bytes[index] & 0xff;
  }

  /** Where the characters of this byte start in the original, and those of the one before end. */
  int start(int index) {
    return starts.length == 0 ? index : starts[index];
  }

  /** Each escape decoded once; null if there is none. */
  @Nullable DecodedText decoded() {
    DecodedText made = null;
    boolean wide = false;
    int copied = 0;
    for (int at = 0; at < length; at++) {
      Escape escape = Escape.at(this, at);
      if (escape == null) {
        continue;
      }
      if (made == null) {
        made = new DecodedText(new byte[length], new int[length + 1]);
      }
      made.copy(this, copied, at);
      if (escape.isByte()) {
        wide |= escape.value() >= 0x80;
        made.put(escape.value(), start(at));
      } else {
        made.add(escape.value(), start(at));
      }
      copied = escape.end();
      at = copied - 1;
    }
    if (made == null) {
      return null;
    }
    made.copy(this, copied, length);
    made.endAt(start(length));
    return wide ? made.folded() : made;
  }

  private void copy(DecodedText from, int begin, int end) {
    for (int at = begin; at < end; at++) {
      put(from.bytes[at], from.start(at));
    }
  }

  /** Folds the characters whose bytes in UTF-8 were escapes. */
  private DecodedText folded() {
    // A folded character is at most one byte longer, and has two or more.
    DecodedText made = new DecodedText(new byte[2 * length], new int[2 * length + 1]);
    for (int at = 0; at < length; ) {
      int size = Math.min(sizeInUtf8(at(at)), length - at);
      String decoded = new String(bytes, at, size, StandardCharsets.UTF_8);
      int codePoint = decoded.codePointAt(0);
      if (size > 1 && codePoint != '\uFFFD' && decoded.length() == Character.charCount(codePoint)) {
        made.add(codePoint, start(at));
        at += size;
      } else {
        made.put(bytes[at], start(at));
        at++;
      }
    }
    made.endAt(start(length));
    return made;
  }

  /** The bytes of a character that starts with this one. */
  private static int sizeInUtf8(int first) {
    return first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  }

  private void add(int codePoint, int start) {
    int digit = Character.digit(codePoint, 16);
    if (codePoint < 0x80) {
      put(codePoint, start);
    } else if (digit >= 0) {
      put(Character.forDigit(digit, 16), start);
    } else if (!Character.isLetter(codePoint)) {
      put(' ', start);
    } else {
      String folded = Character.toString(Character.toLowerCase(Character.toUpperCase(codePoint)));
      for (byte b : folded.getBytes(StandardCharsets.UTF_8)) {
        put(b, start);
      }
    }
  }

  private void put(int b, int start) {
    bytes[length] = (byte) b;
    starts[length] = start;
    length++;
  }

  private void endAt(int end) {
    starts[length] = end;
  }
}
