package dev.revoker.submit;

import dev.revoker.message.Encryption;
import dev.revoker.message.Fingerprints;
import dev.revoker.message.KeySet;
import dev.revoker.message.RequestReader;
import dev.revoker.model.Request;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.ResultError;
import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * Makes requests of rows: adds the defaults and the batch's id and labels. The worker's own reader
 * validates them, so that both reject the same.
 */
final class RequestComposer {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Source NOWHERE = new Source("", 0, 0);

  private final RequestReader reader;
  private final SubmitOptions.Defaults defaults;
  private final @Nullable Encryption encryption;

  /** Only the worker knows its accounts, so no account is wrong here. */
  RequestComposer(Fingerprints fingerprints, SubmitOptions.Defaults defaults) {
    this(fingerprints, defaults, null);
  }

  RequestComposer(
      Fingerprints fingerprints, SubmitOptions.Defaults defaults, @Nullable Encryption encryption) {
    this.reader = new RequestReader(Set.of(), null, fingerprints);
    this.defaults = defaults;
    this.encryption = encryption;
  }

  /** The request as it is sent: its key and token encrypted, if a key for that is configured. */
  byte[] sent(byte[] value) {
    if (encryption == null) {
      return value;
    }
    ObjectNode request = (ObjectNode) JSON.readTree(value);
    for (String field : List.of("api_securekey", "api_token")) {
      if (request.path(field).isString()) {
        Secret digits = Secret.of(request.remove(field).stringValue());
        request.put(field + "_jwe", encryption.encrypt(digits));
      }
    }
    return JSON.writeValueAsBytes(request);
  }

  /** With the public key of this file, which was checked with the configuration. */
  static @Nullable Encryption encryption(@Nullable Path file) {
    try {
      return file == null ? null : Encryption.with(file);
    } catch (KeySet.UnusableException changed) {
      throw new IllegalStateException("encryption.key.location: " + changed.getMessage());
    }
  }

  /** What is wrong with the defaults, in fixed words; null if they are valid. */
  @Nullable String faultOfDefaults() {
    ObjectNode request = JSON.createObjectNode().put("api_securekey", "00000000");
    String why = fill(request, 1, new SubmitBatch("b", 1));
    return why == null ? fault(JSON.writeValueAsBytes(request)) : why;
  }

  /** Why the worker would reject the value, in fixed words; null where it would not. */
  @Nullable String fault(byte[] value) {
    return fault(read(value));
  }

  static @Nullable String fault(Request request) {
    return request instanceof Request.Invalid invalid
            && !invalid.error().type().equals(ResultError.UNKNOWN_ACCOUNT)
        ? invalid.error().comment()
        : null;
  }

  Request read(byte @Nullable [] value) {
    return reader.read(NOWHERE, "", value, name -> null, Instant.EPOCH, Instant.EPOCH);
  }

  /** The row of this number, of this batch. */
  Row row(Row.Raw raw, long number, SubmitBatch batch) {
    return switch (raw) {
      case Row.Broken broken -> new Row.Invalid(number, broken.line(), broken.why());
      case Row.Parsed parsed -> row(parsed, number, batch);
    };
  }

  private Row row(Row.Parsed parsed, long number, SubmitBatch batch) {
    // The row's own labels come first: a fault of theirs must not be blamed on the batch's.
    ObjectNode request = parsed.request();
    String why = fault(JSON.writeValueAsBytes(request));
    if (why == null) {
      why = fill(request, number, batch);
    }
    if (why != null) {
      return new Row.Invalid(number, parsed.line(), why);
    }
    byte[] value = JSON.writeValueAsBytes(request);
    Request read = read(value);
    Echo echo = read.echo();
    why = fault(read);
    if (why == null && !batch.isNamedBy(echo.labels(), number)) {
      why = "its key is part of the batch's id";
    }
    return why == null && echo.keyFingerprint() != null
        ? new Row.Valid(number, parsed.line(), echo, echo.keyFingerprint(), value)
        : new Row.Invalid(number, parsed.line(), String.valueOf(why));
  }

  private @Nullable String fill(ObjectNode request, long number, SubmitBatch batch) {
    fill(request, "account", defaults.account());
    fill(request, "reason", defaults.reason());
    fill(request, "requested_by", defaults.requestedBy());
    fill(request, "not_after", defaults.notAfter());
    fill(request, "request_id", batch.requestId(number));
    ObjectNode labels =
        request.get("labels") instanceof ObjectNode own ? own : request.objectNode();
    defaults.labels().forEach((name, text) -> labels.putIfAbsent(name, StringNode.valueOf(text)));
    if (labels.has(SubmitBatch.ID_LABEL) || labels.has(SubmitBatch.ROW_LABEL)) {
      return "the labels batch and row are reserved for submit";
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
