package dev.revoker.chaos;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A result that a read_committed reader saw.
 *
 * @param source coordinates of the request
 * @param partition and offset of the result
 * @param revokedBy id and time of the earlier result that says that the key was revoked, or null
 */
record ObservedResult(
    String source,
    int partition,
    long offset,
    String requestId,
    @Nullable String fingerprint,
    JsonNode labels,
    String outcome,
    String status,
    String keyState,
    int attempts,
    String worker,
    @Nullable String revokedBy,
    Instant receivedAt,
    Instant completedAt) {
  static ObservedResult of(int partition, long offset, JsonNode json) {
    JsonNode source = json.get("source");
    return new ObservedResult(
        "%s-%d-%d"
            .formatted(
                source.get("topic").asString(),
                source.get("partition").asInt(),
                source.get("offset").asLong()),
        partition,
        offset,
        json.get("request_id").asString(),
        json.get("key_fingerprint").isNull() ? null : json.get("key_fingerprint").asString(),
        json.path("labels"),
        json.get("outcome").asString(),
        json.get("status").asString(),
        json.get("key_state").asString(),
        json.get("attempts").asInt(),
        json.get("worker").asString(),
        json.path("revoked_by").isObject()
            ? json.at("/revoked_by/request_id").asString()
                + Instant.parse(json.at("/revoked_by/completed_at").asString())
            : null,
        Instant.parse(json.get("received_at").asString()),
        Instant.parse(json.get("completed_at").asString()));
  }
}
