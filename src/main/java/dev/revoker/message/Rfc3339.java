package dev.revoker.message;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * The {@code date-time} of RFC 3339, section 5.6: the JDK's formatters take what that does not
 * allow, and refuse some of what it does.
 *
 * <pre>
 * date-time = 4DIGIT "-" 2DIGIT "-" 2DIGIT "T" 2DIGIT ":" 2DIGIT ":" 2DIGIT [ "." 1*DIGIT ] offset
 * offset    = "Z" / ( "+" / "-" ) 2DIGIT ":" 2DIGIT          T and Z in either case
 * </pre>
 */
final class Rfc3339 {
  private static final int FRACTION_AT = 19;

  private Rfc3339() {}

  /**
   * The moment, cut to nanoseconds, or null where the text is none. The leap second 23:59:60 UTC
   * counts as the second after it.
   */
  static @Nullable Instant parse(String text) {
    if (text.length() < FRACTION_AT + 1 || !isShaped(text)) {
      return null;
    }
    int offsetAt = skipFraction(text);
    int offsetSeconds = offsetAt < 0 ? Integer.MIN_VALUE : offsetSeconds(text, offsetAt);
    int second = digits(text, 17, 19);
    if (offsetSeconds == Integer.MIN_VALUE || second > 60) {
      return null;
    }
    LocalDateTime local = localDateTime(text, Math.min(second, 59));
    if (local == null) {
      return null;
    }
    Instant moment = local.toInstant(ZoneOffset.UTC).minusSeconds(offsetSeconds);
    if (second < 60) {
      return moment.plusNanos(nanos(text, offsetAt));
    }
    // Ends a day in UTC, whatever the local time says.
    return Math.floorMod(moment.getEpochSecond(), 86_400) == 86_399 ? moment.plusSeconds(1) : null;
  }

  /** {@code 2026-11-23T10:20:30.123Z}: UTC, to the millisecond. For the years 0000 to 9999. */
  static String format(Instant moment) {
    OffsetDateTime utc = moment.atOffset(ZoneOffset.UTC);
    byte[] out = new byte[24];
    put(out, 0, 4, utc.getYear(), '-');
    put(out, 5, 2, utc.getMonthValue(), '-');
    put(out, 8, 2, utc.getDayOfMonth(), 'T');
    put(out, 11, 2, utc.getHour(), ':');
    put(out, 14, 2, utc.getMinute(), ':');
    put(out, 17, 2, utc.getSecond(), '.');
    put(out, 20, 3, utc.getNano() / 1_000_000, 'Z');
    return new String(out, StandardCharsets.ISO_8859_1);
  }

  private static void put(byte[] out, int at, int width, int number, char after) {
    int rest = number;
    for (int i = at + width - 1; i >= at; i--) {
      out[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    out[at + width] = (byte) after;
  }

  private static boolean isShaped(String text) {
    return text.charAt(4) == '-'
        && text.charAt(7) == '-'
        && (text.charAt(10) | 0x20) == 't'
        && text.charAt(13) == ':'
        && text.charAt(16) == ':';
  }

  private static @Nullable LocalDateTime localDateTime(String text, int second) {
    try {
      return LocalDateTime.of(
          digits(text, 0, 4),
          digits(text, 5, 7),
          digits(text, 8, 10),
          digits(text, 11, 13),
          digits(text, 14, 16),
          second);
    } catch (DateTimeException noSuchTime) {
      return null;
    }
  }

  /** Where the offset starts, or -1 where a point has no digit after it. */
  private static int skipFraction(String text) {
    if (text.charAt(FRACTION_AT) != '.') {
      return FRACTION_AT;
    }
    int at = FRACTION_AT + 1;
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
    return at == FRACTION_AT + 1 ? -1 : at;
  }

  private static int nanos(String text, int fractionEnd) {
    int nanos = 0;
    for (int i = 0; i < 9; i++) {
      int at = FRACTION_AT + 1 + i;
      nanos = nanos * 10 + (at < fractionEnd ? text.charAt(at) - '0' : 0);
    }
    return nanos;
  }

  /** MIN_VALUE where it is none. RFC 3339 has offsets up to 23:59, the JDK only up to 18:00. */
  private static int offsetSeconds(String text, int at) {
    int length = text.length() - at;
    if (length == 1 && (text.charAt(at) | 0x20) == 'z') {
      return 0;
    }
    if (length != 6 || text.charAt(at + 3) != ':' || "+-".indexOf(text.charAt(at)) < 0) {
      return Integer.MIN_VALUE;
    }
    int hours = digits(text, at + 1, at + 3);
    int minutes = digits(text, at + 4, at + 6);
    if (hours > 23 || minutes > 59) {
      return Integer.MIN_VALUE;
    }
    int seconds = (hours * 60 + minutes) * 60;
    return text.charAt(at) == '-' ? -seconds : seconds;
  }

  /** MAX_VALUE, which is above any limit, where one of them is no digit. */
  private static int digits(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      if (!isDigit(text.charAt(i))) {
        return Integer.MAX_VALUE;
      }
      number = number * 10 + text.charAt(i) - '0';
    }
    return number;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
