package dev.revoker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.cli.CheckCommand.Finding;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code check --json} prints: one object, also for a configuration that is wrong. */
class CheckCommandTest {
  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();

  @Test
  void aCheckIsOneObject() throws IOException {
    int exit =
        run(
            "bootstrap.servers=b:1\nfingerprint.secret=CANARY-CANARY-CANARY",
            new Finding("brokers", true, "reachable"),
            Finding.warning("topics", "one replica"));

    JsonNode json = JsonMapper.shared().readTree(out.toString());
    assertThat(exit).isZero();
    assertThat(json.get("ok").asBoolean()).isTrue();
    assertThat(json.get("problems")).isEmpty();
    assertThat(json.get("warnings").get(0).asString()).startsWith("accounts: ");
    assertThat(json.get("checks").toString())
        .isEqualTo(
            """
            [{"what":"brokers","status":"ok","why":"reachable"},\
            {"what":"topics","status":"warning","why":"one replica"}]\
            """);
    assertThat(json.get("configuration").toString())
        .contains(
            "{\"key\":\"bootstrap.servers\",\"value\":\"b:1\",\"origin\":\"file\"}",
            "{\"key\":\"fingerprint.secret\",\"value\":\"***\",\"origin\":\"file\"}")
        .doesNotContain("CANARY");
  }

  @Test
  void aFailedCheckIsExit1AndAWrongConfigurationExit2() throws IOException {
    assertThat(run("bootstrap.servers=b:1", new Finding("brokers", false, "gone"))).isEqualTo(1);
    assertThat(JsonMapper.shared().readTree(out.toString()).get("ok").asBoolean()).isFalse();

    out.getBuffer().setLength(0);
    assertThat(run("max.in.flight=x")).isEqualTo(2);
    JsonNode json = JsonMapper.shared().readTree(out.toString());
    assertThat(json.get("ok").asBoolean()).isFalse();
    assertThat(json.get("problems")).hasSize(2);
  }

  private int run(String config, Finding... findings) throws IOException {
    Path file = Files.writeString(folder.resolve("c.properties"), config);
    CheckCommand command = new CheckCommand((valid, report) -> List.of(findings).forEach(report));
    return new CommandLine(command)
        .setOut(new PrintWriter(out, true))
        .execute("--json", "--config", file.toString());
  }
}
