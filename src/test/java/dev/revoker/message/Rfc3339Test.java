package dev.revoker.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc3339Test {
  @ParameterizedTest
  @CsvSource({
    "2026-11-23T10:20:30Z, 2026-11-23T10:20:30Z",
    "2026-11-23t10:20:30z, 2026-11-23T10:20:30Z",
    "2026-11-23T10:20:30.5Z, 2026-11-23T10:20:30.500Z",
    "2026-11-23T10:20:30.123456789987Z, 2026-11-23T10:20:30.123456789Z",
    "2026-11-23T10:20:30.000+00:00, 2026-11-23T10:20:30Z",
    "2026-11-23T10:20:30-00:00, 2026-11-23T10:20:30Z",
    "2026-11-23T10:20:30+05:30, 2026-11-23T04:50:30Z",
    "2026-11-23T10:20:30+23:59, 2026-11-22T10:21:30Z",
    "2026-11-23T10:20:30-23:59, 2026-11-24T10:19:30Z",
    "2024-02-29T00:00:00Z, 2024-02-29T00:00:00Z",
    "0000-01-01T00:00:00Z, 0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59, +10000-01-01T23:58:59Z",
    "2016-12-31T23:59:60Z, 2017-01-01T00:00:00Z",
    "2016-12-31T15:59:60.7-08:00, 2017-01-01T00:00:00Z",
  })
  void reads(String text, String moment) {
    assertThat(Rfc3339.parse(text)).isEqualTo(Instant.parse(moment));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "2026-11-23",
        "2026-11-23T10:20Z",
        "2026-11-23T10:20:30",
        "2026-11-23 10:20:30Z",
        "2026-11-23T10:20:30.Z",
        "2026-11-23T10:20:30,5Z",
        "2026-11-23T10:20:30+0100",
        "2026-11-23T10:20:30+01",
        "2026-11-23T10:20:30+24:00",
        "2026-11-23T10:20:30+01:60",
        "2026-11-23T10:20:30+01:00:00",
        "2026-11-23T10:20:30 Z",
        "2026-11-23T10:20:30ZZ",
        "2026-11-23T10:20:30.5",
        "2026-11-23T10:20:30[UTC]",
        "2026-11-23T10:20:30Z[UTC]",
        "2026-11-23T24:00:00Z",
        "2026-11-23T10:60:00Z",
        "2026-11-23T10:20:61Z",
        "2026-11-23T10:20:60Z",
        "2016-12-31T23:59:60-08:00",
        "2026-13-01T10:20:30Z",
        "2026-00-01T10:20:30Z",
        "2026-02-29T10:20:30Z",
        "2026-11-31T10:20:30Z",
        "-026-11-23T10:20:30Z",
        "+2026-11-23T10:20:30Z",
        "12026-11-23T10:20:30Z",
        "2026-11-23T10:20:3xZ",
        "２０２６-11-23T10:20:30Z",
        "20261123T102030Z000000",
        "1763892000",
      })
  void refuses(String text) {
    assertThat(Rfc3339.parse(text)).isNull();
  }

  @Test
  void aFractionOfAnyLengthIsRead() {
    assertThat(Rfc3339.parse("2026-11-23T10:20:30." + "9".repeat(60_000) + "Z"))
        .isEqualTo(Instant.parse("2026-11-23T10:20:30.999999999Z"));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-23T10:20:30Z, 2026-11-23T10:20:30.000Z",
    "2026-01-02T03:04:05.006999Z, 2026-01-02T03:04:05.006Z",
    "0001-01-01T00:00:00Z, 0001-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999999999Z, 9999-12-31T23:59:59.999Z",
  })
  void writesUtcToTheMillisecond(String moment, String text) {
    assertThat(Rfc3339.format(Instant.parse(moment))).isEqualTo(text);
  }
}
