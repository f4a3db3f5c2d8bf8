package dev.revoker.submit;

import org.jspecify.annotations.Nullable;

/**
 * Which key each row's request was about, as a hash of its fingerprint, so that a row of another
 * file is not taken for this one's. Any thread.
 */
final class Prints {
  /** The header of a request that tells it. */
  static final String HEADER = "key_fingerprint";

  /** 0 where nothing is known. */
  private final int[] prints;

  /** For rows 1 to this. */
  Prints(long rows) {
    prints = new int[(int) rows + 1];
  }

  /** The row's request is about this key. */
  synchronized void note(long row, String fingerprint) {
    if (known(row)) {
      prints[(int) row] = fingerprint.hashCode();
    }
  }

  /** The same, where nothing else is known. */
  synchronized void noteFirst(long row, String fingerprint) {
    if (known(row) && prints[(int) row] == 0) {
      prints[(int) row] = fingerprint.hashCode();
    }
  }

  /** Whether this is certainly another key than the row's. */
  synchronized boolean differ(long row, @Nullable String fingerprint) {
    return fingerprint != null
        && !fingerprint.isEmpty()
        && known(row)
        && prints[(int) row] != 0
        && prints[(int) row] != fingerprint.hashCode();
  }

  private boolean known(long row) {
    return row > 0 && row < prints.length;
  }
}
