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
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
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
          "username",
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

  /** A cell that may be a key. Dates and phone numbers have no letters, and fewer digits. */
  private static final Pattern KEY_CELL =
      Pattern.compile(
          "(?mi)(?:^|[,;|\\t\"])\\s*(?=\\d*[a-f]|\\d{16})[0-9a-f]{8,}\\s*(?:$|[,;|\\t\"])");

  /** Blanks, and characters without width that spreadsheets and mails add. */
  private static final Pattern MARGIN =
      Pattern.compile("^[\\s\u00a0\u200b\ufeff]+|[\\s\u00a0\u200b\ufeff]+$");

  /** How spreadsheets write digits that are to remain a text. */
  private static final Pattern TEXT_CELL = Pattern.compile("=\"(.*)\"|'(.*)");

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
      CsvRecord header = records.hasNext() ? records.next() : null;
      if (header != null && InputFormat.isSeparatorLine(header.getField(0) + separator)) {
        header = records.hasNext() ? records.next() : null;
      }
      lastLine = header == null ? 1 : header.getStartingLineNumber();
      columns =
          header == null ? List.of() : header.getFields().stream().map(CsvRows::field).toList();
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
        throw CommandException.failed(
            "line %d: the header has the column %s twice", lastLine, shown(name));
      }
      if (!known && !name.isEmpty()) {
        ignored.add(shown(name));
      }
    }
    if (!seen.contains(KEY)) {
      throw CommandException.failed("line %d: the header has no column %s", lastLine, KEY);
    }
  }

  /** The field that a column is named after, in any case; the name of another column as it is. */
  static String field(String column) {
    String name = trimmed(column);
    String lower = name.toLowerCase(Locale.ROOT).replace(' ', '_').replace('-', '_');
    if (FIELDS.contains(lower)) {
      return lower;
    }
    return lower.startsWith(LABEL) ? LABEL + name.substring(LABEL.length()) : name;
  }

  @Override
  public boolean isBroken() {
    return broken;
  }

  @Override
  public List<String> notes() {
    return ignored.stream().map(name -> "the column " + name + " is ignored").toList();
  }

  @Override
  public Row.@Nullable Raw next() throws IOException {
    if (broken) {
      return null;
    }
    try {
      while (records.hasNext()) {
        CsvRecord record = records.next();
        // Spreadsheets write separators alone for rows that were cleared.
        if (record.getFields().stream().anyMatch(cell -> !trimmed(cell).isEmpty())) {
          return row(record);
        }
      }
      return null;
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
    int count = cells.size();
    while (count > columns.size() && trimmed(cells.get(count - 1)).isEmpty()) {
      count--;
    }
    if (count != columns.size()) {
      return new Row.Broken(
          lastLine, "it has " + count + " fields, the header has " + columns.size());
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
      String cell = trimmed(cells.get(i));
      Matcher text = TEXT_CELL.matcher(cell);
      if (text.matches() && (name.equals(KEY) || name.equals("api_token"))) {
        cell = text.group(1) == null ? text.group(2) : text.group(1);
      }
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
    return lineEnd >= 0 && KEY_CELL.matcher(cell.substring(lineEnd)).find();
  }

  private static String trimmed(String cell) {
    return MARGIN.matcher(cell).replaceAll("");
  }

  private static boolean isLabel(String name) {
    return name.startsWith(LABEL) && name.length() > LABEL.length();
  }

  private static String shown(String name) {
    return SHOWABLE.matcher(name).matches() && !Console.looksLikeKey(name) ? name : "(not shown)";
  }
}
