package dev.revoker.submit;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.revoker.model.ResultError;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The file for the audit folder: what became of each row, in the order of the input, without a key.
 * It appears whole, or not at all.
 */
final class Report {
  /** Stands where a row was not valid, and so no request was made of it. */
  static final String NOT_SENT = "not_sent";

  /** Stands where a request has no result. */
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
          "received_at",
          "completed_at",
          "source",
          "worker");

  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final Path part;
  private final boolean csv;
  private final boolean array;
  private long rows;

  private Report(Path file, String name) {
    this.file = file;
    this.part = file.resolveSibling(file.getFileName() + ".part");
    this.csv = name.endsWith(".csv");
    this.array = name.endsWith(".json");
  }

  /**
   * Looks whether it can be written.
   *
   * @throws Trouble where the name has another ending, or the folder does not let it be written
   */
  static Report to(Path file) throws Trouble {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    if (!name.matches(".*\\.(csv|json|ndjson|jsonl)")) {
      throw Trouble.usage("--report: the file's name ends with .csv, .json, .ndjson or .jsonl");
    }
    Report report = new Report(file, name);
    try {
      Files.writeString(report.part, "");
      Files.delete(report.part);
      return report;
    } catch (IOException e) {
      throw Trouble.usage("--report: " + report.part + " can not be written");
    }
  }

  /**
   * Writes all of it.
   *
   * @param digest what the input's must still be
   * @throws Trouble if the input is not what was sent any more; then there is no report
   */
  void write(Pass pass, byte[] digest, Spool spool) throws IOException, Trouble {
    rows = 0;
    try (BufferedWriter out = Files.newBufferedWriter(part, StandardCharsets.UTF_8)) {
      if (csv) {
        writeCsv(pass, spool, CsvWriter.builder().build(out));
      } else {
        writeJson(pass, spool, out);
      }
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
    if (!Arrays.equals(pass.digest(), digest)) {
      Files.delete(part);
      throw Trouble.failed(
          "the file was changed while its results were waited for: there is no report. With the"
              + " file as it was, the same command with --resume writes it");
    }
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** How many rows were written. */
  long rows() {
    return rows;
  }

  private void writeCsv(Pass pass, Spool spool, CsvWriter out) throws IOException {
    out.writeRecord(COLUMNS);
    for (Row row = pass.next(); row != null; row = pass.next()) {
      ObjectNode result = result(row, spool);
      List<String> cells = new ArrayList<>(COLUMNS.size());
      for (String column : COLUMNS) {
        cells.add(cell(result, column));
      }
      out.writeRecord(cells);
    }
    out.flush();
  }

  private void writeJson(Pass pass, Spool spool, BufferedWriter out) throws IOException {
    out.write(array ? "[" : "");
    for (Row row = pass.next(); row != null; row = pass.next()) {
      out.write(array ? (rows > 0 ? ",\n" : "\n") : "");
      out.write(JSON.writeValueAsString(result(row, spool)));
      out.write(array ? "" : "\n");
    }
    out.write(array ? "\n]\n" : "");
  }

  private ObjectNode result(Row row, Spool spool) throws IOException {
    rows++;
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("row", row.number()).put("line", row.line());
    switch (row) {
      case Row.Good good -> {
        ObjectNode result = spool.get(row.number());
        if (result != null) {
          line.setAll(result);
        } else {
          line.put("request_id", good.requestId()).put("outcome", NO_RESULT);
          line.put("key_fingerprint", good.fingerprint()).put("account", good.account());
        }
      }
      case Row.Bad bad -> {
        line.put("outcome", NOT_SENT);
        line.putObject("error")
            .put("type", ResultError.MALFORMED_REQUEST)
            .put("comment", bad.why());
      }
    }
    return line;
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
