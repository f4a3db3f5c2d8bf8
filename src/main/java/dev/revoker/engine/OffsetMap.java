package dev.revoker.engine;

import java.util.List;

/**
 * Which requests of a partition are answered: every request before {@code endOffset} that is not in
 * {@code unanswered}. A hole (an offset without a record: compacted away, or the marker of a
 * transaction) counts as answered.
 *
 * @param nextOffset the committed offset: the lowest unanswered one
 * @param endOffset the highest answered offset and 1; not below {@code nextOffset}
 * @param unanswered rising, within {@code [nextOffset, endOffset)}
 */
record OffsetMap(long nextOffset, long endOffset, List<Long> unanswered) {
  OffsetMap {
    unanswered = List.copyOf(unanswered);
  }

  /** For a partition without a committed offset. */
  static OffsetMap none() {
    return answeredBefore(0);
  }

  /** No request from this offset on is answered. */
  static OffsetMap answeredBefore(long nextOffset) {
    return new OffsetMap(nextOffset, nextOffset, List.of());
  }

  boolean isAnswered(long offset) {
    return offset < nextOffset || (offset < endOffset && !unanswered.contains(offset));
  }
}
