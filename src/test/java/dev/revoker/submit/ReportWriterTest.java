package dev.revoker.submit;

import static dev.revoker.submit.Trial.KEY;
import static dev.revoker.submit.Trial.OTHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.revoker.message.Fingerprints;
import dev.revoker.model.Secret;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The report: a line for each row, in the order of the input, without keys. */
class ReportWriterTest {
  private static final String CONTENT = KEY + "\nzz\n" + OTHER + "\n";

  @TempDir Path temp;

  @Test
  void aCsvHasARowForEachInTheInputsOrder() throws Exception {
    Path file = write("report.csv");
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).startsWith("row,line,request_id,outcome,");
    assertThat(lines.get(1))
        .startsWith("1,1,b/1,no_result,,," + new Fingerprints(null).of(Secret.of(KEY)));
    assertThat(lines.get(2)).startsWith("2,2,,not_sent,").contains("8 to 256 hex digits");
    assertThat(lines.get(3)).startsWith("3,3,b/3,revoked,success,inactive,sha256:x,");
    assertThat(lines.get(3)).contains(",\"a, \"\"b\"\"\",").contains(",t-0-1,");
    assertThat(String.join("", lines)).doesNotContain(KEY, OTHER);
  }

  @Test
  void aJsonFileIsAnArrayAndAnNdjsonFileIsLines() throws Exception {
    JsonMapper json = new JsonMapper();
    JsonNode array = json.readTree(Files.readString(write("report.json")));
    assertThat(array.size()).isEqualTo(3);
    assertThat(array.get(2).get("outcome").asString()).isEqualTo("revoked");
    List<String> lines = Files.readAllLines(write("report.ndjson"));
    assertThat(lines).hasSize(3);
    assertThat(json.readTree(lines.get(2))).isEqualTo(array.get(2));
    try (Stream<Path> files = Files.list(temp)) {
      assertThat(files).as("nothing else is left").hasSize(2);
    }
  }

  /** Quotes do not help: a spreadsheet removes them first. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "=HYPERLINK(\"http://127.0.0.1/x\",\"y\")|'=HYPERLINK(\"http://127.0.0.1/x\",\"y\")",
        "@SUM(1)|'@SUM(1)",
        "+1|'+1",
        "-1|'-1",
        "\uFF1D1|'\uFF1D1",
        "\"=1\"|'\"=1\"",
        "' =1'|'' =1'",
        "a;=1|a;'=1",
        "left - for good = yes|left - for good = yes",
        "b-1/3|b-1/3"
      },
      quoteCharacter = '`')
  void cellsThatASpreadsheetWouldCalculateAreTexts(String cell, String written) {
    assertThat(ReportWriter.harmless(cell.replace("' =1'", " =1")))
        .isEqualTo(written.replace("'' =1'", "' =1"));
  }

  @Test
  void cellsThatStartWithATabOrALineEndAreTexts() {
    assertThat(ReportWriter.harmless("\tx")).isEqualTo("'\tx");
    assertThat(ReportWriter.harmless("\rx")).isEqualTo("'\rx");
    assertThat(ReportWriter.harmless("x\n=1")).isEqualTo("x\n'=1");
    assertThat(ReportWriter.harmless("")).isEmpty();
  }

  @Test
  void aReasonIsTextForASpreadsheet() throws Exception {
    String line = Files.readAllLines(write("report.csv", "=HYPERLINK(1)")).get(3);
    assertThat(line).contains(",'=HYPERLINK(1),");
    assertThat(Files.readString(write("report.ndjson", "=HYPERLINK(1)")))
        .contains("\"reason\":\"=HYPERLINK(1)\"");
  }

  @Test
  void aChangedInputGetsNoReport() throws Exception {
    byte[] other = MessageDigest.getInstance("SHA-256").digest(new byte[0]);

    assertThatThrownBy(() -> write("report.csv", "", other)).hasMessageContaining("no report");

    try (Stream<Path> files = Files.list(temp)) {
      assertThat(files).isEmpty();
    }
  }

  private Path write(String name) throws Exception {
    return write(name, "a, \\\"b\\\"");
  }

  private Path write(String name, String reason) throws Exception {
    byte[] content = CONTENT.getBytes(StandardCharsets.UTF_8);
    return write(name, reason, MessageDigest.getInstance("SHA-256").digest(content));
  }

  private Path write(String name, String reason, byte[] digest) throws Exception {
    Path file = temp.resolve(name);
    RequestComposer composer = new RequestComposer(new Fingerprints(null), Trial.NOTHING);
    try (InputFile input =
            InputFile.copyOf(new ByteArrayInputStream(CONTENT.getBytes(StandardCharsets.UTF_8)));
        ResultSpool spool = ResultSpool.open()) {
      spool.put(3, result("refused", reason));
      spool.put(3, result("revoked", reason));
      ReportFile report = ReportFile.of(file, input, true);
      InputFormat keys = new InputFormat(InputFormat.Type.KEYS, ',', List.of());
      InputScan scan = new InputScan(input, keys, composer, new SubmitBatch("b", 2));
      InputScan.ScanSummary summary =
          new InputScan.ScanSummary(3, 2, false, digest, new KeyFingerprintIndex(), List.of());
      RepeatedRows repeated = RepeatedRows.of(summary.keys(), 3);
      assertThat(new ReportWriter(report, scan, repeated, spool).write(summary)).isEqualTo(3);
    }
    return file;
  }

  private static ResultRecord result(String outcome, String reason) {
    String json =
        """
        {"request_id":"b/3","status":"success","outcome":"%s","key_state":"inactive",
         "key_fingerprint":"sha256:x","account":"demo","reason":"%s","error":null,
         "source":{"topic":"t","partition":0,"offset":1}}
        """
            .formatted(outcome, reason);
    return ResultRecord.of(
        new ConsumerRecord<>("r", 0, 0, new byte[0], json.getBytes(StandardCharsets.UTF_8)));
  }
}
