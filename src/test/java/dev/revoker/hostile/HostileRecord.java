package dev.revoker.hostile;

import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record that somebody wrote to do harm.
 *
 * @param value null for a tombstone
 * @param timestampMs null for the present time
 * @param key that the value holds, as it is spelled there; null where it holds none
 * @param valid whether it is a request by the contract; otherwise its result is {@code rejected}
 */
public record HostileRecord(
    Kind kind,
    byte @Nullable [] value,
    List<Header> headers,
    @Nullable Long timestampMs,
    @Nullable String key,
    boolean valid) {
  /** What is wrong with it. */
  public enum Kind {
    /** {@code requested_at} of a year in which nobody asked for anything. */
    REQUESTED_AT,
    /** A timestamp of the record that is hundreds of years away. */
    TIMESTAMP,
    /** As long as a value may be. */
    LARGEST,
    /** Longer, up to the limit of the broker. */
    TOO_LARGE,
    /** As many labels as there may be, each as long as it may be. */
    LARGEST_LABELS,
    /** More labels, or longer ones. */
    TOO_MANY_LABELS,
    /** Made so that the search for secrets in echoed text takes long. */
    SLOW_REDACTION,
    /** The id of somebody else's request, in the value or in {@code ce_id}. */
    COPIED_ID,
    /** The labels that {@code submit} gives to somebody else's row. */
    COPIED_LABELS,
    /** No JSON, but the headers of a CloudEvent. */
    JUNK_EVENT,
    TOMBSTONE,
    /** Headers that are null, huge, or there twice. */
    HEADERS,
    /** The key itself where it would be echoed. */
    ECHOED_KEY,
    /** JSON that is deeply nested, or has a number with many digits. */
    DEEP_JSON
  }

  @Override
  public String toString() {
    return kind + (valid ? "" : ", not valid");
  }
}
