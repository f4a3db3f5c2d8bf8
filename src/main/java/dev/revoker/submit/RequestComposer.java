package dev.revoker.submit;

import dev.revoker.message.Fingerprints;
import dev.revoker.model.Echo;
import dev.revoker.model.Request;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** Makes requests of rows: adds the defaults and the batch's id and labels, and validates them. */
final class RequestComposer {
  private static final JsonMapper JSON = new JsonMapper();

  private final RowValidator validator;
  private final SubmitOptions.Defaults defaults;

  RequestComposer(Fingerprints fingerprints, SubmitOptions.Defaults defaults) {
    this.validator = new RowValidator(fingerprints);
    this.defaults = defaults;
  }

  RowValidator validator() {
    return validator;
  }

  /** What is wrong with the defaults, in fixed words; null if they are valid. */
  @Nullable String faultOfDefaults() {
    SubmitBatch any = new SubmitBatch("b", 1);
    ObjectNode request = JSON.createObjectNode().put("api_securekey", "00000000");
    String why = fill(request, 1, any);
    return why == null ? validator.fault(JSON.writeValueAsBytes(request)) : why;
  }

  /** The row of this number, of this batch. */
  Row row(RawRow raw, long number, SubmitBatch batch) {
    return switch (raw) {
      case RawRow.Broken broken -> new Row.Invalid(number, broken.line(), broken.why());
      case RawRow.Parsed taken -> row(taken, number, batch);
    };
  }

  private Row row(RawRow.Parsed taken, long number, SubmitBatch batch) {
    // The row's own labels come first: a fault of theirs must not be blamed on the batch's.
    ObjectNode request = taken.request();
    String why = validator.fault(JSON.writeValueAsBytes(request));
    if (why == null) {
      why = fill(request, number, batch);
    }
    if (why != null) {
      return new Row.Invalid(number, taken.line(), why);
    }
    byte[] value = JSON.writeValueAsBytes(request);
    Request read = validator.read(value);
    Echo echo = read.echo();
    why = RowValidator.fault(read);
    if (why == null && !batch.isNamedBy(echo.labels(), number)) {
      why = "its key is part of the batch's id";
    }
    return why == null && echo.keyFingerprint() != null
        ? new Row.Valid(
            number, taken.line(), echo.requestId(), echo.account(), echo.keyFingerprint(), value)
        : new Row.Invalid(number, taken.line(), String.valueOf(why));
  }

  private @Nullable String fill(ObjectNode request, long number, SubmitBatch batch) {
    fill(request, "account", defaults.account());
    fill(request, "reason", defaults.reason());
    fill(request, "requested_by", defaults.requestedBy());
    fill(request, "not_after", defaults.notAfter());
    fill(request, "request_id", batch.requestId(number));
    JsonNode own = request.get("labels");
    ObjectNode labels = own instanceof ObjectNode given ? given : request.objectNode();
    defaults.labels().forEach((name, text) -> labels.putIfAbsent(name, StringNode.valueOf(text)));
    if (labels.has(SubmitBatch.ID_LABEL) || labels.has(SubmitBatch.ROW_LABEL)) {
      return String.format(
          Locale.ROOT,
          "the labels %s and %s are reserved for submit",
          SubmitBatch.ID_LABEL,
          SubmitBatch.ROW_LABEL);
    }
    batch.labels(number).forEach((name, text) -> labels.put(name, text));
    request.set("labels", labels);
    return labels.size() > 16 ? "labels must be at most 14, because the batch adds two" : null;
  }

  private static void fill(ObjectNode request, String field, @Nullable String text) {
    JsonNode own = request.get(field);
    if (text != null && (own == null || own.isNull())) {
      request.put(field, text);
    }
  }
}
