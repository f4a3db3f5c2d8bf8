package dev.revoker.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the header says, the wait is sane. */
class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00.250Z");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0",
        "1 | 1000",
        "' 120 ' | 120000",
        "-1 | 0",
        "-99999999999999999999 | 0",
        "86400 | 86400000",
        "86401 | 86400000",
        "9223372036854775807 | 86400000",
        "99999999999999999999999999 | 86400000",
        "Mon, 23 Nov 2026 10:00:02 GMT | 1750",
        "Monday, 23-Nov-26 10:00:02 GMT | 1750",
        "Mon Nov 23 10:00:02 2026 | 1750",
        "Tue Dec  1 10:00:00 2026 | 86400000",
        "Mon, 23 Nov 2026 09:00:00 GMT | 0",
        "'Fri, 31 Dec 9999 23:59:59 GMT' | 86400000",
      })
  void tellsTheWait(String header, long millis) {
    assertThat(RetryAfter.millis(header, NOW)).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "soon",
        "1.5",
        "+5",
        "1s",
        "0x10",
        "٣",
        "1, 2",
        "2026-11-23T10:00:02Z",
        "Mon, 32 Nov 2026 10:00:02 GMT",
        "Tue, 23 Nov 2026 10:00:02 GMT"
      })
  void nonsenseIsNoWait(String header) {
    assertThat(RetryAfter.millis(header, NOW)).isNull();
  }

  @Test
  void noHeaderIsNoWait() {
    assertThat(RetryAfter.millis(null, NOW)).isNull();
  }
}
