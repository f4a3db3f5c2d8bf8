package dev.revoker.sim;

import java.util.Base64;
import java.util.HashSet;
import java.util.Set;

/** A second reader of the metadata, written after the table in OffsetMapCodec's documentation. */
public record CommittedProgress(long nextOffset, long endOffset, Set<Long> unanswered) {
  private static final int TOPIC_ID_BYTES = 16;

  /** Whether the request at this offset counts as answered. */
  public boolean answered(long offset) {
    return offset < nextOffset || (offset < endOffset && !unanswered.contains(offset));
  }

  /** Reads committed metadata: version 2, or version 1, which lacks the first three values. */
  public static CommittedProgress read(long nextOffset, String metadata) {
    if (metadata.isEmpty()) {
      return new CommittedProgress(nextOffset, nextOffset, Set.of());
    }
    byte[] bytes = Base64.getUrlDecoder().decode(metadata.substring("2:".length()));
    int[] at = {0};
    if (metadata.startsWith("2:")) {
      at[0] = TOPIC_ID_BYTES;
      varint(bytes, at);
      if (varint(bytes, at) != nextOffset) {
        throw new IllegalArgumentException("the metadata belongs to another offset");
      }
    }
    Set<Long> unanswered = new HashSet<>();
    long end = nextOffset;
    for (long runs = varint(bytes, at); runs > 0; runs--) {
      long start = end + varint(bytes, at);
      end = start + varint(bytes, at) + 1;
      for (long offset = start; offset < end; offset++) {
        unanswered.add(offset);
      }
    }
    return new CommittedProgress(nextOffset, end + varint(bytes, at) + 1, unanswered);
  }

  private static long varint(byte[] bytes, int[] at) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes[at[0]++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }
}
