package dev.revoker.submit;

import dev.revoker.message.Fingerprints;
import dev.revoker.model.Echo;
import dev.revoker.model.Request;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Makes requests of rows: adds what they lack and the batch, and asks the rules. */
final class Composer {
  private static final JsonMapper JSON = new JsonMapper();

  private final Rules rules;
  private final Defaults defaults;

  Composer(Fingerprints fingerprints, Defaults defaults) {
    this.rules = new Rules(fingerprints);
    this.defaults = defaults;
  }

  Rules rules() {
    return rules;
  }

  /** What no row could be filled up with, in fixed words; null where all is well. */
  @Nullable String faultOfDefaults() {
    Batch any = new Batch("b", 1);
    ObjectNode request = JSON.createObjectNode().put("api_securekey", "00000000");
    String why = fill(request, 1, any);
    return why == null ? rules.fault(JSON.writeValueAsBytes(request)) : why;
  }

  /**
   * The row of this number.
   *
   * @param batch whose row it is
   */
  Row row(Raw raw, long number, Batch batch) {
    return switch (raw) {
      case Raw.Broken broken -> new Row.Bad(number, broken.line(), broken.why());
      case Raw.Taken taken -> row(taken, number, batch);
    };
  }

  private Row row(Raw.Taken taken, long number, Batch batch) {
    // A worker tells what is wrong with a row's own labels, so they are looked at first.
    ObjectNode request = taken.request();
    String why = rules.fault(JSON.writeValueAsBytes(request));
    if (why == null) {
      why = fill(request, number, batch);
    }
    if (why != null) {
      return new Row.Bad(number, taken.line(), why);
    }
    byte[] value = JSON.writeValueAsBytes(request);
    Request read = rules.read(value);
    Echo echo = read.echo();
    why = Rules.fault(read);
    if (why == null && !batch.isNamedBy(echo.labels(), number)) {
      why = "its key stands in the batch's id";
    }
    return why == null && echo.keyFingerprint() != null
        ? new Row.Good(
            number, taken.line(), echo.requestId(), echo.account(), echo.keyFingerprint(), value)
        : new Row.Bad(number, taken.line(), String.valueOf(why));
  }

  private @Nullable String fill(ObjectNode request, long number, Batch batch) {
    fill(request, "account", defaults.account());
    fill(request, "reason", defaults.reason());
    fill(request, "requested_by", defaults.requestedBy());
    fill(request, "not_after", defaults.notAfter());
    fill(request, "request_id", batch.requestId(number));
    JsonNode own = request.get("labels");
    ObjectNode labels = own instanceof ObjectNode given ? given : request.objectNode();
    defaults.labels().forEach((name, text) -> labels.putIfAbsent(name, StringNode.valueOf(text)));
    if (labels.has(Batch.ID_LABEL) || labels.has(Batch.ROW_LABEL)) {
      return "the labels %s and %s are for submit itself"
          .formatted(Batch.ID_LABEL, Batch.ROW_LABEL);
    }
    batch.labels(number).forEach((name, text) -> labels.put(name, text));
    request.set("labels", labels);
    return labels.size() > 16 ? "labels must be at most 14, for the batch needs two" : null;
  }

  private static void fill(ObjectNode request, String field, @Nullable String text) {
    JsonNode own = request.get(field);
    if (text != null && (own == null || own.isNull())) {
      request.put(field, text);
    }
  }
}
