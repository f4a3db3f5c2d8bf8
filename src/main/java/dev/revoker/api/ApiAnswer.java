package dev.revoker.api;

import dev.revoker.model.Secret;
import org.jspecify.annotations.Nullable;

/**
 * What came of one call. Failures are values here; texts in them name no URL, but may hold what the
 * API wrote.
 */
public sealed interface ApiAnswer {
  /** 204: done. */
  record Done() implements ApiAnswer {}

  /** 200 to a login, with its ApiToken. */
  record Session(Secret apiToken) implements ApiAnswer {}

  /** 400 with the API's error JSON. The texts are the API's, unscrubbed, at most 64 KiB long. */
  record Refused(String errorType, String errorComment) implements ApiAnswer {}

  /** 429. */
  record Throttled(@Nullable Long retryAfterMs) implements ApiAnswer {}

  /** 5xx, 408 or 425: it may pass. */
  record Failed(int status, @Nullable Long retryAfterMs) implements ApiAnswer {}

  /** Any other answer, which is outside the API's contract. */
  record Unexpected(int status, String why) implements ApiAnswer {}

  /** Nothing was sent: no address, no connection, no TLS. */
  record NoConnection(String why) implements ApiAnswer {}

  /** It was sent, or may have been, and no whole answer came: the API may have done it. */
  record NoAnswer(String why) implements ApiAnswer {}

  /** The answer's HTTP status, or null where none came. */
  default @Nullable Integer httpStatus() {
    return switch (this) {
      case Done d -> 204;
      case Session s -> 200;
      case Refused r -> 400;
      case Throttled t -> 429;
      case Failed f -> f.status();
      case Unexpected u -> u.status();
      case NoConnection n -> null;
      case NoAnswer n -> null;
    };
  }
}
