package dev.revoker.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The reports of secret scanners: only the selected keys are sent, with where they were found. */
class FindingsTest {
  private static final Path CASES = Path.of("src/test/resources/dev/revoker/submit/cases");

  @Test
  void truffleHogsOtherDetectorsAreSkipped() throws IOException {
    Trial trial = trial("trufflehog.ndjson");
    assertThat(trial.done).as(trial.printed()).isTrue();
    assertThat(trial.requests()).hasSize(1);
    JsonNode request = trial.requests().getFirst();
    assertThat(request.get("reason").asString())
        .isEqualTo("cielo24 in deploy/.env:3, commit 0a1b2c, https://example.test/acme/site.git");
    assertThat(labels(request))
        .contains("scanner=trufflehog", "file=deploy/.env", "line=3", "commit=0a1b2c");
    assertThat(trial.err.toString())
        .contains("1 findings of other rules are skipped (AWS); --rule NAME selects");
    assertThat(trial.printed()).doesNotContain("AKIAEXAMPLE", "feed00000000");
  }

  @Test
  void gitleaksFingerprintIsTheRequestsId() throws IOException {
    Trial trial = trial("gitleaks.json");
    assertThat(trial.done).as(trial.printed()).isTrue();
    JsonNode request = trial.requests().getFirst();
    assertThat(request.get("request_id").asString())
        .isEqualTo("0a1b2c:deploy/.env:cielo24-api-key:3");
    assertThat(request.get("reason").asString())
        .isEqualTo("cielo24-api-key in deploy/.env:3, commit 0a1b2c");
    assertThat(labels(request)).contains("rule=cielo24-api-key", "scanner=gitleaks");
  }

