package dev.revoker.submit;

import dev.revoker.message.Text;
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

  /** A terminal needs as many columns for one line a result. */
  private static final int WIDE = 200;

  private static final String LINE = "%-24s %-15s %-14s %-24s %-10s %-71s %s";

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

  /** The columns of {@link #line}; empty where a terminal is too narrow for columns. */
  static String heading(int columns) {
    return isNarrow(columns)
        ? ""
        : String.format(
            Locale.ROOT,
            LINE,
            "completed",
            "outcome",
            "key state",
            "request",
            "account",
            "key fingerprint",
            "error");
  }

  /** The result for people: one line, or several where the terminal is narrow. */
  String line(int columns) {
    String error =
        json.path("error").isObject() ? shown("error.type") + ": " + shown("error.comment") : "";
    if (isNarrow(columns)) {
      return String.join(" ", shown("completed_at"), outcome.wireName(), shown("key_state"))
          + String.join(" ", "\n ", shown("request_id"), shown("account")).stripTrailing()
          + "\n  "
          + shortened(shown("key_fingerprint"), columns - 2)
          + (error.isEmpty() ? "" : "\n  " + error);
    }
    return String.format(
            Locale.ROOT,
            LINE,
            shown("completed_at"),
            outcome.wireName(),
            shown("key_state"),
            shown("request_id"),
            shown("account"),
            shown("key_fingerprint"),
            error)
        .stripTrailing();
  }

  /** A field without line breaks, so that nobody can forge a line. */
  private String shown(String field) {
    return Text.visible(text(field));
  }

  private static boolean isNarrow(int columns) {
    return columns > 0 && columns < WIDE;
  }

  private static String shortened(String text, int width) {
    return text.length() <= width ? text : text.substring(0, Math.max(0, width - 3)) + "...";
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
