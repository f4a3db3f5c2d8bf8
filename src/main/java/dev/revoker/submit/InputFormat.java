package dev.revoker.submit;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The format of an input, found out from its start.
 *
 * @param separator between the fields of a CSV
 * @param rules which findings of a scanner are sent; empty for the usual ones
 */
public record InputFormat(Type type, char separator, List<String> rules) {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
  private static final int HEAD_BYTES = 1 << 16;

  /** A line that Excel and LibreOffice read and write before the header. */
  private static final Pattern SEPARATOR_LINE = Pattern.compile("\"?(?i:sep)=(.)\"?.*");

  private static final Pattern SARIF =
      Pattern.compile("\"(version\"\\s*:\\s*\"2\\.1\\.0\"|runs\"\\s*:\\s*\\[)|sarif-schema");

  /** The formats. */
  public enum Type {
    /** With a header of field names. */
    CSV,
    /** A JSON object a line. */
    NDJSON,
    /** A key a line. */
    KEYS,
    /** The report of TruffleHog. */
    TRUFFLEHOG,
    /** The report of gitleaks. */
    GITLEAKS,
    /** A report in SARIF 2.1.0. */
    SARIF;

    /** As it is typed. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    boolean isReport() {
      return this == TRUFFLEHOG || this == GITLEAKS || this == SARIF;
    }
  }

  /**
   * Looks at the start of the input.
   *
   * @param given the format, or null to find it out
   * @param rules which findings of a scanner are sent; empty for the usual ones
   * @throws CommandException where it is none of the formats, or rules are given for another one
   */
  static InputFormat of(InputFile input, @Nullable Type given, List<String> rules)
      throws IOException, CommandException {
    String head = head(input);
    Type type = given == null ? type(head) : given;
    if (!rules.isEmpty() && !type.isReport()) {
      throw CommandException.usage(
          "--rule: the input is not the report of a scanner, but " + type + "; see --format");
    }
    return new InputFormat(type, separator(head), rules);
  }

  private static Type type(String head) throws CommandException {
    String first = firstLine(head);
    if (first.isEmpty()) {
      throw CommandException.failed("the input is empty");
    }
    if (first.startsWith("{")) {
      boolean finding = first.contains("\"DetectorName\"") && first.contains("\"Raw\"");
      if (finding) {
        return Type.TRUFFLEHOG;
      }
      return SARIF.matcher(head).find() && !first.contains(CsvRows.KEY) ? Type.SARIF : Type.NDJSON;
    }
    if (first.startsWith("[") && (head.contains("\"RuleID\"") || isEmptyArray(head))) {
      return Type.GITLEAKS;
    }
    if (first.matches("\\p{XDigit}{8,}")) {
      return Type.KEYS;
    }
    if (isHeader(headerLine(head), separator(head))) {
      return Type.CSV;
    }
    throw CommandException.failed(why(first));
  }

  private static boolean isEmptyArray(String head) {
    return head.replaceAll("\\s", "").equals("[]");
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
        + ", nor a key of hex digits, nor the report of a scanner; --format names the format";
  }

  /** The rows, from the first. */
  Row.Reader rows(InputStream start, RequestComposer validator)
      throws IOException, CommandException {
    InputStream in = withoutMark(start);
    return switch (type) {
      case CSV -> new CsvRows(in, separator);
      case NDJSON -> LineRows.ndjson(in, validator);
      case KEYS -> LineRows.keys(in);
      case TRUFFLEHOG -> new FindingRows(FindingRows.Scanner.TRUFFLEHOG, in, rules);
      case GITLEAKS -> new FindingRows(FindingRows.Scanner.GITLEAKS, in, rules);
      case SARIF -> new FindingRows(FindingRows.Scanner.SARIF, in, rules);
    };
  }

  /** The separator that the file names, else the one with which the header has its column. */
  private static char separator(String head) {
    Matcher named = SEPARATOR_LINE.matcher(firstLine(head));
    if (named.matches()) {
      return named.group(1).charAt(0);
    }
    String header = headerLine(head);
    return Stream.of(',', ';', '\t', '|')
        .filter(separator -> isHeader(header, separator))
        .findFirst()
        .orElse(',');
  }

  /** Whether the line is one that names the separator. */
  static boolean isSeparatorLine(String line) {
    return SEPARATOR_LINE.matcher(line).matches();
  }

  private static boolean isHeader(String line, char separator) {
    return Stream.of(line.split(Pattern.quote(String.valueOf(separator)), -1))
        .map(cell -> CsvRows.field(cell.replace("\"", "")))
        .anyMatch(CsvRows.KEY::equals);
  }

  private static String headerLine(String head) {
    return head.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !isSeparatorLine(line))
        .findFirst()
        .orElse("");
  }

  private static String firstLine(String head) {
    return head.lines().map(String::strip).filter(line -> !line.isEmpty()).findFirst().orElse("");
  }

  private static String head(InputFile input) throws IOException {
    byte[] bytes = withoutMark(input.fromStart()).readNBytes(HEAD_BYTES);
    return new String(bytes, StandardCharsets.UTF_8);
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
