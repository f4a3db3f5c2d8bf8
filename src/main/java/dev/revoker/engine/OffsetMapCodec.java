package dev.revoker.engine;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;

/**
 * Writes an {@link OffsetMap} as the metadata text of a committed offset, and reads it back. The
 * text is committed with the offset and the results, or not at all.
 *
 * <p>Empty metadata says that no request from the committed offset on is answered. Version 2 is the
 * two characters {@code 2:} and, in Base64 (URL alphabet, no padding), this:
 *
 * <pre>
 * bytes    what
 * 16       the topic's id
 * varint   the partition
 * varint   the committed offset
 * varint   how many runs of unanswered offsets follow, at least 1
 * then for each run, in rising order:
 * varint   how many offsets lie between the end of the run before and this one: answered, or holes.
 *          The first run begins at the committed offset, so its gap is 0
 * varint   how many offsets the run has, less 1
 * and last:
 * varint   how many answered offsets follow the last run, less 1
 * </pre>
 *
 * Varints are unsigned LEB128: seven bits a byte, the lowest first. Version 1 lacks the first three
 * values. A tool that moves or copies committed offsets and keeps the metadata would make a worker
 * skip requests: the first three values show that.
 */
final class OffsetMapCodec {
  /** The broker's default limit, {@code offset.metadata.max.bytes}. */
  static final int MAX_METADATA_BYTES = 4096;

  private static final int VERSION = 2;
  private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,8}):(.*)", Pattern.DOTALL);
  private static final int MAX_UNANSWERED = 1 << 16;
  private static final int MAX_VARINT_BYTES = 9;
  private static final int MAX_IDENTITY_BYTES = 16 + 5 + MAX_VARINT_BYTES;

  private OffsetMapCodec() {}

  /** What the metadata of a committed offset turned out to be. */
  sealed interface Decoded {
    /** A map. Only version 2 proves that it belongs to this committed offset. */
    record Map(OffsetMap map, int version) implements Decoded {}

    /** Not a map of this committed offset; {@code why} completes "the metadata ...". */
    record Misfit(String why) implements Decoded {}

    /** A newer worker wrote it. */
    record Newer(String version) implements Decoded {}
  }

  /** The metadata text, ASCII. */
  static String encode(OffsetMap map, TopicIdPartition partition) {
    if (map.unanswered().isEmpty()) {
      return "";
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(bytes(partition.topicId()));
    writeVarint(all, partition.partition());
    writeVarint(all, map.nextOffset());
    writeRuns(all, map);
    return VERSION
        + ":"
        + Base64.getUrlEncoder().withoutPadding().encodeToString(all.toByteArray());
  }

  private static void writeRuns(ByteArrayOutputStream out, OffsetMap map) {
    List<Long> unanswered = map.unanswered();
    ByteArrayOutputStream runs = new ByteArrayOutputStream();
    int count = 0;
    long end = map.nextOffset();
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
    writeVarint(out, count);
    out.writeBytes(runs.toByteArray());
    writeVarint(out, map.endOffset() - end - 1);
  }

  /** Reads the metadata that is committed with this offset of this partition. */
  static Decoded decode(TopicIdPartition partition, long committedOffset, String metadata) {
    if (metadata.isEmpty()) {
      return new Decoded.Map(OffsetMap.answeredBefore(committedOffset), VERSION);
    }
    Matcher text = TEXT.matcher(metadata);
    if (!text.matches()) {
      return new Decoded.Misfit("was not written by a worker");
    }
    int version = Integer.parseInt(text.group(1));
    if (version > VERSION) {
      return new Decoded.Newer(text.group(1));
    }
    try {
      return new Reader(committedOffset, base64(text.group(2))).read(version, partition);
    } catch (DamagedException damaged) {
      return new Decoded.Misfit("is damaged");
    }
  }

  /**
   * An upper bound of {@link #encode}'s length for so many unanswered offsets that lie within
   * {@code span}, in whatever order they are answered: each offset is a run of its own, and each
   * gap is as wide as the span.
   */
  static int maxEncodedLength(int unanswered, long span) {
    long width = varintBytes(span);
    long bytes =
        MAX_IDENTITY_BYTES + varintBytes(unanswered) + unanswered * (width + 1) + MAX_VARINT_BYTES;
    return 2 + Math.toIntExact((bytes * 4 + 2) / 3);
  }

  private static byte[] bytes(Uuid id) {
    return ByteBuffer.allocate(16)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  private static byte[] base64(String text) throws DamagedException {
    try {
      return Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException notBase64) {
      throw new DamagedException();
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

  private static final class DamagedException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private static final class Reader {
    private final long nextOffset;
    private final ByteBuffer bytes;

    Reader(long nextOffset, byte[] bytes) {
      this.nextOffset = nextOffset;
      this.bytes = ByteBuffer.wrap(bytes);
    }

    Decoded read(int version, TopicIdPartition partition) throws DamagedException {
      if (version > 1) {
        check(bytes.remaining() > 16);
        Uuid topicId = new Uuid(bytes.getLong(), bytes.getLong());
        long number = varint();
        long offset = varint();
        if (!topicId.equals(partition.topicId())) {
          return new Decoded.Misfit("belongs to another topic, whose id is " + topicId);
        }
        if (number != partition.partition()) {
          return new Decoded.Misfit("belongs to partition " + number);
        }
        if (offset != nextOffset) {
          return new Decoded.Misfit("belongs to the committed offset " + offset);
        }
      }
      return new Decoded.Map(map(), version);
    }

    private OffsetMap map() throws DamagedException {
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
      check(!bytes.hasRemaining());
      return new OffsetMap(nextOffset, endOffset, unanswered);
    }

    private long varint() throws DamagedException {
      long value = 0;
      for (int i = 0; i < MAX_VARINT_BYTES; i++) {
        check(bytes.hasRemaining());
        byte next = bytes.get();
        value |= (long) (next & 0x7f) << (7 * i);
        if (next >= 0) {
          return value;
        }
      }
      throw new DamagedException();
    }

    private static long sum(long a, long b) throws DamagedException {
      check(a <= Long.MAX_VALUE - b);
      return a + b;
    }

    private static void check(boolean sound) throws DamagedException {
      if (!sound) {
        throw new DamagedException();
      }
    }
  }
}
