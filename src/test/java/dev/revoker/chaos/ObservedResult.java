package dev.revoker.chaos;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A result that a read_committed reader saw.
 *
 * @param source coordinates of the request
 * @param partition and offset of the result
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
        Instant.parse(json.get("received_at").asString()),
        Instant.parse(json.get("completed_at").asString()));
  }
}
