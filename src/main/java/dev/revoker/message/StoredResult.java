package dev.revoker.message;

import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * A result that was read back from the results topic: the fields that say which key was revoked by
 * which request. Anybody with the right to write may have written it, so each field is checked.
 *
 * @param outcome the outcome's word
 * @param fingerprint {@code sha256:} or {@code hmac-sha256:} and 64 hex digits; null where the
 *     result names no key
 */
public record StoredResult(
    String requestId, String outcome, @Nullable String fingerprint, Instant completedAt) {

  /** A default id is the request's coordinates, and a topic's name has up to 249 characters. */
  private static final int MAX_ID_CHARS = 300;

  private static final Pattern FINGERPRINT = Pattern.compile("(hmac-)?sha256:[0-9a-f]{64}");

  // Names are not kept from one record to the next: they may be hostile.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .build();

  /** The result in this record value, or null if the value is not a result. Throws nothing. */
  public static @Nullable StoredResult read(byte @Nullable [] value) {
    if (value == null) {
      return null;
    }
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), value)) {
      return document(parser);
    } catch (JacksonException notJson) {
      return null;
    }
  }

  private static @Nullable StoredResult document(JsonParser parser) {
    String requestId = null;
    String outcome = null;
    String fingerprint = null;
    String completedAt = null;
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return null;
    }
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      String text = parser.nextToken() == JsonToken.VALUE_STRING ? parser.getString() : null;
      switch (name) {
        case "request_id" -> requestId = text;
        case "outcome" -> outcome = text;
        case "key_fingerprint" -> fingerprint = text;
        case "completed_at" -> completedAt = text;
        default -> parser.skipChildren();
      }
    }
    Instant completed = completedAt == null ? null : Rfc3339.parse(completedAt);
    if (parser.nextToken() != null
        || requestId == null
        || !Text.isPrintable(requestId, MAX_ID_CHARS)
        || outcome == null
        || completed == null
        || (fingerprint != null && !FINGERPRINT.matcher(fingerprint).matches())) {
      return null;
    }
    return new StoredResult(requestId, outcome, fingerprint, completed);
  }
}
