package dev.revoker.submit;

import dev.revoker.model.Outcome;
import dev.revoker.model.Source;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A result, read from the results topic.
 *
 * @param json the whole value
 */
record ResultRecord(Outcome outcome, ObjectNode json) {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String LINE = "%-24s %-14s %-14s %-24s %-10s %-71s %s";

  /** Null where the record is not a result, or has an outcome that this version does not know. */
  static @Nullable ResultRecord of(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return null;
    }
    try {
      if (JSON.readTree(record.value()) instanceof ObjectNode json) {
        Outcome outcome = outcome(json.path("outcome").asString(""));
        return outcome == null ? null : new ResultRecord(outcome, json);
      }
    } catch (JacksonException notJson) {
      return null;
    }
    return null;
  }

  /** A field's text, in dotted notation; empty where the field is missing or null. */
  String text(String field) {
    JsonNode node = json;
    for (String name : field.split("\\.", -1)) {
      node = node.path(name);
    }
    return node.isNull() || node.isMissingNode() ? "" : node.asString("");
  }

  /** The coordinates of the request record; null where the result has none. */
  @Nullable Source source() {
    JsonNode source = json.path("source");
    JsonNode topic = source.path("topic");
    JsonNode partition = source.path("partition");
    JsonNode offset = source.path("offset");
    return topic.isString() && partition.canConvertToInt() && offset.canConvertToLong()
        ? new Source(topic.asString(), partition.asInt(), offset.asLong())
        : null;
  }

  /** Names the key; empty where no key could be read. */
  String fingerprint() {
    return text("key_fingerprint");
  }

  /**
   * The batch's id as the request's labels claim it; empty without that label. Whoever may write
   * requests can claim any batch.
   */
  String claimedBatch() {
    return json.path("labels").path(SubmitBatch.ID_LABEL).asString("");
  }

  /** The row as the request's labels claim it; null without that label. */
  SubmitBatch.@Nullable Place claimedPlace() {
    return SubmitBatch.place(json.path("labels").path(SubmitBatch.ROW_LABEL).asString(""));
  }

  /** The columns of {@link #line}. */
  static String heading() {
    return String.format(
            Locale.ROOT,
            LINE,
            "completed",
            "outcome",
            "key state",
            "request",
            "account",
            "key fingerprint",
            "error")
        .stripTrailing();
  }

  /** The result in one line, for people. */
  String line() {
    String error =
        json.path("error").isObject() ? text("error.type") + ": " + text("error.comment") : "";
    return String.format(
            Locale.ROOT,
            LINE,
            text("completed_at"),
            outcome.wireName(),
            text("key_state"),
            text("request_id"),
            text("account"),
            fingerprint(),
            error)
        .stripTrailing();
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
