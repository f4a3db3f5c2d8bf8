package dev.revoker.api;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code Retry-After} as leniently as its meaning stays clear: seconds, with a fraction or a
 * unit too; a date in a form of RFC 9110 or RFC 3339; in quotes; several of them in a list or in
 * several headers. The longest wait counts, because a shorter one would call too early.
 */
final class RetryAfter {
  /** Longer waits count as this one; {@code retry.after.max.ms} is far shorter. */
  static final long MAX_MS = Duration.ofDays(366).toMillis();

  private static final Pattern NUMBER =
      Pattern.compile(
          "\\+?([0-9]{1,100}(?:\\.[0-9]{0,100})?|\\.[0-9]{1,100}) ?([a-z]{0,12})\\.?",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern DECIMAL_COMMA = Pattern.compile("[0-9]{1,100},[0-9]{1,100}");

  /** A date of RFC 9110. The day of the week is skipped: it adds nothing and may be wrong. */
  private static final Pattern DATE =
      Pattern.compile(
          "(?:[a-z]{3,9},? +)?"
              + "([0-9]{1,2}[ -][a-z]{3}[ -](?:[0-9]{4}|[0-9]{2}) +[0-9:]{8}"
              + "|[a-z]{3} +[0-9]{1,2} +[0-9:]{8} +[0-9]{4})"
              + " *(?:GMT|UTC?|Z|([+-][0-9]{2}):?([0-9]{2}))?(?= *(?:[,;]|$))",
          Pattern.CASE_INSENSITIVE);

  private RetryAfter() {}

  /**
   * The wait in milliseconds, from 0 to {@link #MAX_MS}; null where no header makes sense.
   *
   * @param headers the values of all headers of that name
   */
  static @Nullable Long millis(List<String> headers, Instant now) {
    return headers.stream()
        .map(RetryAfter::plain)
        .flatMap(header -> waits(header, now))
        .max(Long::compare)
        .orElse(null);
  }

  /** The earlier of our clock and the server's, so that neither makes the wait too short. */
  static Instant earlier(Instant now, List<String> dateHeaders) {
    return dateHeaders.stream()
        .map(header -> DATE.matcher(plain(header)))
        .filter(Matcher::matches)
        .map(date -> instant(date, now))
        .filter(Objects::nonNull)
        .filter(now::isAfter)
        .findFirst()
        .orElse(now);
  }

  /** Without quotes, and each run of blanks as one: the patterns look at each blank repeatedly. */
  private static String plain(String header) {
    return header.replaceAll("[\"'\\s]+", " ").strip();
  }

  private static Stream<Long> waits(String header, Instant now) {
    List<Long> waits = new ArrayList<>();
    // Dates first: one of their forms has a comma in it.
    Matcher date = DATE.matcher(header);
    StringBuilder others = new StringBuilder();
    while (date.find()) {
      Instant at = instant(date, now);
      if (at != null) {
        waits.add(until(at, now));
      }
      date.appendReplacement(others, ",");
    }
    date.appendTail(others);
    Stream<String> rest = Stream.of(others.toString().split("[,;]"));
    if (DECIMAL_COMMA.matcher(header).matches()) {
      // A list, or a number with a comma for its point: the latter asks for more.
      rest = Stream.of(header.replace(',', '.'));
    }
    return Stream.concat(
        waits.stream(), rest.map(part -> single(part.strip(), now)).filter(Objects::nonNull));
  }

  private static @Nullable Long single(String text, Instant now) {
    Matcher number = NUMBER.matcher(text);
    return number.matches()
        ? duration(new BigDecimal(number.group(1)), number.group(2).toLowerCase(Locale.ROOT))
        : untilTimestamp(text, now);
  }

  private static @Nullable Long duration(BigDecimal number, String unit) {
    return switch (unit) {
      case "", "s", "sec", "secs", "second", "seconds" -> wholeSeconds(number);
      case "m", "min", "mins", "minute", "minutes" ->
          wholeSeconds(number.multiply(BigDecimal.valueOf(60)));
      case "h", "hour", "hours" -> wholeSeconds(number.multiply(BigDecimal.valueOf(3600)));
      case "ms", "msec", "millis", "milliseconds" -> wholeSeconds(number.movePointLeft(3));
      default -> null;
    };
  }

  private static long wholeSeconds(BigDecimal seconds) {
    BigDecimal longest = BigDecimal.valueOf(MAX_MS / 1000);
    return seconds.min(longest).setScale(0, RoundingMode.CEILING).longValueExact() * 1000;
  }

  private static @Nullable Instant instant(Matcher date, Instant now) {
    String text = date.group(1).replace('-', ' ').replaceAll(" +", " ");
    return Stream.of(form("d MMM uuuu HH:mm:ss"), form("MMM d HH:mm:ss uuuu"), twoDigitYear(now))
        .map(form -> parsed(text, form))
        .filter(Objects::nonNull)
        .map(at -> at.toInstant(offset(date.group(2), date.group(3))))
        .findFirst()
        .orElse(null);
  }

  private static ZoneOffset offset(@Nullable String hours, @Nullable String minutes) {
    if (hours == null || minutes == null) {
      return ZoneOffset.UTC;
    }
    try {
      return ZoneOffset.of(hours + ":" + minutes);
    } catch (DateTimeException noSuchZone) {
      // The latest time that it can mean.
      return ZoneOffset.MIN;
    }
  }

  private static @Nullable LocalDateTime parsed(String text, DateTimeFormatter form) {
    try {
      return LocalDateTime.parse(text, form);
    } catch (DateTimeException anotherForm) {
      return null;
    }
  }

  private static @Nullable Long untilTimestamp(String text, Instant now) {
    try {
      return until(OffsetDateTime.parse(text).toInstant(), now);
    } catch (DateTimeException noTimestamp) {
      return null;
    }
  }

  private static long until(Instant at, Instant now) {
    // Compared first: the years of RFC 3339's extended form do not fit into milliseconds.
    if (!at.isAfter(now)) {
      return 0;
    }
    return at.isAfter(now.plusMillis(MAX_MS))
        ? MAX_MS
        : Duration.between(now, at).plusNanos(999_999).toMillis();
  }

  private static DateTimeFormatter form(String pattern) {
    return new DateTimeFormatterBuilder()
        .parseCaseInsensitive()
        .appendPattern(pattern)
        .toFormatter(Locale.ROOT);
  }

  /** RFC 9110: a year that seems more than 50 years ahead is one of the past. */
  private static DateTimeFormatter twoDigitYear(Instant now) {
    int thisYear = now.atOffset(ZoneOffset.UTC).getYear();
    return new DateTimeFormatterBuilder()
        .parseCaseInsensitive()
        .appendPattern("d MMM ")
        .appendValueReduced(ChronoField.YEAR, 2, 2, thisYear - 49)
        .appendPattern(" HH:mm:ss")
        .toFormatter(Locale.ROOT);
  }
}
