package dev.revoker.submit;

import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One pass over an input, from its start. Only one pass at a time. */
final class InputScan {
  /** A report has a column for each. */
  private static final int MAX_LABEL_NAMES = 100;

  private final DigestInputStream in;
  private final Row.Reader rows;
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
    try {
      this.in = new DigestInputStream(input.fromStart(), MessageDigest.getInstance("SHA-256"));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK lacks SHA-256", e);
    }
    this.rows = format.rows(in, composer);
    this.composer = composer;
    this.batch = batch;
  }

  /** The next row, or null after the last. */
  @Nullable Row next() throws IOException {
    Row.Raw raw = rows.next();
    return raw == null ? null : composer.row(raw, ++number, batch);
  }

  /** Reads all rows, and hands on those that are not valid. */
  ScanSummary summarize(Consumer<Row.Invalid> invalid) throws IOException {
    long valid = 0;
    KeyFingerprintIndex keys = new KeyFingerprintIndex();
    Set<String> labels = new LinkedHashSet<>();
    for (Row row = next(); row != null; row = next()) {
      switch (row) {
        case Row.Valid fine -> {
          valid++;
          if (fine.number() <= SubmitBatch.MAX_ROWS) {
            keys.note(fine.number(), fine.fingerprint());
          }
          if (labels.size() < MAX_LABEL_NAMES) {
            labels.addAll(fine.echo().labels().keySet());
          }
        }
        case Row.Invalid wrong -> invalid.accept(wrong);
      }
    }
    labels.removeAll(Set.of(SubmitBatch.ID_LABEL, SubmitBatch.ROW_LABEL));
    return new ScanSummary(number, valid, isBroken(), digest(), keys, List.copyOf(labels));
  }

  /** Whether the rest after the last row cannot be read. */
  boolean isBroken() {
    return rows.isBroken();
  }

  /** What people should know of what is not sent; after the last row. */
  List<String> notes() {
    return rows.notes();
  }

  /** The SHA-256 of the whole input. Ends the pass. */
  byte[] digest() throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
    return in.getMessageDigest().digest();
  }

  /**
   * The outcome of a whole pass.
   *
   * @param rows how many rows there are
   * @param valid how many of them can be sent
   * @param broken whether the rest after the last row cannot be read
   * @param digest the SHA-256 of the content
   * @param keys each valid row's key
   * @param labels the names of the rows' own labels
   */
  @SuppressWarnings("ArrayRecordComponent") // only compared by its content
  record ScanSummary(
      long rows,
      long valid,
      boolean broken,
      byte[] digest,
      KeyFingerprintIndex keys,
      List<String> labels) {
    long invalid() {
      return rows - valid;
    }
  }
}
