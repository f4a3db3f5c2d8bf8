package dev.revoker.message;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A text as bytes, each of which knows the characters that it came from. {@link #decoded} turns
 * each escape into the bytes that it stands for, so that a match in a decoded text still tells what
 * to hide in the text as it was given.
 *
 * <p>ASCII stands as it is. Letters beyond ASCII are folded to lower case and stand as UTF-8,
 * digits of other scripts as the ASCII digits of their value, and every other character as one
 * space.
 */
final class DecodedText {
  private static final int LONGEST_ENTITY = 8;
  private static final int LONGEST_NUMBER = 7;

  private final byte[] bytes;

  /** Where the characters of each byte start; empty where each byte is one character. */
  private final int[] starts;

  private int length;

  private DecodedText(byte[] bytes, int[] starts) {
    this.bytes = bytes;
    this.starts = starts;
  }

  static DecodedText of(String text) {
    byte[] ascii = new byte[text.length()];
    for (int i = 0; i < ascii.length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        return ofWide(text);
      }
      ascii[i] = (byte) c;
    }
    DecodedText made = new DecodedText(ascii, new int[0]);
    made.length = ascii.length;
    return made;
  }

  private static DecodedText ofWide(String text) {
    int capacity = 3 * text.length() + 1;
    DecodedText made = new DecodedText(new byte[capacity], new int[capacity]);
    int at = 0;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      made.add(codePoint, at);
      at += Character.charCount(codePoint);
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

  /**
   * Where the characters of this byte start in the text as it was given, and those of the byte
   * before it end.
   */
  int start(int index) {
    return starts.length == 0 ? index : starts[index];
  }

  /** Each escape decoded once: percent, HTML's entities, JSON's backslash; null without any. */
  @Nullable DecodedText decoded() {
    int first = 0;
    while (first < length && escapeEnd(first) < 0) {
      first++;
    }
    if (first == length) {
      return null;
    }
    DecodedText made = new DecodedText(new byte[length], new int[length + 1]);
    int at = 0;
    while (at < length) {
      int end = at < first ? -1 : escapeEnd(at);
      if (end < 0) {
        made.put(bytes[at], start(at));
        at++;
      } else {
        made.putEscaped(this, at, end);
        at = end;
      }
    }
    made.endAt(start(length));
    return made;
  }

  private void add(int codePoint, int start) {
    if (codePoint < 0x80) {
      put(codePoint, start);
      return;
    }
    int digit = Character.digit(codePoint, 16);
    if (digit >= 0) {
      put(Character.forDigit(digit, 16), start);
    } else if (!Character.isLetter(codePoint)) {
      put(' ', start);
    } else {
      putUtf8(Character.toLowerCase(Character.toUpperCase(codePoint)), start);
    }
  }

  private void putUtf8(int codePoint, int start) {
    if (codePoint < 0x80) {
      put(codePoint, start);
      return;
    }
    int more = codePoint < 0x800 ? 1 : codePoint < 0x10000 ? 2 : 3;
    put(((0xf80 >> more) & 0xff) | (codePoint >> (6 * more)), start);
    for (int shift = 6 * (more - 1); shift >= 0; shift -= 6) {
      put(0x80 | ((codePoint >> shift) & 0x3f), start);
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

  /** Where the escape that starts here ends, or -1 where none does. */
  private int escapeEnd(int at) {
    return switch (bytes[at]) {
      case '%' -> areHex(at + 1, 2) ? at + 3 : -1;
      case '\\' -> backslashEnd(at);
      case '&' -> at + 1 < length && bytes[at + 1] == '#' ? numberEnd(at) : nameEnd(at);
      default -> -1;
    };
  }

  private int backslashEnd(int at) {
    if (at + 1 >= length) {
      return -1;
    }
    return switch (bytes[at + 1]) {
      case 'u' -> areHex(at + 2, 4) ? at + 6 : -1;
      case 'x' -> areHex(at + 2, 2) ? at + 4 : -1;
      case '\\', 'n', 'r', 't' -> at + 2;
      default -> -1;
    };
  }

  /** A decimal or hex number, with the semicolon or without. */
  private int numberEnd(int at) {
    boolean hex = at + 2 < length && (bytes[at + 2] | 0x20) == 'x';
    int from = at + (hex ? 3 : 2);
    int to = from;
    while (to < length && to - from < LONGEST_NUMBER && isDigit(bytes[to], hex)) {
      to++;
    }
    if (to == from) {
      return -1;
    }
    return to < length && bytes[to] == ';' ? to + 1 : to;
  }

  private int nameEnd(int at) {
    int to = at + 1;
    while (to < length && to - at <= LONGEST_ENTITY && isLetter(bytes[to])) {
      to++;
    }
    return to > at + 1 && to < length && bytes[to] == ';' ? to + 1 : -1;
  }

  private void putEscaped(DecodedText from, int at, int end) {
    int start = from.start(at);
    byte kind = from.bytes[at + 1];
    switch (from.bytes[at]) {
      case '%' -> put(from.number(at + 1, end, 16), start);
      case '\\' -> {
        if (kind == 'u' || kind == 'x') {
          add(from.number(at + 2, end, 16), start);
        } else {
          put(kind == '\\' ? '\\' : ' ', start);
        }
      }
      default -> {
        if (kind == '#') {
          boolean hex = (from.bytes[at + 2] | 0x20) == 'x';
          int codePoint = from.number(at + (hex ? 3 : 2), end, hex ? 16 : 10);
          add(Character.isValidCodePoint(codePoint) ? codePoint : ' ', start);
        } else {
          put(named(from.ascii(at + 1, end - 1)), start);
        }
      }
    }
  }

  private String ascii(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.US_ASCII);
  }

  /** Only what can start another escape matters; any other named character separates. */
  private static char named(String name) {
    return switch (name) {
      case "amp", "AMP" -> '&';
      case "percnt" -> '%';
      case "num" -> '#';
      case "bsol" -> '\\';
      default -> ' ';
    };
  }

  private int number(int from, int to, int radix) {
    int number = 0;
    for (int i = from; i < to && bytes[i] != ';'; i++) {
      number = number * radix + Text.hexValue(bytes[i]);
    }
    return number;
  }

  private boolean areHex(int from, int count) {
    if (from + count > length) {
      return false;
    }
    for (int i = from; i < from + count; i++) {
      if (Text.hexValue(bytes[i]) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDigit(byte b, boolean hex) {
    return hex ? Text.hexValue(b) >= 0 : b >= '0' && b <= '9';
  }

  private static boolean isLetter(byte b) {
    int lower = b | 0x20;
    return b > 0 && lower >= 'a' && lower <= 'z';
  }
}
