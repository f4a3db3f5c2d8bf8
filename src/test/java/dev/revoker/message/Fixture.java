package dev.revoker.message;

import dev.revoker.model.Request;
import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A reader with the accounts acme (the default) and other, and short ways to feed it. */
final class Fixture {
  static final String KEY = "968a8b637a5040159424872fffdb895b";
  static final String TOKEN = "7ca5dc5c7cce449fb0fff719307e8f5f";
  static final Source SOURCE = new Source("key-revocations", 3, 42);
  static final Instant RECORD_TIME = Instant.parse("2026-11-23T10:00:00Z");
  static final Instant RECEIVED = Instant.parse("2026-11-23T10:00:01.5Z");
  static final Fingerprints FINGERPRINTS = new Fingerprints(null);
  static final RequestReader READER =
      new RequestReader(Set.of("acme", "other"), "acme", FINGERPRINTS);

  private Fixture() {}

  static Request read(String json) {
    return read(READER, json, Map.of());
  }

  static Request read(String json, Map<String, String> headers) {
    return read(READER, json, headers);
  }

  static Request read(RequestReader reader, String json, Map<String, String> headers) {
    return read(reader, json.getBytes(StandardCharsets.UTF_8), headers);
  }

  static Request read(RequestReader reader, byte[] value, Map<String, String> headers) {
    Map<String, byte[]> bytes = new HashMap<>();
    headers.forEach((name, text) -> bytes.put(name, text.getBytes(StandardCharsets.UTF_8)));
    Request request = reader.read(SOURCE, "standard", value, bytes::get, RECORD_TIME, RECEIVED);
    if (!headers.containsKey("content-type")) {
      Agreement.assertAgreed(value, request);
    }
    return request;
  }

  static Request.Valid valid(String json) {
    return valid(read(json));
  }

  static Request.Valid valid(Request request) {
    if (request instanceof Request.Valid valid) {
      return valid;
    }
    throw new AssertionError("not valid: " + request);
  }

  static Request.Invalid invalid(Request request) {
    if (request instanceof Request.Invalid invalid) {
      return invalid;
    }
    throw new AssertionError("valid: " + request);
  }

  /** A request with the key and this, which may be empty. */
  static String with(String more) {
    return "{\"api_securekey\":\"" + KEY + "\"" + (more.isEmpty() ? "" : "," + more) + "}";
  }
}
