package dev.revoker.engine;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.revoker.engine.OffsetMapCodec.Decoded;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.assertj.core.api.Assertions;

/** What stands in a commit's metadata is read as it was written, or refused in so many words. */
class OffsetMapFuzz {
  private static final int MOST_UNANSWERED = 1 << 16;
  private static final TopicIdPartition PARTITION =
      new TopicIdPartition(Uuid.ZERO_UUID, 0, "topic");

  /** Base64 of 18 zeros: the topic's id, partition 0 and offset 0. */
  private static final String IDENTITY = "A".repeat(24);

  /** The first byte tells whether the rest is the text, what is inside the Base64, or offsets. */
  @FuzzTest
  void metadataIsReadAsItWasWrittenOrIsAMisfit(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] rest = java.util.Arrays.copyOfRange(input, 1, input.length);
    switch (input[0] & 3) {
      case 0 -> decodes(1234, new String(rest, StandardCharsets.ISO_8859_1));
      case 1 ->
          decodes(
              0, "2:" + IDENTITY + Base64.getUrlEncoder().withoutPadding().encodeToString(rest));
      case 2 ->
          decodes(
              Long.MAX_VALUE - 300,
              "1:" + Base64.getUrlEncoder().withoutPadding().encodeToString(rest));
      default -> encodes(rest);
    }
  }

  private static void decodes(long nextOffset, String metadata) {
    if (OffsetMapCodec.decode(PARTITION, nextOffset, metadata)
        instanceof Decoded.Map(OffsetMap map, int version)) {
      check(map, nextOffset);
    }
  }

  private static void check(OffsetMap map, long nextOffset) {
    Assertions.assertThat(map.nextOffset()).isEqualTo(nextOffset);
    Assertions.assertThat(map.endOffset()).isGreaterThanOrEqualTo(nextOffset);
    Assertions.assertThat(map.unanswered()).hasSizeLessThanOrEqualTo(MOST_UNANSWERED);
    long before = nextOffset - 1;
    for (long offset : map.unanswered()) {
      if (offset <= before || offset >= map.endOffset()) {
        throw new AssertionError(offset + " after " + before + " in " + map);
      }
      before = offset;
    }
    assertReadAsWritten(map);
  }

  /** Offsets as the loop has them: the lowest is the committed one. */
  private static void encodes(byte[] gaps) {
    long nextOffset = gaps.length < 8 ? 7 : ByteBuffer.wrap(gaps).getLong() >>> 8;
    List<Long> unanswered = new ArrayList<>(List.of(nextOffset));
    long last = nextOffset;
    for (byte gap : gaps) {
      last += gap == -1 ? 1L << 40 : 1 + (gap & 0x7f);
      unanswered.add(last);
    }
    OffsetMap map = new OffsetMap(nextOffset, last + 2, unanswered);
    String text = OffsetMapCodec.encode(map, PARTITION);
    assertReadAsWritten(map);
    Assertions.assertThat(text.length())
        .isLessThanOrEqualTo(
            OffsetMapCodec.maxEncodedLength(unanswered.size(), map.endOffset() - nextOffset));
  }

  private static void assertReadAsWritten(OffsetMap map) {
    String text = OffsetMapCodec.encode(map, PARTITION);
    Assertions.assertThat(OffsetMapCodec.decode(PARTITION, map.nextOffset(), text))
        .isEqualTo(new Decoded.Map(map, 2));
  }
}
