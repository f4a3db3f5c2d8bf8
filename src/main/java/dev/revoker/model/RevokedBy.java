package dev.revoker.model;

import java.time.Instant;

/**
 * The earlier result that says that a key was revoked.
 *
 * @param requestId of the request that had the key removed
 * @param completedAt of that request's result
 */
public record RevokedBy(String requestId, Instant completedAt) {}
