package dev.revoker.message;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code date-time} of RFC 3339, section 5.6. The JDK's formatters refuse some of it: offsets
 * above 18 hours, fractions of more than nine digits, leap seconds.
 */
final class Rfc3339 {
  private static final Pattern DATE_TIME =
      Pattern.compile(
          "(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<minute>[0-9]{2}:[0-9]{2}):(?<second>[0-9]{2})"
              + "(?:\\.(?<fraction>[0-9]+))?"
              + "(?:[Zz]|(?<sign>[+-])(?<hours>[01][0-9]|2[0-3]):(?<minutes>[0-5][0-9]))");

  private static final DateTimeFormatter MILLIS_IN_UTC =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Rfc3339() {}

  /**
   * The moment, cut to nanoseconds, or null where the text is none. The leap second 23:59:60 UTC
   * counts as the second after it.
   */
  static @Nullable Instant parse(String text) {
    Matcher time = DATE_TIME.matcher(text);
    if (!time.matches()) {
      return null;
    }
    boolean leap = time.group("second").equals("60");
    String second = leap ? "59" : time.group("second");
    Instant moment;
    try {
      moment =
          LocalDateTime.parse(time.group("date") + "T" + time.group("minute") + ":" + second)
              .toInstant(ZoneOffset.UTC)
              .minusSeconds(offsetSeconds(time));
    } catch (DateTimeException noSuchTime) {
      return null;
    }
    if (!leap) {
      return moment.plusNanos(nanos(time.group("fraction")));
    }
    // A leap second ends a day in UTC, whatever the local time says.
    return Math.floorMod(moment.getEpochSecond(), 86_400) == 86_399 ? moment.plusSeconds(1) : null;
  }

  /** {@code 2026-11-23T10:20:30.123Z}: UTC, to the millisecond. For the years 0000 to 9999. */
  static String format(Instant moment) {
    return MILLIS_IN_UTC.format(moment);
  }

  private static int offsetSeconds(Matcher time) {
    String sign = time.group("sign");
    if (sign == null) {
      return 0;
    }
    int minutes =
        60 * Integer.parseInt(time.group("hours")) + Integer.parseInt(time.group("minutes"));
    return (sign.equals("-") ? -60 : 60) * minutes;
  }

  private static int nanos(@Nullable String fraction) {
    if (fraction == null) {
      return 0;
    }
    String nine = fraction.substring(0, Math.min(9, fraction.length()));
    return Integer.parseInt(nine + "0".repeat(9 - nine.length()));
  }
}
