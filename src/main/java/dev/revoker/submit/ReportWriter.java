package dev.revoker.submit;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.revoker.model.Request.Echo;
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
  private final RepeatedRows repeated;
  private final ResultSpool spool;
  private long rows;

  ReportWriter(ReportFile report, InputScan scan, RepeatedRows repeated, ResultSpool spool) {
    this.report = report;
    this.scan = scan;
    this.repeated = repeated;
    this.spool = spool;
  }

  /**
   * Writes all rows.
   *
   * @param summary the input's, when it was validated
   * @return how many rows were written
   * @throws CommandException if the input has changed since; then there is no report
   */
  long write(InputScan.ScanSummary summary) throws IOException, CommandException {
    report.write(
        file -> {
          write(file, summary.labels());
          if (!Arrays.equals(scan.digest(), summary.digest())) {
            throw CommandException.failed(
                "the file was changed before all results came: there is no report. With the file"
                    + " as it was, the same command with --resume writes it");
          }
        });
    return rows;
  }

  private void write(Path file, List<String> labels) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      if (report.isCsv()) {
        writeCsv(CsvWriter.builder().build(out), labels);
      } else {
        writeJson(out);
      }
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void writeCsv(CsvWriter out, List<String> labels) throws IOException {
    List<String> header = new ArrayList<>(COLUMNS);
    labels.forEach(name -> header.add(harmless("label." + name)));
    out.writeRecord(header);
    for (Row row = scan.next(); row != null; row = scan.next()) {
      ObjectNode result = result(row);
      List<String> cells = new ArrayList<>(header.size());
      COLUMNS.forEach(column -> cells.add(harmless(cell(result, column))));
      labels.forEach(name -> cells.add(harmless(text(result.path("labels").path(name)))));
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
        long first = repeated.firstOf(row.number());
        ObjectNode result = spool.get(first == 0 ? row.number() : first);
        Echo own = valid.echo();
        if (result == null) {
          line.put("request_id", own.requestId()).put("outcome", NO_RESULT);
          line.put("key_fingerprint", valid.fingerprint()).put("account", own.account());
        } else {
          line.setAll(result);
        }
        if (result == null || first > 0) {
          // What the row itself says, also where its key was sent for an earlier row.
          line.put("reason", own.reason()).put("requested_by", own.requestedBy());
          ObjectNode labels = line.putObject("labels");
          own.labels().forEach(labels::put);
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
