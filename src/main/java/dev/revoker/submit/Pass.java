package dev.revoker.submit;

import java.io.IOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One reading of an input from its start. A pass at a time. */
final class Pass {
  private final DigestInputStream in;
  private final Rows rows;
  private final Composer composer;
  private final Batch batch;
  private long number;

  /**
   * Begins.
   *
   * @throws Trouble where the header of a CSV will not do
   */
  Pass(Input input, Kind kind, Composer composer, Batch batch) throws IOException, Trouble {
    this.in = new DigestInputStream(input.fromStart(), sha256());
    this.rows = kind.rows(in, composer.rules());
    this.composer = composer;
    this.batch = batch;
  }

  /** The next row, or null after the last. */
  @Nullable Row next() throws IOException {
    Raw raw = rows.next();
    return raw == null ? null : composer.row(raw, ++number, batch);
  }

  /** Whether what lies behind the last row could not be read. */
  boolean broken() {
    return rows instanceof CsvRows csv && csv.broken();
  }

  /** Columns of a CSV that mean nothing. */
  List<String> ignoredColumns() {
    return rows instanceof CsvRows csv ? csv.columns().ignored() : List.of();
  }

  /** Of everything in the input. Ends the pass. */
  byte[] digest() throws IOException {
    in.transferTo(java.io.OutputStream.nullOutputStream());
    return in.getMessageDigest().digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK lacks SHA-256", e);
    }
  }
}
