package dev.revoker.submit;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * What the first reading of an input came to.
 *
 * @param rows of them all, the last one's number
 * @param broken whether there is more behind the last row that could not be read
 * @param digest of the content
 */
@SuppressWarnings("ArrayRecordComponent") // only hashed
record Checked(long rows, long good, boolean broken, byte[] digest) {
  /** Reads all of it. */
  static Checked read(Pass pass, Consumer<Row.Bad> tell) throws IOException {
    long rows = 0;
    long good = 0;
    for (Row row = pass.next(); row != null; row = pass.next()) {
      rows = row.number();
      switch (row) {
        case Row.Good fine -> good++;
        case Row.Bad bad -> tell.accept(bad);
      }
    }
    return new Checked(rows, good, pass.broken(), pass.digest());
  }

  long bad() {
    return rows - good;
  }
}
