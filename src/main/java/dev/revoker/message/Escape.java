package dev.revoker.message;

import org.jspecify.annotations.Nullable;

/**
 * One escape in a text, and the character that it stands for: percent-encoding ({@code %39}, {@code
 * %u0039}), the backslash escapes of JSON, Java, JavaScript and C (with u, x, braces or octal
 * digits), HTML's entities (decimal, hex, named), and a byte of a list ({@code 0x39}).
 *
 * @param end the index after the escape
 * @param value a byte if {@code isByte}, else a code point
 * @param isByte whether the value is one byte, perhaps of a character in UTF-8
 */
record Escape(int end, int value, boolean isByte) {
  private static final int LONGEST_NAME = 8;

  /** The escape that starts at this index, or null. The time is linear in the escape's length. */
  static @Nullable Escape at(DecodedText text, int at) {
    return switch (text.at(at)) {
      case '%' -> percent(text, at + 1);
      case '\\' -> at + 1 < text.length() ? backslash(text, at + 1) : null;
      case '&' -> is(text, at + 1, '#') ? entity(text, at + 2) : named(text, at + 1);
      case '0' -> is(text, at + 1, 'x') ? octet(text, at + 2) : null;
      default -> null;
    };
  }

  private static @Nullable Escape percent(DecodedText text, int at) {
    return is(text, at, 'u') ? number(text, at + 1, 16, 4, 4) : octet(text, at);
  }

  private static @Nullable Escape backslash(DecodedText text, int at) {
    return switch (text.at(at)) {
      case 'u' -> {
        int digits = at + 1;
        while (is(text, digits, 'u')) {
          digits++;
        }
        yield is(text, digits, '{') ? braced(text, digits + 1) : number(text, digits, 16, 4, 4);
      }
      case 'x' -> is(text, at + 1, '{') ? braced(text, at + 2) : octet(text, at + 1);
      case '\\' -> new Escape(at + 1, '\\', true);
      case 'n', 'r', 't' -> new Escape(at + 1, ' ', true);
      default -> number(text, at, 8, 1, 3);
    };
  }

  private static @Nullable Escape braced(DecodedText text, int at) {
    Escape number = number(text, at, 16, 1, Integer.MAX_VALUE);
    return number != null && is(text, number.end, '}') ? number.endingAt(number.end + 1) : null;
  }

  /** A semicolon may follow. */
  private static @Nullable Escape entity(DecodedText text, int at) {
    boolean hex = is(text, at, 'x') || is(text, at, 'X');
    Escape number = number(text, hex ? at + 1 : at, hex ? 16 : 10, 1, Integer.MAX_VALUE);
    return number != null && is(text, number.end, ';') ? number.endingAt(number.end + 1) : number;
  }

  /** Only characters that can start another escape matter; any other is a separator. */
  private static @Nullable Escape named(DecodedText text, int at) {
    StringBuilder name = new StringBuilder();
    int end = at;
    while (end < text.length() && name.length() <= LONGEST_NAME && isLetter(text.at(end))) {
      name.append((char) text.at(end++));
    }
    if (name.isEmpty() || name.length() > LONGEST_NAME || !is(text, end, ';')) {
      return null;
    }
    char value =
        switch (name.toString()) {
          case "amp", "AMP" -> '&';
          case "percnt" -> '%';
          case "num" -> '#';
          case "bsol" -> '\\';
          default -> ' ';
        };
    return new Escape(end + 1, value, true);
  }

  private static @Nullable Escape octet(DecodedText text, int at) {
    Escape number = number(text, at, 16, 2, 2);
    return number == null ? null : new Escape(number.end, number.value, true);
  }

  /** As many digits as there are, but not more than {@code most}. A space if it is no character. */
  private static @Nullable Escape number(
      DecodedText text, int at, int radix, int fewest, int most) {
    int value = 0;
    int end = at;
    while (end < text.length() && end - at < most) {
      int digit = Character.digit(text.at(end), radix);
      if (digit < 0) {
        break;
      }
      value = Math.min(value * radix + digit, Character.MAX_CODE_POINT + 1);
      end++;
    }
    int character = Character.isValidCodePoint(value) ? value : ' ';
    return end - at < fewest ? null : new Escape(end, character, false);
  }

  private Escape endingAt(int newEnd) {
    return new Escape(newEnd, value, isByte);
  }

  private static boolean isLetter(int b) {
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
  }

  private static boolean is(DecodedText text, int at, char expected) {
    return at < text.length() && text.at(at) == expected;
  }
}
