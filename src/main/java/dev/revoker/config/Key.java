package dev.revoker.config;

import java.util.Locale;

/**
 * A configuration key: its name, its default and its allowed values, as the documentation shows
 * them.
 */
sealed interface Key {
  String name();

  /** The default, or a text that describes it. */
  String byDefault();

  /** The allowed values, to follow "must be" in an error message. */
  String allowed();

  /** A whole number; both ends of the range are allowed. */
  record Whole(String name, long value, long min, long max) implements Key {
    @Override
    public String byDefault() {
      return Long.toString(value);
    }

    @Override
    public String allowed() {
      return String.format(Locale.ROOT, "a whole number from %d to %d", min, max);
    }
  }

  /** A number with or without decimals; both ends of the range are allowed. */
  record Decimal(String name, float value, float min, float max) implements Key {
    @Override
    public String byDefault() {
      return plain(value);
    }

    @Override
    public String allowed() {
      return String.format(Locale.ROOT, "a number from %s to %s", plain(min), plain(max));
    }

    private static String plain(float number) {
      return String.format(Locale.ROOT, number == Math.rint(number) ? "%.0f" : "%s", number);
    }
  }

  /** Yes or no. */
  record Flag(String name, boolean value) implements Key {
    @Override
    public String byDefault() {
      return Boolean.toString(value);
    }

    @Override
    public String allowed() {
      return "true or false";
    }
  }

  /** Anything else. */
  record Text(String name, String byDefault, String allowed) implements Key {}
}
