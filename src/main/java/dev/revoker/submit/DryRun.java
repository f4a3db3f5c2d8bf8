package dev.revoker.submit;

import dev.revoker.message.Redactor;
import dev.revoker.model.Secret;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Prints the requests that would be sent, a JSON object a line, without their secrets. */
final class DryRun {
  private static final JsonMapper JSON = LineRows.JSON;
  private static final List<String> SECRETS = List.of("api_securekey", "api_token");

  private DryRun() {}

  static void print(InputScan scan, RepeatedRows repeated, Console console) throws IOException {
    for (Row row = scan.next(); row != null && !console.isClosed(); row = scan.next()) {
      if (row instanceof Row.Valid valid && repeated.firstOf(row.number()) == 0) {
        console.printJson(masked(valid));
      }
    }
  }

  private static String masked(Row.Valid row) {
    JsonNode request = JSON.readTree(row.value());
    List<Secret> secrets = new ArrayList<>();
    for (String name : SECRETS) {
      if (request.path(name).isString()) {
        secrets.add(Secret.of(request.path(name).asString()));
      }
    }
    Redactor redactor = Redactor.of(secrets.toArray(Secret[]::new));
    JsonNode shown = masked(request, redactor);
    if (shown instanceof ObjectNode object) {
      object.put("key_fingerprint", row.fingerprint());
    }
    return JSON.writeValueAsString(shown);
  }

  /** Masks every text and name, ignored fields included. */
  private static JsonNode masked(JsonNode node, Redactor redactor) {
    return switch (node) {
      case ObjectNode object -> {
        ObjectNode copy = object.objectNode();
        object
            .properties()
            .forEach(
                field ->
                    copy.set(redactor.redact(field.getKey()), masked(field.getValue(), redactor)));
        yield copy;
      }
      case tools.jackson.databind.node.ArrayNode array -> {
        var copy = array.arrayNode();
        array.forEach(item -> copy.add(masked(item, redactor)));
        yield copy;
      }
      // A number of many digits may be a key as well.
      default ->
          node.isString() || node.isNumber()
              ? StringNode.valueOf(redactor.redact(node.asString()))
              : node;
    };
  }
}
