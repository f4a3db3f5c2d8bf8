package dev.revoker.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.revoker.model.Outcome;
import dev.revoker.ops.Meters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules and dashboard speak of what there is. That each metric is real, {@link ScrapeIT} shows. */
class WatchingTest {
  private static final Pattern OUTCOMES = Pattern.compile("outcome=~?\"([^\"]+)\"");
  private static final Pattern RESULTS = Pattern.compile("result=\"([^\"]+)\"");

  private static final Pattern GROUPING = Pattern.compile("(?:by|on) \\(([^)]*)\\)");

  @Test
  void theOperatorsRulesAreTheSame() {
    assertThat(Yaml.tree(Manifests.ROOT.resolve("monitoring/prometheusrule.yaml")).get("spec"))
        .isEqualTo(Yaml.tree(Watching.ALERTS));
  }

  @Test
  void everyAlertHasItsUnitTestAndPagesSomebody() throws IOException {
    String tests = Files.readString(Path.of("deploy/prometheus/alerts_test.yml"));
    for (JsonNode rule : Yaml.tree(Watching.ALERTS).at("/groups/0/rules")) {
      String name = rule.get("alert").asText();
      assertThat(tests).contains("alertname: " + name + "\n        exp_alerts:");
      assertThat(rule.at("/labels/severity").asText()).isEqualTo("page");
      assertThat(rule.at("/annotations/summary").asText()).isNotEmpty();
      assertThat(rule.at("/annotations/runbook_url").asText())
          .endsWith("/docs/OPERATE.md#" + name.toLowerCase(Locale.ROOT));
    }
  }

  /** A running staging must not hide a dead production. */
  @Test
  void everyAlertIsGroupedByNamespaceAndJobAndEveryPanelSelectsThem() {
    for (Map.Entry<String, String> alert : Watching.alerts().entrySet()) {
      Matcher grouping = GROUPING.matcher(alert.getValue());
      int groupings = 0;
      while (grouping.find()) {
        groupings++;
        assertThat(grouping.group(1)).as(alert.getKey()).startsWith("namespace, job");
      }
      assertThat(groupings).as(alert.getKey()).isPositive();
      assertThat(alert.getValue()).doesNotContain("sum(", "max(", "on ()");
    }
    for (Map.Entry<String, String> panel : Watching.panels().entrySet()) {
      for (String selector : panel.getValue().split("(?=\\b(?:revoker|kafka|jvm|process)_)", -1)) {
        if (selector.matches("(?s)(revoker|kafka|jvm|process)_.*")) {
          assertThat(selector)
              .as(panel.getKey())
              .contains("{namespace=~\"$namespace\", job=~\"$job\"");
        }
      }
    }
    assertThat(Yaml.tree(Watching.DASHBOARD).at("/templating/list"))
        .extracting(one -> one.get("name").asText())
        .containsExactly("datasource", "namespace", "job", "lane");
  }

  @Test
  void outcomesAndLoginResultsAreTheCodes() {
    List<String> known = Arrays.stream(Outcome.values()).map(Outcome::wireName).toList();
    assertThat(values(OUTCOMES)).isNotEmpty().isSubsetOf(known);
    assertThat(values(RESULTS)).containsOnly(Meters.LOGIN_REFUSED);
  }

  @Test
  void composeGivesTheDashboardItsSource() throws IOException {
    JsonNode source =
        Yaml.tree(Path.of("deploy/grafana/provisioning/datasources/prometheus.yml"))
            .at("/datasources/0");
    assertThat(Yaml.tree(Watching.DASHBOARD).at("/templating/list/0/current/value").asText())
        .isEqualTo(source.get("uid").asText());
    assertThat(Yaml.tree(ComposeTest.FILE).get("services").has("prometheus")).isTrue();
    assertThat(source.get("url").asText()).isEqualTo("http://prometheus:9090");
  }

  private static List<String> values(Pattern pattern) {
    return Stream.concat(Watching.alerts().values().stream(), Watching.panels().values().stream())
        .flatMap(expression -> pattern.matcher(expression).results())
        .map(MatchResult::group)
        .flatMap(found -> Stream.of(found.replaceAll(".*\"(.*)\"", "$1").split("\\|")))
        .toList();
  }
}
