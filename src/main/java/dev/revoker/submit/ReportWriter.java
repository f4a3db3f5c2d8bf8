package dev.revoker.submit;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.revoker.model.ResultError;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes each row's result in the order of the input, as CSV or JSON, without a key. */
final class ReportWriter {
  /** The outcome of a row that is not valid. */
  static final String NOT_SENT = "not_sent";

  /** The outcome of a row without a result. */
  static final String NO_RESULT = "no_result";

  private static final List<String> COLUMNS =
      List.of(
          "row",
          "line",
          "request_id",
          "outcome",
          "status",
          "key_state",
          "key_fingerprint",
          "account",
          "lane",
          "reason",
          "requested_by",
          "http_status",
          "error_type",
          "error_comment",
          "retriable",
          "attempts",
          "uncertain_attempts",
          "received_at",
          "completed_at",
          "source",
          "worker");

  /** The start of a cell that a spreadsheet would calculate, behind blanks and quotes too. */
  private static final Pattern FORMULA =
      Pattern.compile("[\\s\"']*[=+\\-@\uFF0B\uFF0D\uFF1D\uFF20].*|[\\t\\r\\n].*", Pattern.DOTALL);

  /** The same behind a character that some spreadsheets take for the end of a cell. */
  private static final Pattern INNER_FORMULA =
      Pattern.compile("([;\\t\\r\\n])(?=[\\s\"']*[=+\\-@\uFF0B\uFF0D\uFF1D\uFF20])");

  private static final JsonMapper JSON = new JsonMapper();

  private final ReportFile report;
  private final InputScan scan;
  private final ResultSpool spool;
  private long rows;

  ReportWriter(ReportFile report, InputScan scan, ResultSpool spool) {
    this.report = report;
    this.scan = scan;
    this.spool = spool;
  }

  /**
   * Writes all rows.
   *
   * @param digest the input's, when it was sent
   * @return how many rows were written
   * @throws CommandException if the input has changed since; then there is no report
   */
  long write(byte[] digest) throws IOException, CommandException {
    report.write(
        file -> {
          write(file);
          if (!Arrays.equals(scan.digest(), digest)) {
            throw CommandException.failed(
                "the file was changed before all results came: there is no report. With the file"
                    + " as it was, the same command with --resume writes it");
          }
        });
    return rows;
  }

  private void write(Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      if (report.isCsv()) {
        writeCsv(CsvWriter.builder().build(out));
      } else {
        writeJson(out);
      }
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void writeCsv(CsvWriter out) throws IOException {
    out.writeRecord(COLUMNS);
    for (Row row = scan.next(); row != null; row = scan.next()) {
      ObjectNode result = result(row);
      List<String> cells = new ArrayList<>(COLUMNS.size());
      for (String column : COLUMNS) {
        cells.add(harmless(cell(result, column)));
      }
      out.writeRecord(cells);
    }
    out.flush();
  }

  private void writeJson(BufferedWriter out) throws IOException {
    boolean array = report.isArray();
    out.write(array ? "[" : "");
    for (Row row = scan.next(); row != null; row = scan.next()) {
      out.write(array ? (rows > 0 ? ",\n" : "\n") : "");
      out.write(JSON.writeValueAsString(result(row)));
      out.write(array ? "" : "\n");
    }
    out.write(array ? "\n]\n" : "");
  }

  private ObjectNode result(Row row) throws IOException {
    rows++;
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("row", row.number()).put("line", row.line());
    switch (row) {
      case Row.Valid valid -> {
        ObjectNode result = spool.get(row.number());
        if (result != null) {
          line.setAll(result);
        } else {
          line.put("request_id", valid.requestId()).put("outcome", NO_RESULT);
          line.put("key_fingerprint", valid.fingerprint()).put("account", valid.account());
        }
      }
      case Row.Invalid invalid -> {
        line.put("outcome", NOT_SENT);
        line.putObject("error")
            .put("type", ResultError.MALFORMED_REQUEST)
            .put("comment", invalid.why());
      }
    }
    return line;
  }

  /** With an apostrophe before a formula: a spreadsheet then shows the cell as text. */
  static String harmless(String cell) {
    String inner = INNER_FORMULA.matcher(cell).replaceAll("$1'");
    return FORMULA.matcher(inner).matches() ? "'" + inner : inner;
  }

  private static String cell(ObjectNode result, String column) {
    return switch (column) {
      case "error_type" -> text(result.path("error").path("type"));
      case "error_comment" -> text(result.path("error").path("comment"));
      case "source" -> source(result.path("source"));
      default -> text(result.path(column));
    };
  }

  private static String source(JsonNode source) {
    return source.isObject()
        ? text(source.path("topic"))
            + "-"
            + text(source.path("partition"))
            + "-"
            + text(source.path("offset"))
        : "";
  }

  private static String text(JsonNode value) {
    return value.isMissingNode() || value.isNull() ? "" : value.asString("");
  }
}
