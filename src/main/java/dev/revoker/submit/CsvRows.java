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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** CSV as RFC 4180 has it, with a header; empty lines do not count. */
final class CsvRows implements Rows {
  /** For one field. */
  private static final int MAX_CHARS = 1 << 17;

  private static final char UNDECODED = '\uFFFD';

  private static final Pattern KEY = Pattern.compile("[0-9A-Fa-f]{8}");

  private final CloseableIterator<CsvRecord> records;
  private final Columns columns;
  private long lastLine = 1;
  private boolean broken;

  /**
   * Reads the header.
   *
   * @throws Trouble where it will not do
   */
  CsvRows(InputStream in, char separator) throws Trouble {
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
      columns = Columns.of(records.hasNext() ? records.next().getFields() : List.of());
    } catch (CsvParseException notCsv) {
      throw Trouble.failed("line 1: the header is not CSV");
    }
  }

  /** Whether it ended before the input did. */
  boolean broken() {
    return broken;
  }

  Columns columns() {
    return columns;
  }

  @Override
  public @Nullable Raw next() throws IOException {
    if (broken) {
      return null;
    }
    try {
      return records.hasNext() ? row(records.next()) : null;
    } catch (CsvParseException e) {
      broken = true;
      return new Raw.Broken(
          lastLine + 1,
          "from here on it is not CSV: a quote is not closed, or stands inside a field, or a field"
              + " is too long; nothing behind it was looked at");
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Raw row(CsvRecord cells) {
    lastLine = cells.getStartingLineNumber();
    if (cells.getFieldCount() != columns.count()) {
      return new Raw.Broken(
          lastLine,
          "it has %d fields, the header has %d".formatted(cells.getFieldCount(), columns.count()));
    }
    for (String cell : cells.getFields()) {
      if (swallowedAKey(cell)) {
        return new Raw.Broken(
            lastLine,
            "a field goes on over the next line, with a key in it: is a quote left open?");
      }
      if (cell.indexOf(UNDECODED) >= 0) {
        return new Raw.Broken(lastLine, "it is not UTF-8; save the file as UTF-8");
      }
    }
    return new Raw.Taken(lastLine, columns.request(cells.getFields()));
  }

  private static boolean swallowedAKey(String cell) {
    int lineEnd = Math.max(cell.indexOf('\n'), cell.indexOf('\r'));
    return lineEnd >= 0 && KEY.matcher(cell).find(lineEnd);
  }
}
