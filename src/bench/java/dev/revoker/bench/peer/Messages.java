package dev.revoker.bench.peer;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests in, results out, with the fields that a reader of the worker's results would need. */
final class Messages {
  private static final JsonMapper JSON = new JsonMapper();

  private Messages() {}

  record Request(String id, String key) {}

  static Request read(byte[] value) {
    JsonNode json = JSON.readTree(value);
    return new Request(
        json.required("request_id").stringValue(), json.required("api_securekey").stringValue());
  }

  static ProducerRecord<byte[], byte[]> result(String topic, Request request, int status) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("request_id", request.id());
    fields.put("status", status == 204 ? "success" : "error");
    fields.put("http_status", status);
    fields.put("completed_at", Instant.now().toString());
    return new ProducerRecord<>(
        topic, request.id().getBytes(StandardCharsets.UTF_8), JSON.writeValueAsBytes(fields));
  }
}
