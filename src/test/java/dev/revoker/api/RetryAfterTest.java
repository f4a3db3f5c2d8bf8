package dev.revoker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every form whose meaning is clear counts, and never for less than it asks for. */
class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00.250Z");
  private static final long MAX = RetryAfter.MAX_MS;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0",
        "1 | 1000",
        "+5 | 5000",
        "' 120 ' | 120000",
        "'\t7\t' | 7000",
        "\"30\" | 30000",
        "'''30''' | 30000",
        "30.5 | 31000",
        "30. | 30000",
        "30.0 | 30000",
        ".5 | 1000",
        "0.001 | 1000",
        "30,5 | 31000",
        "1s | 1000",
        "1.5 s | 2000",
        "30 seconds | 30000",
        "2 Minutes | 120000",
        "1h | 3600000",
        "1500ms | 2000",
        "1, 2 | 2000",
        "60, 30 | 60000",
        "30; 40 | 40000",
        "soon, 30 | 30000",
        "30, -5 | 30000",
        "86400 | 86400000",
        "2026-11-23T10:00:02Z | 1750",
        "2026-11-23T11:00:02.250+01:00 | 2000",
      })
  void numbersListsAndTimestampsAreUnderstood(String header, long millis) {
    assertThat(millis(header)).isEqualTo(millis);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Mon, 23 Nov 2026 10:00:02 GMT | 1750",
        "Monday, 23-Nov-26 10:00:02 GMT | 1750",
        "Mon Nov 23 10:00:02 2026 | 1750",
        "Tue Dec  1 10:00:00 2026 | 691199750",
        "Tue Dec 01 10:00:00 2026 | 691199750",
        "Mon, 23 Nov 2026 09:00:00 GMT | 0",
        "Tue, 23 Nov 2026 10:00:02 GMT | 1750",
        "23 Nov 2026 10:00:02 GMT | 1750",
        "mon, 23 nov 2026 10:00:02 gmt | 1750",
        "'\"Mon, 23 Nov 2026 10:00:02 GMT\"' | 1750",
        "Mon, 23 Nov 2026 10:00:02 UTC | 1750",
        "Mon, 23 Nov 2026 11:00:02 +0100 | 1750",
        "Mon, 23 Nov 2026 10:00:02 | 1750",
        "Sun, 23-Nov-94 10:00:02 GMT | 0",
        "Monday, 23-Nov-75 10:00:02 GMT | 31622400000",
        "5, Mon, 23 Nov 2026 10:00:02 GMT | 5000",
        "Mon, 23 Nov 2026 10:00:02 GMT, 1 | 1750",
        "'Fri, 31 Dec 9999 23:59:59 GMT' | 31622400000"
      })
  void datesOfHttpAreUnderstoodObsoleteOnesToo(String header, long millis) {
    assertThat(millis(header)).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "31622401",
        "9223372036854775807",
        "99999999999999999999999999",
        "1e0, 9999999999"
      })
  void aHugeNumberIsTheLongestWait(String header) {
    assertThat(millis(header)).isEqualTo(MAX);
  }

  @Test
  void aYearBeyondAllMillisecondsIsTheLongestWaitOrNone() {
    assertThat(millis("+999999999-12-31T23:59:59Z")).isEqualTo(MAX);
    assertThat(millis("-999999999-01-01T00:00:00Z")).isZero();
  }

  /** As many as fit into an answer; each blank was looked at as often as there are blanks. */
  @Test
  void blanksAreReadInNoTime() {
    String blanks = " ".repeat(8_000);
    String late = "Mon, 23 Nov 2026 09:59:00" + blanks + "x";
    List<String> headers = Collections.nCopies(30, late);

    assertTimeoutPreemptively(
        Duration.ofSeconds(1),
        () -> {
          assertThat(RetryAfter.earlier(NOW, headers)).isEqualTo(NOW);
          assertThat(RetryAfter.millis(headers, NOW)).isNull();
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "\"",
        ",",
        "soon",
        "-1",
        "-99999999999999999999",
        "-1.5",
        "1e3",
        "1.2.3",
        "0x10",
        "5 days ago",
        "٣",
        "Mon, 32 Nov 2026 10:00:02 GMT",
        "Mon, 23 Foo 2026 10:00:02 GMT",
        "Mon, 23 Nov 2026 10:00:02 PST",
        "2026-11-23"
      })
  void whatCannotBeUnderstoodIsNoWait(String header) {
    assertThat(millis(header)).isNull();
  }

  @Test
  void theLongestOfSeveralHeadersCounts() {
    assertThat(RetryAfter.millis(List.of(), NOW)).isNull();
    assertThat(RetryAfter.millis(List.of("5", "soon", "30.5", "7"), NOW)).isEqualTo(31_000);
  }

  @Test
  void theEarlierOfTwoClocksMakesTheWait() {
    String behind = "Mon, 23 Nov 2026 09:59:00 GMT";
    String ahead = "Mon, 23 Nov 2026 10:01:00 GMT";
    assertThat(RetryAfter.earlier(NOW, List.of(behind)))
        .isEqualTo(Instant.parse("2026-11-23T09:59:00Z"));
    assertThat(RetryAfter.earlier(NOW, List.of(ahead))).isEqualTo(NOW);
    assertThat(RetryAfter.earlier(NOW, List.of("soon"))).isEqualTo(NOW);
    assertThat(RetryAfter.earlier(NOW, List.of())).isEqualTo(NOW);
  }

  static Stream<String> seenInTheWild() throws IOException {
    try (InputStream in = RetryAfterTest.class.getResourceAsStream("retry-after.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("seenInTheWild")
  void valuesSeenInTheWildAreUnderstoodSaveTheNegativeOne(String header) {
    Long millis = millis(header);
    if (header.startsWith("-")) {
      assertThat(millis).isNull();
    } else if (header.contains("Nov")) {
      assertThat(millis).isEqualTo(MAX);
    } else {
      double asked = Double.parseDouble(header) * 1000;
      assertThat((double) millis).isBetween(Math.min(asked, MAX), asked + 999);
    }
  }

  private static Long millis(String header) {
    return RetryAfter.millis(List.of(header), NOW);
  }
}
