package dev.revoker.api;

import dev.revoker.model.Secret;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Maps an HTTP answer to its meaning, by the API's contract. Texts are constant. */
final class AnswerParser {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]{1,1024}");

  private AnswerParser() {}

  /** Whether the meaning depends on the body. */
  static boolean needsBody(ApiCall call, int status) {
    return status == 400 || (status == 200 && call instanceof ApiCall.Login);
  }

  /** The meaning of an answer that does not depend on the body. */
  static ApiAnswer of(ApiCall call, int status, @Nullable Long retryAfterMs) {
    if (status == 204 && !(call instanceof ApiCall.Login)) {
      return new ApiAnswer.Done();
    }
    if (status == 429) {
      return new ApiAnswer.Throttled(retryAfterMs);
    }
    if (status == 408 || status == 425 || (status >= 500 && status < 600)) {
      return new ApiAnswer.Failed(status, retryAfterMs);
    }
    return new ApiAnswer.Unexpected(
        status,
        status >= 300 && status < 400
            ? String.format(Locale.ROOT, "a redirect (status %d), which is not followed", status)
            : String.format(Locale.ROOT, "status %d is outside the API's contract", status));
  }

  /** The meaning of an answer that depends on the body; a body that was too long is null. */
  static ApiAnswer of(int status, byte @Nullable [] body) {
    if (body == null) {
      return new ApiAnswer.Unexpected(
          status, String.format(Locale.ROOT, "status %d with too long a body", status));
    }
    return status == 200 ? session(parsed(body)) : refusal(parsed(body));
  }

  private static ApiAnswer session(@Nullable JsonNode json) {
    String token = text(json, "ApiToken");
    return token != null && HEX.matcher(token).matches()
        ? new ApiAnswer.Session(Secret.of(token))
        : new ApiAnswer.Unexpected(200, "status 200 without a hex ApiToken");
  }

  private static ApiAnswer refusal(@Nullable JsonNode json) {
    String type = text(json, "ErrorType");
    String comment =
        json == null || !json.hasNonNull("ErrorComment") ? "" : text(json, "ErrorComment");
    return type == null || comment == null
        ? new ApiAnswer.Unexpected(400, "status 400 without the API's error JSON")
        : new ApiAnswer.Refused(type, comment);
  }

  private static @Nullable String text(@Nullable JsonNode json, String field) {
    JsonNode value = json == null ? null : json.get(field);
    return value != null && value.isString() ? value.stringValue() : null;
  }

  private static @Nullable JsonNode parsed(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (JacksonException notJson) {
      return null;
    }
  }
}
