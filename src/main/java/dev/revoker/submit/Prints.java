package dev.revoker.submit;

/**
 * Which key each row's request was about, as a hash of its fingerprint, so that a row of another
 * file is not taken for this one's. Any thread.
 */
final class Prints {
  /** The header of a request that tells it. */
  static final String HEADER = "key_fingerprint";

  /** Without a secret: the same key has the same one wherever it was made. */
  private static final String PLAIN = "sha256:";

  /** 0 where nothing is known; odd where the fingerprint is plain. */
  private final int[] prints;

  /** For rows 1 to this. */
  Prints(long rows) {
    prints = new int[(int) rows + 1];
  }

  /** The row's request is about this key. */
  synchronized void note(long row, String fingerprint) {
    if (known(row)) {
      prints[(int) row] = print(fingerprint);
    }
  }

  /** The same, where nothing else is known. */
  synchronized void noteFirst(long row, String fingerprint) {
    if (known(row) && prints[(int) row] == 0) {
      prints[(int) row] = print(fingerprint);
    }
  }

  /** Whether this is another key than the row's, or was made with another secret. */
  synchronized boolean differ(long row, String fingerprint) {
    return known(row) && prints[(int) row] != 0 && prints[(int) row] != print(fingerprint);
  }

  /**
   * Whether this is another key than the row's, whatever secret a worker has: a submit without the
   * worker's {@code fingerprint.secret} must know its results all the same.
   */
  synchronized boolean areOfTwoKeys(long row, String fingerprint) {
    return fingerprint.startsWith(PLAIN)
        && known(row)
        && (prints[(int) row] & 1) == 1
        && differ(row, fingerprint);
  }

  private static int print(String fingerprint) {
    int hash = fingerprint.hashCode();
    return fingerprint.startsWith(PLAIN) ? hash | 1 : (hash & ~1) == 0 ? 2 : hash & ~1;
  }

  private boolean known(long row) {
    return row > 0 && row < prints.length;
  }
}
