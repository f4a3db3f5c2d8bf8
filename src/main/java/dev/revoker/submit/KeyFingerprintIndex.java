package dev.revoker.submit;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which key each row is about: 64 bits of its fingerprint, so that nobody can make another key that
 * passes for it. Memory is taken for rows that are noted, in pages. One thread.
 */
final class KeyFingerprintIndex {
  private static final Pattern FINGERPRINT = Pattern.compile("(hmac-)?sha256:[0-9a-f]{64}");
  private static final int PAGE_ROWS = 1_024;
  private static final int DIGITS = 16;

  private final Map<Long, long[]> pages = new HashMap<>();

  /** Whether the text is a fingerprint as results show it. */
  static boolean isFingerprint(String text) {
    return FINGERPRINT.matcher(text).matches();
  }

  /** The row is about this key; a text that is not a fingerprint changes nothing. */
  void note(long row, String fingerprint) {
    if (isFingerprint(fingerprint)) {
      page(row)[(int) (row % PAGE_ROWS)] = bits(fingerprint);
    }
  }

  /** Whether a key was noted for the row. */
  boolean isNoted(long row) {
    return bits(row) != 0;
  }

  /** Whether the row is about this key, and the fingerprint was made with the same secret. */
  boolean matches(long row, String fingerprint) {
    return isFingerprint(fingerprint) && bits(row) == bits(fingerprint);
  }

  /** The noted part of the fingerprint; 0 where none was noted. */
  long bits(long row) {
    long[] page = pages.get(row / PAGE_ROWS);
    return page == null ? 0 : page[(int) (row % PAGE_ROWS)];
  }

  private long[] page(long row) {
    return pages.computeIfAbsent(row / PAGE_ROWS, unused -> new long[PAGE_ROWS]);
  }

  /** Never 0. */
  private static long bits(String fingerprint) {
    int from = fingerprint.indexOf(':') + 1;
    long bits = Long.parseUnsignedLong(fingerprint, from, from + DIGITS, 16);
    long kept = fingerprint.startsWith("hmac-") ? ~bits : bits;
    return kept == 0 ? 1 : kept;
  }
}
