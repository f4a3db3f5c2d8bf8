package dev.revoker.model;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request record, read. Immutable. */
public sealed interface Request {
  /** Its coordinates in Kafka. */
  Source source();

  /** The name of the lane it came in by. */
  String lane();

  /** When the worker read it. */
  Instant receivedAt();

  /**
   * {@code requested_at} where given, else the record's own timestamp: what ages are measured from.
   */
  Instant agedFrom();

  /** What its result repeats. */
  Echo echo();

  /**
   * A valid request.
   *
   * @param key the key to remove, sent as given
   * @param username who the key logs in as, for its verification; null is the account's user name
   * @param apiToken a session of the caller's own, used instead of the account's
   * @param notAfter after this time the API is not called for the request
   */
  record Valid(
      Source source,
      String lane,
      Instant receivedAt,
      Instant agedFrom,
      Echo echo,
      Secret key,
      @Nullable String username,
      @Nullable Secret apiToken,
      @Nullable Instant notAfter)
      implements Request {}

  /**
   * A record that does not fit; its result is {@code rejected} with this error, and the API is not
   * called.
   */
  record Invalid(
      Source source,
      String lane,
      Instant receivedAt,
      Instant agedFrom,
      Echo echo,
      ResultError error)
      implements Request {}

  /**
   * What of a request is repeated in its result, already free of the request's own secrets.
   *
   * @param requestId 1 to 128 printable ASCII characters
   * @param keyFingerprint {@code sha256:} or {@code hmac-sha256:} and 64 hex digits; null where no
   *     key could be read
   * @param account the account the request named, else the default one; null where neither is known
   * @param requestedAt the text as it was given (RFC 3339)
   * @param labels empty where none were given
   * @param traceparent W3C trace context, carried over as a header
   * @param tracestate W3C trace context, carried over as a header
   */
  record Echo(
      String requestId,
      @Nullable String keyFingerprint,
      @Nullable String account,
      @Nullable String reason,
      @Nullable String requestedBy,
      @Nullable String requestedAt,
      Map<String, String> labels,
      @Nullable String traceparent,
      @Nullable String tracestate) {}
}
