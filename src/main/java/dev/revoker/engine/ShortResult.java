package dev.revoker.engine;

import dev.revoker.model.Echo;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import java.util.Map;

/**
 * A result without the fields that it only repeats of the request: reason, requested_by,
 * requested_at and labels. The fields about the key stay.
 */
final class ShortResult {
  private ShortResult() {}

  static Result of(Result result) {
    return result.with(without(result.request()));
  }

  private static Request without(Request request) {
    Echo full = request.echo();
    Echo echo =
        new Echo(
            full.requestId(),
            full.keyFingerprint(),
            full.account(),
            null,
            null,
            null,
            Map.of(),
            full.traceparent(),
            full.tracestate());
    return switch (request) {
      case Request.Valid valid ->
          new Request.Valid(
              valid.source(),
              valid.lane(),
              valid.receivedAt(),
              valid.agedFrom(),
              echo,
              valid.key(),
              valid.username(),
              valid.apiToken(),
              valid.notAfter());
      case Request.Invalid invalid ->
          new Request.Invalid(
              invalid.source(),
              invalid.lane(),
              invalid.receivedAt(),
              invalid.agedFrom(),
              echo,
              invalid.error());
    };
  }
}
