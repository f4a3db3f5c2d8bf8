package dev.revoker.consume;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * What a partition's committed offset cannot say: which later requests are answered already. It
 * travels in the commit's metadata, so it is committed with the results or not at all.
 *
 * <p>Version 1 is the two characters {@code 1:} and, in Base64 (URL alphabet, no padding), this:
 *
 * <pre>
 * bytes    what
 * varint   how many runs of unanswered offsets follow, at least 1
 * then for each run, in rising order:
 * varint   how many offsets lie between the end of the run before and this one: answered, or holes.
 *          The first run begins at the committed offset, so its gap is 0
 * varint   how many offsets the run has, less 1
 * and last:
 * varint   how many answered offsets follow the last run, less 1
 * </pre>
 *
 * Varints are unsigned LEB128: seven bits a byte, the lowest first. Empty metadata says that
 * nothing after the committed offset is answered. A hole (an offset with no record: compacted away,
 * or a transaction's marker) counts as answered. The size depends on how many runs there are, so at
 * most on how many requests are unanswered.
 *
 * @param nextOffset the committed offset: the lowest unanswered one
 * @param endOffset the highest answered offset and 1; not below {@code nextOffset}
 * @param unanswered rising, within {@code [nextOffset, endOffset)}
 */
record OffsetMap(long nextOffset, long endOffset, List<Long> unanswered) {
  /** The broker's default limit, {@code offset.metadata.max.bytes}. */
  static final int MAX_METADATA_BYTES = 4096;

  private static final String VERSION = "1:";
  private static final int MAX_UNANSWERED = 1 << 16;
  private static final int MAX_VARINT_BYTES = 9;

  OffsetMap {
    unanswered = List.copyOf(unanswered);
  }

  /** Where nothing was ever committed. */
  static OffsetMap none() {
    return new OffsetMap(0, 0, List.of());
  }

  boolean isAnswered(long offset) {
    return offset < nextOffset || (offset < endOffset && !unanswered.contains(offset));
  }

  /** The metadata text, ASCII. */
  String encode() {
    if (unanswered.isEmpty()) {
      return "";
    }
    ByteArrayOutputStream runs = new ByteArrayOutputStream();
    int count = 0;
    long end = nextOffset;
    for (int first = 0; first < unanswered.size(); ) {
      int last = first;
      while (last + 1 < unanswered.size() && unanswered.get(last + 1) == unanswered.get(last) + 1) {
        last++;
      }
      writeVarint(runs, unanswered.get(first) - end);
      writeVarint(runs, last - first);
      end = unanswered.get(last) + 1;
      first = last + 1;
      count++;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    writeVarint(all, count);
    all.writeBytes(runs.toByteArray());
    writeVarint(all, endOffset - end - 1);
    return VERSION + Base64.getUrlEncoder().withoutPadding().encodeToString(all.toByteArray());
  }

  /**
   * Reads the metadata of a committed offset.
   *
   * @throws UnreadableMetadataException if it is not of a version that this code knows, or is
   *     damaged: to go on without it could answer requests twice
   */
  static OffsetMap decode(long nextOffset, String metadata) {
    if (metadata.isEmpty()) {
      return new OffsetMap(nextOffset, nextOffset, List.of());
    }
    if (!metadata.startsWith(VERSION)) {
      throw new UnreadableMetadataException("it is not of a version that this worker knows");
    }
    return new Reader(nextOffset, bytes(metadata)).read();
  }

  /**
   * An upper bound of {@link #encode}'s length for so many unanswered offsets that lie within
   * {@code span}, however they may come to be answered: each a run of its own, each gap as wide as
   * the span.
   */
  static int maxEncodedLength(int unanswered, long span) {
    long width = varintBytes(span);
    long bytes = varintBytes(unanswered) + unanswered * (width + 1) + MAX_VARINT_BYTES;
    return VERSION.length() + Math.toIntExact((bytes * 4 + 2) / 3);
  }

  private static byte[] bytes(String metadata) {
    try {
      return Base64.getUrlDecoder().decode(metadata.substring(VERSION.length()));
    } catch (IllegalArgumentException notBase64) {
      throw new UnreadableMetadataException("it is damaged: not Base64");
    }
  }

  private static void writeVarint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while (rest > 0x7f) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static int varintBytes(long value) {
    return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
  }

  /** The metadata of a committed offset cannot be read; the message says why. */
  static final class UnreadableMetadataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreadableMetadataException(String message) {
      super(message);
    }
  }

  private static final class Reader {
    private final long nextOffset;
    private final byte[] bytes;
    private int at;

    Reader(long nextOffset, byte[] bytes) {
      this.nextOffset = nextOffset;
      this.bytes = bytes;
    }

    OffsetMap read() {
      List<Long> unanswered = new ArrayList<>();
      long runs = varint();
      check(runs >= 1 && runs <= MAX_UNANSWERED);
      long end = nextOffset;
      for (long run = 0; run < runs; run++) {
        long gap = varint();
        check((gap == 0) == (run == 0));
        long lengthLessOne = varint();
        check(lengthLessOne < MAX_UNANSWERED - unanswered.size());
        long start = sum(end, gap);
        end = sum(start, lengthLessOne + 1);
        for (long offset = start; offset < end; offset++) {
          unanswered.add(offset);
        }
      }
      long endOffset = sum(sum(end, varint()), 1);
      check(at == bytes.length);
      return new OffsetMap(nextOffset, endOffset, unanswered);
    }

    private long varint() {
      long value = 0;
      for (int i = 0; i < MAX_VARINT_BYTES; i++) {
        check(at < bytes.length);
        byte next = bytes[at++];
        value |= (long) (next & 0x7f) << (7 * i);
        if (next >= 0) {
          return value;
        }
      }
      throw damaged();
    }

    private static long sum(long a, long b) {
      try {
        return Math.addExact(a, b);
      } catch (ArithmeticException overflow) {
        throw damaged();
      }
    }

    private static void check(boolean sound) {
      if (!sound) {
        throw damaged();
      }
    }

    private static UnreadableMetadataException damaged() {
      return new UnreadableMetadataException("it is damaged");
    }
  }
}
