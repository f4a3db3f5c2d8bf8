package dev.revoker.hostile;

import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A hostile record.
 *
 * @param value null for a tombstone
 * @param timestampMs null for the present time
 * @param key in the value, as spelled there; null if there is none
 * @param valid whether it is a request by the contract; otherwise its result is {@code rejected}
 */
public record HostileRecord(
    Kind kind,
    byte @Nullable [] value,
    List<Header> headers,
    @Nullable Long timestampMs,
    @Nullable String key,
    boolean valid) {
  /** The kinds of hostile records. */
  public enum Kind {
    /** {@code requested_at} in an impossible year. */
    REQUESTED_AT,
    /** A timestamp of the record that is hundreds of years away. */
    TIMESTAMP,
    /** A value of the maximum length. */
    LARGEST,
    /** A longer value, up to the broker's limit. */
    TOO_LARGE,
    /** The maximum number of labels, each of the maximum length. */
    LARGEST_LABELS,
    /** More labels, or longer ones. */
    TOO_MANY_LABELS,
    /** Made so that the search for secrets in echoed text is slow. */
    SLOW_REDACTION,
    /** Another request's id, in the value or in {@code ce_id}. */
    COPIED_ID,
    /** The labels of another row of {@code submit}. */
    COPIED_LABELS,
    /** No JSON, but the headers of a CloudEvent. */
    JUNK_EVENT,
    TOMBSTONE,
    /** Headers that are null, huge, or there twice. */
    HEADERS,
    /** The key in fields that are echoed. */
    ECHOED_KEY,
    /** JSON that is deeply nested, or has a number with many digits. */
    DEEP_JSON
  }

  @Override
  public String toString() {
    return kind + (valid ? "" : ", not valid");
  }
}
