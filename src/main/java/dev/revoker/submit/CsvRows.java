package dev.revoker.submit;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** CSV as in RFC 4180, with a header; empty lines are skipped. */
final class CsvRows implements RawRow.Reader {
  /** The longest field. */
  private static final int MAX_CHARS = 1 << 17;

  private static final char UNDECODED = '\uFFFD';

  private static final Pattern KEY = Pattern.compile("[0-9A-Fa-f]{8}");

  private final CloseableIterator<CsvRecord> records;
  private final CsvHeader header;
  private long lastLine = 1;
  private boolean broken;

  /**
   * Reads the header.
   *
   * @throws CommandException where it is wrong
   */
  CsvRows(InputStream in, char separator) throws CommandException {
    records =
        CsvReader.builder()
            .fieldSeparator(separator)
            .allowUnclosedQuote(false)
            .trimWhitespacesAroundQuotes(true)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .maxBufferSize(MAX_CHARS)
            .ofCsvRecord(new InputStreamReader(in, StandardCharsets.UTF_8))
            .iterator();
    try {
      header = CsvHeader.of(records.hasNext() ? records.next().getFields() : List.of());
    } catch (CsvParseException notCsv) {
      throw CommandException.failed("line 1: the header is not CSV");
    }
  }

  /** Whether reading ended before the end of the input. */
  boolean isBroken() {
    return broken;
  }

  CsvHeader header() {
    return header;
  }

  @Override
  public @Nullable RawRow next() throws IOException {
    if (broken) {
      return null;
    }
    try {
      return records.hasNext() ? row(records.next()) : null;
    } catch (CsvParseException e) {
      broken = true;
      return new RawRow.Broken(
          lastLine + 1,
          "from here on it is not CSV: a quote is not closed, or stands inside a field, or a field"
              + " is too long; the rest was not read");
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private RawRow row(CsvRecord cells) {
    lastLine = cells.getStartingLineNumber();
    if (cells.getFieldCount() != header.count()) {
      return new RawRow.Broken(
          lastLine,
          String.format(
              Locale.ROOT,
              "it has %d fields, the header has %d",
              cells.getFieldCount(),
              header.count()));
    }
    for (String cell : cells.getFields()) {
      if (containsAKeyAfterItsFirstLine(cell)) {
        return new RawRow.Broken(
            lastLine,
            "a field continues on the next line and has a key there: is a quote left open?");
      }
      if (cell.indexOf(UNDECODED) >= 0) {
        return new RawRow.Broken(lastLine, "it is not UTF-8; save the file as UTF-8");
      }
    }
    return new RawRow.Parsed(lastLine, header.request(cells.getFields()));
  }

  private static boolean containsAKeyAfterItsFirstLine(String cell) {
    int lineEnd = Math.max(cell.indexOf('\n'), cell.indexOf('\r'));
    return lineEnd >= 0 && KEY.matcher(cell).find(lineEnd);
  }
}
