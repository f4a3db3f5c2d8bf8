package dev.revoker.api;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code Retry-After}: seconds, or a date in any of the three forms of RFC 9110. */
final class RetryAfter {
  /** Longer waits are cut to a day: a slip of the API's must not park requests for years. */
  static final long MAX_MS = Duration.ofHours(24).toMillis();

  private static final Pattern SECONDS = Pattern.compile("-?[0-9]+");

  // RFC 9110 calls them IMF-fixdate, rfc850-date and asctime-date.
  private static final List<DateTimeFormatter> DATES =
      List.of(
          DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US),
          DateTimeFormatter.ofPattern("EEEE, dd-MMM-yy HH:mm:ss 'GMT'", Locale.US),
          DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US));

  private RetryAfter() {}

  /**
   * The wait in milliseconds, from 0 to {@link #MAX_MS}; null where the header is missing or makes
   * no sense.
   */
  static @Nullable Long millis(@Nullable String header, Instant now) {
    if (header == null) {
      return null;
    }
    String text = header.strip();
    if (SECONDS.matcher(text).matches()) {
      return seconds(text);
    }
    for (DateTimeFormatter form : DATES) {
      try {
        Instant at = LocalDateTime.parse(text, form).toInstant(ZoneOffset.UTC);
        return Math.clamp(at.getEpochSecond() * 1000 - now.toEpochMilli(), 0, MAX_MS);
      } catch (DateTimeException another) {
        // Not this form; perhaps the next.
      }
    }
    return null;
  }

  private static long seconds(String text) {
    if (text.startsWith("-")) {
      return 0;
    }
    try {
      return Math.min(Long.parseLong(text), MAX_MS / 1000) * 1000;
    } catch (NumberFormatException tooManyDigits) {
      return MAX_MS;
    }
  }
}
