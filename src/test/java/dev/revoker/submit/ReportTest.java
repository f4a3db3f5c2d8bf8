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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The file for the audit folder: one line a row, in the input's order, and no key. */
class ReportTest {
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

  @Test
  void aNameThatTellsNoFormatIsRefusedBeforeAnythingIsSent() {
    assertThatThrownBy(() -> Report.to(temp.resolve("report.xlsx"))).hasMessageContaining(".csv");
    assertThatThrownBy(() -> Report.to(temp.resolve("no/such/report.csv")))
        .hasMessageContaining("can not be written");
  }

  @Test
  void anInputThatChangedMeanwhileGetsNoReport() throws Exception {
    byte[] other = MessageDigest.getInstance("SHA-256").digest(new byte[0]);

    assertThatThrownBy(() -> write("report.csv", other)).hasMessageContaining("no report");

    try (Stream<Path> files = Files.list(temp)) {
      assertThat(files).isEmpty();
    }
  }

  private Path write(String name) throws Exception {
    return write(
        name,
        MessageDigest.getInstance("SHA-256").digest(CONTENT.getBytes(StandardCharsets.UTF_8)));
  }

  private Path write(String name, byte[] digest) throws Exception {
    Path file = temp.resolve(name);
    Composer composer = new Composer(new Fingerprints(null), Trial.NOTHING);
    try (Input input =
            Input.copyOf(new ByteArrayInputStream(CONTENT.getBytes(StandardCharsets.UTF_8)));
        Spool spool = Spool.open()) {
      spool.put(3, answer("refused"));
      spool.put(3, answer("revoked"));
      Report.to(file)
          .write(
              new Pass(input, new Kind(Format.KEYS, ','), composer, new Batch("b", 2)),
              digest,
              spool);
    }
    return file;
  }

  private static Answer answer(String outcome) {
    String json =
        """
        {"request_id":"b/3","status":"success","outcome":"%s","key_state":"inactive",
         "key_fingerprint":"sha256:x","account":"demo","reason":"a, \\"b\\"","error":null,
         "source":{"topic":"t","partition":0,"offset":1}}
        """
            .formatted(outcome);
    return Answer.of(
        new ConsumerRecord<>("r", 0, 0, new byte[0], json.getBytes(StandardCharsets.UTF_8)));
  }
}
