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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * CSV as in RFC 4180, with a header that names the fields of a request; empty lines are skipped.
 */
final class CsvRows implements Row.Reader {
  /** The required column. */
  static final String KEY = "api_securekey";

  private static final Set<String> FIELDS =
      Set.of(
          KEY,
          "account",
          "api_token",
          "request_id",
          "reason",
          "requested_by",
          "requested_at",
          "not_after");
  private static final String LABEL = "label.";
  private static final int MAX_FIELD_CHARS = 1 << 17;
  private static final char UNDECODED = '\uFFFD';
  private static final Pattern SHOWABLE = Pattern.compile("[A-Za-z][A-Za-z0-9 _.-]{0,40}");
  private static final Pattern KEY_START = Pattern.compile("[0-9A-Fa-f]{8}");

  private final CloseableIterator<CsvRecord> records;
  private final List<String> columns;
  private final List<String> ignored = new ArrayList<>();
  private long lastLine = 1;
  private boolean broken;

  /**
   * Reads the header.
   *
   * @throws CommandException where it is wrong; shows no name that may be a key
   */
  CsvRows(InputStream in, char separator) throws CommandException {
    records =
        CsvReader.builder()
            .fieldSeparator(separator)
            .allowUnclosedQuote(false)
            .trimWhitespacesAroundQuotes(true)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .maxBufferSize(MAX_FIELD_CHARS)
            .ofCsvRecord(new InputStreamReader(in, StandardCharsets.UTF_8))
            .iterator();
    try {
      List<String> header = records.hasNext() ? records.next().getFields() : List.of();
      columns = header.stream().map(String::strip).toList();
    } catch (CsvParseException notCsv) {
      throw CommandException.failed("line 1: the header is not CSV");
    }
    checkHeader();
  }

  private void checkHeader() throws CommandException {
    Set<String> seen = new HashSet<>();
    for (String name : columns) {
      boolean known = FIELDS.contains(name) || isLabel(name);
      if (known && !seen.add(name)) {
        throw CommandException.failed("line 1: the header has the column %s twice", shown(name));
      }
      if (!known && !name.isEmpty()) {
        ignored.add(shown(name));
      }
    }
    if (!seen.contains(KEY)) {
      throw CommandException.failed("line 1: the header has no column " + KEY);
    }
  }

  /** Whether reading ended before the end of the input. */
  boolean isBroken() {
    return broken;
  }

  /** Columns that no request has, as they may be shown. */
  List<String> ignored() {
    return ignored;
  }

  @Override
  public Row.@Nullable Raw next() throws IOException {
    if (broken) {
      return null;
    }
    try {
      return records.hasNext() ? row(records.next()) : null;
    } catch (CsvParseException e) {
      broken = true;
      return new Row.Broken(
          lastLine + 1,
          "from here on it is not CSV: a quote is not closed, or stands inside a field, or a field"
              + " is too long; the rest was not read");
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Row.Raw row(CsvRecord record) {
    lastLine = record.getStartingLineNumber();
    List<String> cells = record.getFields();
    if (cells.size() != columns.size()) {
      return new Row.Broken(
          lastLine, "it has " + cells.size() + " fields, the header has " + columns.size());
    }
    for (String cell : cells) {
      if (containsAKeyAfterItsFirstLine(cell)) {
        return new Row.Broken(
            lastLine,
            "a field continues on the next line and has a key there: is a quote left open?");
      }
      if (cell.indexOf(UNDECODED) >= 0) {
        return new Row.Broken(lastLine, "it is not UTF-8; save the file as UTF-8");
      }
    }
    return new Row.Parsed(lastLine, request(cells));
  }

  /** An empty cell counts as absent. */
  private ObjectNode request(List<String> cells) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    ObjectNode labels = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < columns.size(); i++) {
      String name = columns.get(i);
      String cell = cells.get(i).strip();
      if (!cell.isEmpty() && FIELDS.contains(name)) {
        request.put(name, cell);
      } else if (!cell.isEmpty() && isLabel(name)) {
        labels.put(name.substring(LABEL.length()), cell);
      }
    }
    return labels.isEmpty() ? request : request.set("labels", labels);
  }

  private static boolean containsAKeyAfterItsFirstLine(String cell) {
    int lineEnd = Math.max(cell.indexOf('\n'), cell.indexOf('\r'));
    return lineEnd >= 0 && KEY_START.matcher(cell).find(lineEnd);
  }

  private static boolean isLabel(String name) {
    return name.startsWith(LABEL) && name.length() > LABEL.length();
  }

  private static String shown(String name) {
    return SHOWABLE.matcher(name).matches() && !Console.looksLikeKey(name) ? name : "(not shown)";
  }
}
