package dev.revoker.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The result of a request. Contains no secret.
 *
 * @param request what it answers
 * @param httpStatus of the last answer of the API, or null where none came
 * @param error null on success only
 * @param attempts how many times remove_api_key was called for the request, probes included
 * @param uncertainAttempts how many of those may have removed the key without saying so
 */
public record Result(
    Request request,
    Outcome outcome,
    KeyState keyState,
    @Nullable Integer httpStatus,
    @Nullable ResultError error,
    int attempts,
    int uncertainAttempts,
    Instant completedAt) {

  /** The answer to a record that is not a valid request. */
  public static Result rejected(Request.Invalid request, Instant now) {
    return new Result(
        request, Outcome.REJECTED, KeyState.UNKNOWN, null, request.error(), 0, 0, now);
  }
}
