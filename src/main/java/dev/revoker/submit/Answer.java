package dev.revoker.submit;

import dev.revoker.model.Outcome;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A result as it was read.
 *
 * @param json all of it
 */
record Answer(Outcome outcome, ObjectNode json) {
  private static final JsonMapper JSON = new JsonMapper();

  /** Null where the record is no result: the topic may hold what we do not know. */
  static @Nullable Answer of(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return null;
    }
    try {
      if (JSON.readTree(record.value()) instanceof ObjectNode json) {
        Outcome outcome = outcome(json.path("outcome").asString(""));
        return outcome == null ? null : new Answer(outcome, json);
      }
    } catch (JacksonException notJson) {
      return null;
    }
    return null;
  }

  /** The field's text, in dotted notation; empty where there is none. */
  String text(String field) {
    JsonNode node = json;
    for (String name : field.split("\\.", -1)) {
      node = node.path(name);
    }
    return node.isNull() || node.isMissingNode() ? "" : node.asString("");
  }

  /** The batch it belongs to; empty where it is of none. */
  String batch() {
    return json.path("labels").path(Batch.ID_LABEL).asString("");
  }

  /** Its row; null where it is of no batch. */
  Batch.@Nullable Place place() {
    return Batch.place(json.path("labels").path(Batch.ROW_LABEL).asString(""));
  }

  private static @Nullable Outcome outcome(String word) {
    for (Outcome outcome : Outcome.values()) {
      if (outcome.name().toLowerCase(Locale.ROOT).equals(word)) {
        return outcome;
      }
    }
    return null;
  }
}
