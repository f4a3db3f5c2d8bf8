package dev.revoker.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The expressions of the rules and of the dashboard, by where they stand. */
final class Watching {
  static final Path ALERTS = Path.of("deploy/prometheus/alerts.yml");
  static final Path DASHBOARD = Path.of("deploy/grafana/dashboard.json");

  private Watching() {}

  static Map<String, String> alerts() {
    Map<String, String> expressions = new LinkedHashMap<>();
    for (JsonNode group : Yaml.tree(ALERTS).get("groups")) {
      for (JsonNode rule : group.get("rules")) {
        expressions.put(rule.get("alert").asText(), rule.get("expr").asText());
      }
    }
    return expressions;
  }

  static Map<String, String> panels() {
    Map<String, String> expressions = new LinkedHashMap<>();
    for (JsonNode panel : Yaml.tree(DASHBOARD).get("panels")) {
      for (JsonNode target : panel.path("targets")) {
        expressions.put(
            panel.get("title").asText() + " " + target.get("refId").asText(),
            target.get("expr").asText());
      }
    }
    return expressions;
  }
}
