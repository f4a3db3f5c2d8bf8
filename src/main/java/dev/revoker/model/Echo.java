package dev.revoker.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

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
public record Echo(
    String requestId,
    @Nullable String keyFingerprint,
    @Nullable String account,
    @Nullable String reason,
    @Nullable String requestedBy,
    @Nullable String requestedAt,
    Map<String, String> labels,
    @Nullable String traceparent,
    @Nullable String tracestate) {}
