package dev.revoker.ops;

import java.time.Duration;
import java.util.stream.Stream;

/**
 * Where the histograms are cut: few enough that a scrape stays small, and where one looks. (The
 * library's own buckets would be some seventy for each series.)
 */
final class Buckets {
  /** API calls and transactions: they end by a time-out of seconds. */
  static final Duration[] CALL =
      cuts("2ms 5ms 10ms 25ms 50ms 100ms 250ms 500ms 1s 2500ms 5s 10s 30s 60s");

  /** Received to committed: back-off and outages stretch it to an hour. */
  static final Duration[] REQUEST =
      cuts("5ms 10ms 25ms 50ms 100ms 250ms 500ms 1s 2500ms 5s 10s 30s 60s 300s 900s 3600s");

  /** Requested to committed: time in the topic comes on top, up to a day. */
  static final Duration[] AGE =
      cuts("10ms 25ms 50ms 100ms 250ms 500ms 1s 5s 10s 30s 60s 300s 900s 3600s 14400s 86400s");

  private Buckets() {}

  private static Duration[] cuts(String words) {
    return Stream.of(words.split(" ", -1)).map(Buckets::duration).toArray(Duration[]::new);
  }

  private static Duration duration(String word) {
    return word.endsWith("ms")
        ? Duration.ofMillis(Long.parseLong(word, 0, word.length() - 2, 10))
        : Duration.ofSeconds(Long.parseLong(word, 0, word.length() - 1, 10));
  }
}
