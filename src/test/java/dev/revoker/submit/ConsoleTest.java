package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Outcome;
import dev.revoker.time.ManualTime;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people see: lines of the terminal's width, and signs of life where there is none. */
class ConsoleTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @ValueSource(ints = {40, 80})
  void noLineIsWiderThanTheTerminalAndNoWordIsBroken(int columns) {
    Console console = console(columns);
    ResultRecord failure =
        ResultRecord.of(
            BatchHistoryTest.result(1, "sha256:" + "a".repeat(64), "b", "1/2", "session_failed"));
    console.print(failure.line(0).replace("sha256:" + "a".repeat(64), "(key)"));
    console.table(Map.of(Outcome.ALREADY_REVOKED, 4_999_999, Outcome.NOT_FOUND, 1), 3);
    console.failures(List.of(failure), 12, "bin/revoker watch --config revoker.properties");
    console.tell("sent %d requests, then it failed (%s). %s", 3, "x ".repeat(60), "Send the rest");

    assertThat(out.toString().lines().toList()).allMatch(line -> line.length() <= columns);
    assertThat(err.toString().lines().toList()).allMatch(line -> line.length() <= columns);
    assertThat(words(out.toString()))
        .contains("session_failed", "already_revoked", "4999999", "no_result", "more;")
        .contains("--config", "revoker.properties");
    assertThat(words(err.toString())).contains("requests,", "failed", "rest");
  }

  @Test
  void onAWideTerminalAndInAPipeAResultIsOneLine() {
    ResultRecord result =
        ResultRecord.of(
            BatchHistoryTest.result(1, "sha256:" + "a".repeat(64), "b", "1/2", "revoked"));
    assertThat(result.line(0)).doesNotContain("\n").contains("sha256:" + "a".repeat(64));
    assertThat(result.line(200)).isEqualTo(result.line(0));
    assertThat(result.line(80)).contains("\n").contains("sha256:" + "a".repeat(64));
    assertThat(result.line(40)).contains("sha256:aaaa").contains("...");
  }

  @Test
  void aLineBreakInAResultDoesNotForgeALine() {
    ResultRecord result =
        new ResultRecord(
            Outcome.REFUSED,
            new tools.jackson.databind.json.JsonMapper()
                .createObjectNode()
                .put("request_id", "r\nforged revoked"));
    assertThat(result.line(0)).doesNotContain("\n");
    assertThat(result.line(80).lines()).noneMatch(line -> line.startsWith("forged"));
  }

  @Test
  void withoutATerminalALineSaysEveryThirtySecondsWhatItWaitsFor() {
    ManualTime time = new ManualTime();
    WaitClock wait = new WaitClock(time, Duration.ofMinutes(5));
    BatchProgress progress = new BatchProgress(100);
    progress.sent(1);
    progress.answered(1, Outcome.REVOKED);
    Console console = console(0);
    console.begin(100, 0);
    for (int i = 0; i < 300; i++) {
      time.advanceMs(200);
      console.progress(progress, i < 200, wait.isSignDue());
    }
    assertThat(err.toString().lines())
        .as("a minute")
        .hasSize(2)
        .allMatch(line -> line.startsWith("1 of 100 results, waiting for the others: "))
        .anyMatch(line -> line.contains("no connection to the brokers"));
    assertThat(wait.isOver()).isFalse();
    time.advanceMs(240_000);
    assertThat(wait.isOver()).isTrue();
  }

  private static List<String> words(String text) {
    return Arrays.asList(text.split("\\s+"));
  }

  private Console console(int columns) {
    return new Console(new PrintWriter(out, true), new PrintWriter(err, true), columns);
  }
}
