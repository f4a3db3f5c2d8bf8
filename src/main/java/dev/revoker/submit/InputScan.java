package dev.revoker.submit;

import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One pass over an input, from its start. Only one pass at a time. */
final class InputScan {
  private final DigestInputStream in;
  private final RawRow.Reader rows;
  private final RequestComposer composer;
  private final SubmitBatch batch;
  private long number;

  /**
   * Starts at the first row.
   *
   * @throws CommandException where the header of a CSV is wrong
   */
  InputScan(InputFile input, InputFormat format, RequestComposer composer, SubmitBatch batch)
      throws IOException, CommandException {
    this.in = new DigestInputStream(input.fromStart(), sha256());
    this.rows = format.rows(in, composer.validator());
    this.composer = composer;
    this.batch = batch;
  }

  /** The next row, or null after the last. */
  @Nullable Row next() throws IOException {
    RawRow raw = rows.next();
    return raw == null ? null : composer.row(raw, ++number, batch);
  }

  /** Reads all rows, and hands on those that are not valid. */
  ScanSummary summarize(Consumer<Row.Invalid> invalid) throws IOException {
    long valid = 0;
    for (Row row = next(); row != null; row = next()) {
      switch (row) {
        case Row.Valid fine -> valid++;
        case Row.Invalid wrong -> invalid.accept(wrong);
      }
    }
    return new ScanSummary(number, valid, isBroken(), digest());
  }

  /** Whether the rest after the last row cannot be read. */
  boolean isBroken() {
    return rows instanceof CsvRows csv && csv.isBroken();
  }

  /** Columns of a CSV that no request has. */
  List<String> ignoredColumns() {
    return rows instanceof CsvRows csv ? csv.header().ignored() : List.of();
  }

  /** The SHA-256 of the whole input. Ends the pass. */
  byte[] digest() throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
    return in.getMessageDigest().digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK lacks SHA-256", e);
    }
  }

  /**
   * The outcome of a whole pass.
   *
   * @param rows how many rows there are
   * @param valid how many of them can be sent
   * @param broken whether the rest after the last row cannot be read
   * @param digest the SHA-256 of the content
   */
  @SuppressWarnings("ArrayRecordComponent") // only compared by its content
  record ScanSummary(long rows, long valid, boolean broken, byte[] digest) {
    long invalid() {
      return rows - valid;
    }
  }
}
