package dev.revoker.message;

import java.nio.charset.StandardCharsets;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  /**
   * Percent-encoding, JSON's and Java's backslash escapes, HTML's entities. Groups 1 to 4 are hex
   * numbers, 5 is a decimal number, 6 is a name; a backslash with another letter has no group.
   */
  private static final Pattern ESCAPE =
      Pattern.compile(
          "%([0-9a-fA-F]{2})"
              + "|\\\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|[\\\\nrt])"
              + "|&(?:#[xX]([0-9a-fA-F]{1,7});?|#([0-9]{1,7});?|([a-zA-Z]{1,8});)");

  private static final int PERCENT = 1;
  private static final int LAST_HEX = 4;
  private static final int DECIMAL = 5;
  private static final int NAME = 6;

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
    String latin1 = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    Matcher escape = ESCAPE.matcher(latin1);
    if (!escape.find()) {
      return null;
    }
    DecodedText made = new DecodedText(new byte[length], new int[length + 1]);
    int at = 0;
    do {
      made.copy(this, at, escape.start());
      made.addEscaped(escape, start(escape.start()));
      at = escape.end();
    } while (escape.find());
    made.copy(this, at, length);
    made.endAt(start(length));
    return made;
  }

  private void copy(DecodedText from, int begin, int end) {
    for (int at = begin; at < end; at++) {
      put(from.bytes[at], from.start(at));
    }
  }

  private void addEscaped(MatchResult escape, int start) {
    for (int group = PERCENT; group <= DECIMAL; group++) {
      String number = escape.group(group);
      if (number != null) {
        int value = Integer.parseInt(number, group <= LAST_HEX ? 16 : 10);
        if (group == PERCENT) {
          put(value, start);
        } else {
          add(Character.isValidCodePoint(value) ? value : ' ', start);
        }
        return;
      }
    }
    String name = escape.group(NAME);
    put(name == null ? (escape.group().endsWith("\\") ? '\\' : ' ') : named(name), start);
  }

  /** Only characters that can start another escape matter; any other is a separator. */
  private static char named(String entity) {
    return switch (entity) {
      case "amp", "AMP" -> '&';
      case "percnt" -> '%';
      case "num" -> '#';
      case "bsol" -> '\\';
      default -> ' ';
    };
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
