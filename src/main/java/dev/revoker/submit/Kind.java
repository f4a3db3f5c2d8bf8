package dev.revoker.submit;

import dev.revoker.message.RequestReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How an input is written, told apart by its first line.
 *
 * @param separator between the fields of a CSV
 */
record Kind(Format format, char separator) {
  private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  /**
   * Looks at the first line that is not blank.
   *
   * @param forced what it is to be, or null
   * @throws Trouble where it is nothing that can be read
   */
  static Kind of(Input input, @Nullable Format forced) throws IOException, Trouble {
    Lines lines = new Lines(unmarked(input.fromStart()), RequestReader.MAX_VALUE_BYTES);
    String first = "";
    for (byte[] line = lines.next(); line != null && first.isEmpty(); line = lines.next()) {
      first = new String(line, StandardCharsets.UTF_8).strip();
    }
    if (forced != null) {
      return new Kind(forced, separator(first));
    }
    if (first.isEmpty()) {
      throw Trouble.failed("there is nothing in it");
    }
    if (first.startsWith("{")) {
      return new Kind(Format.NDJSON, ',');
    }
    if (first.matches("\\p{XDigit}{8,}")) {
      return new Kind(Format.KEYS, ',');
    }
    if (cells(first, separator(first)).contains(Columns.KEY)) {
      return new Kind(Format.CSV, separator(first));
    }
    throw Trouble.failed(why(first));
  }

  private static String why(String first) {
    if (first.startsWith("[")) {
      return "line 1: a JSON array; NDJSON has an object a line (jq -c '.[]' makes it so)";
    }
    if (first.indexOf('\0') >= 0) {
      return "line 1: this is UTF-16 or no text; save the file as UTF-8";
    }
    return "line 1: neither a JSON object, nor a CSV header with "
        + Columns.KEY
        + ", nor a key of hex digits; --format says which it is to be";
  }

  /** The rows, from the first. */
  Rows rows(InputStream start, Rules rules) throws IOException, Trouble {
    InputStream in = unmarked(start);
    return switch (format) {
      case CSV -> new CsvRows(in, separator);
      case NDJSON -> new NdjsonRows(in, rules);
      case KEYS -> new KeyRows(in);
    };
  }

  private static char separator(String header) {
    return Stream.of(',', ';', '\t')
        .filter(separator -> cells(header, separator).contains(Columns.KEY))
        .findFirst()
        .orElse(',');
  }

  private static List<String> cells(String line, char separator) {
    return Stream.of(line.split(String.valueOf(separator), -1))
        .map(cell -> cell.strip().replace("\"", ""))
        .toList();
  }

  /** Without the byte order mark that Windows puts before UTF-8. */
  private static InputStream unmarked(InputStream in) throws IOException {
    PushbackInputStream start = new PushbackInputStream(in, MARK.length);
    byte[] mark = start.readNBytes(MARK.length);
    if (!java.util.Arrays.equals(mark, MARK)) {
      start.unread(mark);
    }
    return start;
  }
}
