package dev.revoker.sim;

import java.util.Base64;
import java.util.HashSet;
import java.util.Set;

/** A reader of its own for the metadata, after the table in OffsetMap's documentation. */
public record Progress(long nextOffset, long endOffset, Set<Long> unanswered) {
  /** Whether the request at this offset counts as answered. */
  public boolean answered(long offset) {
    return offset < nextOffset || (offset < endOffset && !unanswered.contains(offset));
  }

  /** What was committed, read. */
  public static Progress read(long nextOffset, String metadata) {
    if (metadata.isEmpty()) {
      return new Progress(nextOffset, nextOffset, Set.of());
    }
    byte[] bytes = Base64.getUrlDecoder().decode(metadata.substring("1:".length()));
    int[] at = {0};
    Set<Long> unanswered = new HashSet<>();
    long end = nextOffset;
    for (long runs = varint(bytes, at); runs > 0; runs--) {
      long start = end + varint(bytes, at);
      end = start + varint(bytes, at) + 1;
      for (long offset = start; offset < end; offset++) {
        unanswered.add(offset);
      }
    }
    return new Progress(nextOffset, end + varint(bytes, at) + 1, unanswered);
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
