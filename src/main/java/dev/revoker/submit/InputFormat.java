package dev.revoker.submit;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The format of an input, found out from its first line.
 *
 * @param separator between the fields of a CSV
 */
public record InputFormat(Type type, char separator) {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  /** The formats. */
  public enum Type {
    /** With a header of field names. */
    CSV,
    /** A JSON object a line. */
    NDJSON,
    /** A key a line. */
    KEYS;

    /** As it is typed. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Looks at the first line that is not blank.
   *
   * @param given the format, or null to find it out
   * @throws CommandException where it is none of the formats
   */
  static InputFormat of(InputFile input, @Nullable Type given)
      throws IOException, CommandException {
    String first = LineRows.firstLine(withoutMark(input.fromStart()));
    if (given != null) {
      return new InputFormat(given, separator(first));
    }
    if (first.isEmpty()) {
      throw CommandException.failed("the input is empty");
    }
    if (first.startsWith("{")) {
      return new InputFormat(Type.NDJSON, ',');
    }
    if (first.matches("\\p{XDigit}{8,}")) {
      return new InputFormat(Type.KEYS, ',');
    }
    if (cells(first, separator(first)).contains(CsvRows.KEY)) {
      return new InputFormat(Type.CSV, separator(first));
    }
    throw CommandException.failed(why(first));
  }

  private static String why(String first) {
    if (first.startsWith("[")) {
      return "line 1: a JSON array; NDJSON has an object a line (jq -c '.[]' converts it)";
    }
    if (first.indexOf('\0') >= 0) {
      return "line 1: this is UTF-16, or not text; save the file as UTF-8";
    }
    return "line 1: neither a JSON object, nor a CSV header with "
        + CsvRows.KEY
        + ", nor a key of hex digits; --format names the format";
  }

  /** The rows, from the first. */
  Row.Reader rows(InputStream start, RequestComposer validator)
      throws IOException, CommandException {
    InputStream in = withoutMark(start);
    return switch (type) {
      case CSV -> new CsvRows(in, separator);
      case NDJSON -> LineRows.ndjson(in, validator);
      case KEYS -> LineRows.keys(in);
    };
  }

  private static char separator(String header) {
    return Stream.of(',', ';', '\t')
        .filter(separator -> cells(header, separator).contains(CsvRows.KEY))
        .findFirst()
        .orElse(',');
  }

  private static List<String> cells(String line, char separator) {
    return Stream.of(line.split(String.valueOf(separator), -1))
        .map(cell -> cell.strip().replace("\"", ""))
        .toList();
  }

  /** Without the byte order mark that Windows puts before UTF-8. */
  private static InputStream withoutMark(InputStream in) throws IOException {
    PushbackInputStream start = new PushbackInputStream(in, BYTE_ORDER_MARK.length);
    byte[] bytes = start.readNBytes(BYTE_ORDER_MARK.length);
    if (!Arrays.equals(bytes, BYTE_ORDER_MARK)) {
      start.unread(bytes);
    }
    return start;
  }
}