  /** Gitleaks makes its fingerprint of commit, file, rule and line. */
  @Test
  void twoSecretsWithOneFingerprintAreTwoRequests() throws IOException {
    String finding =
        """
        {"RuleID":"cielo24-api-key","StartLine":3,"Secret":"%s","File":".env","Commit":"0a1b2c",
         "Fingerprint":"%s"}
        """;
    Trial trial =
        Trial.of(
            "["
                + finding.formatted(Trial.KEY, "f#3")
                + ","
                + finding.formatted(Trial.OTHER, "f")
                + ","
                + finding.formatted("feed" + "0".repeat(28), "f")
                + ","
                + finding.formatted("feed" + "1".repeat(28), "f")
                + "]");
    assertThat(trial.done).as(trial.printed()).isTrue();
    assertThat(trial.requests())
        .extracting(request -> request.get("request_id").asString())
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo("f#3"),
            second -> assertThat(second).isEqualTo("f"),
            third -> assertThat(third).as("the batch's and row's").matches("b-[a-z]{12}/3"),
            fourth -> assertThat(fourth).isEqualTo("f#4"));
  }

  @Test
  void aKeyInThePathOfAnotherFindingIsMasked() {
    String report =
        """
        [{"RuleID":"cielo24-api-key","StartLine":3,"Secret":"%s","File":"old/%s.env","Commit":"%s",
         "Fingerprint":"0a1b2c:old/%2$s.env:cielo24-api-key:3"}]
        """;
    Trial trial = Trial.of(report.formatted(Trial.KEY, Trial.OTHER, "c".repeat(40)));
    assertThat(trial.done).as(trial.printed()).isTrue();
    assertThat(trial.printed()).doesNotContain(Trial.OTHER);
    JsonNode request = trial.requests().getFirst();
    assertThat(labels(request)).contains("file=old/***.env", "commit=" + "c".repeat(40));
    assertThat(request.get("reason").asString()).startsWith("cielo24-api-key in old/***.env:3");
    assertThat(request.get("request_id").asString()).matches("b-[a-z]{12}/1");
  }

  @Test
  void sarifHasTheSameIdAsGitleaksOwnReport() throws IOException {
    Trial trial = trial("report.sarif");
    assertThat(trial.done).as(trial.printed()).isTrue();
    JsonNode request = trial.requests().getFirst();
    assertThat(request.get("request_id").asString())
        .isEqualTo("0a1b2c:deploy/.env:cielo24-api-key:3");
    assertThat(labels(request)).contains("file=deploy/.env", "line=3");
  }

  @ParameterizedTest
  @CsvSource({
    "trufflehog.ndjson, customregex",
    "trufflehog.ndjson, CIELO24",
    "gitleaks.json, cielo24-api-key",
    "report.sarif, cielo24-api-key"
  })
  void rulesAreSelectedByName(String file, String rule) throws IOException {
    Trial trial = trial(file, rule);
    assertThat(trial.done).as(trial.printed()).isTrue();
    assertThat(trial.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"REDACTED", "feed0000***", "feed000000...", "feed\u2026"})
  void aRedactedSecretIsReported(String secret) throws IOException {
    String report = Files.readString(CASES.resolve("gitleaks.json")).replace("REDACTED", secret);
    Trial trial = Trial.ofFindings(report, List.of("generic-api-key"));
    assertThat(trial.done).isFalse();
    assertThat(trial.bad())
        .containsExactly(
            "line 3: the scanner has redacted the secret: run it again without redaction, and keep"
                + " the report as a secret");
    assertThat(trial.requests()).isEmpty();
  }

  @Test
  void aRuleWithoutFindingIsReported() throws IOException {
    Trial trial = trial("gitleaks.json", "ciel024");
    assertThat(trial.done).isFalse();
    assertThat(trial.err.toString()).contains("skipped (cielo24-api-key, generic-api-key)");
    assertThat(trial.fault).contains("no row to send");
  }

  @Test
  void aReportWithoutFindingsIsNoFailure() {
    assertThat(Trial.of("[]\n").done).isTrue();
    assertThat(Trial.of("", InputFormat.Type.TRUFFLEHOG, Trial.NOTHING, false).done).isTrue();
    assertThat(Trial.of("{\"version\":\"2.1.0\",\n \"runs\":[{\"results\":[]}]}").err.toString())
        .contains("no finding to send");
  }

  @Test
  void theKeyIsFoundInALineOfSourceCode() {
    String line = "client.setSecurekey(\\\"%s\\\"); // see 0a1b2c3d4e5f".formatted(Trial.KEY);
    String report =
        """
        {"version": "2.1.0",
         "runs": [{"results": [
           {"ruleId": "CIELO24", "locations": [{"physicalLocation": {"region": {
             "startLine": 3, "snippet": {"text": "%s"}}}}]}]}]}
        """;
    assertThat(Trial.of(report.formatted(line)).requests()).hasSize(1);
    assertThat(Trial.of(report.formatted("none")).bad())
        .containsExactly("line 3: the finding contains no key of hex digits");
    assertThat(Trial.of(report.formatted(Trial.KEY + " " + Trial.OTHER)).bad())
        .containsExactly("line 3: the finding contains several texts that may be the key");
  }

  /** The same key is found in many commits. */
  @Test
  void aKeyThatWasFoundTwiceIsSentOnce() throws IOException {
    String finding = Files.readString(CASES.resolve("trufflehog.ndjson")).lines().findFirst().get();
    Trial trial = Trial.of(finding + "\n" + finding.replace("\"line\":3", "\"line\":4") + "\n");
    assertThat(trial.done).as(trial.printed()).isTrue();
    assertThat(trial.requests()).hasSize(1);
  }

  @Test
  void aReportThatIsCutOffSendsNothing() throws IOException {
    String report = Files.readString(CASES.resolve("gitleaks.json"));
    Trial trial = Trial.of(report.substring(0, report.length() / 2), null, Trial.NOTHING, true);
    assertThat(trial.done).isFalse();
    assertThat(trial.fault).contains("nothing was sent");
    assertThat(trial.out.toString()).isEmpty();
  }

  @Test
  void ruleIsForReportsOnly() {
    assertThat(Trial.ofFindings(Trial.KEY, List.of("x")).fault)
        .startsWith("--rule: the input is not the report of a scanner, but keys");
  }

  private static Trial trial(String file, String... rules) throws IOException {
    return Trial.ofFindings(Files.readString(CASES.resolve(file)), List.of(rules));
  }

  private static List<String> labels(JsonNode request) {
    return request.get("labels").properties().stream()
        .map(label -> label.getKey() + "=" + label.getValue().asString())
        .toList();
  }
}
