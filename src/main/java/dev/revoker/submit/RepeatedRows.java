package dev.revoker.submit;

import java.util.Arrays;

/**
 * Rows whose key an earlier row has too. Such a key is sent once, for its first row. Four bytes a
 * row, and none where no key is repeated. Immutable.
 */
final class RepeatedRows {
  /** For each row the first row with its key; 0 where the row is the first. */
  private final int[] first;

  private final long count;

  private RepeatedRows(int[] first, long count) {
    this.first = first;
    this.count = count;
  }

  /** Compares the keys of the rows 1 to {@code rows}. */
  static RepeatedRows of(KeyFingerprintIndex keys, long rows) {
    long[] repeated = repeated(keys, (int) rows);
    if (repeated.length == 0) {
      return new RepeatedRows(new int[0], 0);
    }
    int[] firstOfKey = new int[repeated.length];
    int[] first = new int[(int) rows + 1];
    long count = 0;
    for (int row = 1; row <= rows; row++) {
      int key = Arrays.binarySearch(repeated, keys.bits(row));
      if (key >= 0 && firstOfKey[key] == 0) {
        firstOfKey[key] = row;
      } else if (key >= 0) {
        first[row] = firstOfKey[key];
        count++;
      }
    }
    return new RepeatedRows(first, count);
  }

  /** The keys that occur more than once, in ascending order. */
  private static long[] repeated(KeyFingerprintIndex keys, int rows) {
    long[] all = new long[rows];
    for (int row = 1; row <= rows; row++) {
      all[row - 1] = keys.bits(row);
    }
    Arrays.sort(all);
    int found = 0;
    for (int i = 1; i < rows; i++) {
      boolean again = all[i] != 0 && all[i] == all[i - 1];
      if (again && (found == 0 || all[found - 1] != all[i])) {
        all[found++] = all[i];
      }
    }
    return Arrays.copyOf(all, found);
  }

  /** The first row with this row's key; 0 where this row is the first. */
  long firstOf(long row) {
    return row < first.length ? first[(int) row] : 0;
  }

  /** How many rows are not sent because an earlier row has their key. */
  long count() {
    return count;
  }
}
