package dev.revoker.consume;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.assertj.core.api.Assertions;

/** What stands in a commit's metadata is read as it was written, or refused in so many words. */
class OffsetMapFuzz {
  private static final int MOST_UNANSWERED = 1 << 16;

  /** The first byte tells whether the rest is the text, what is inside the Base64, or offsets. */
  @FuzzTest
  void metadataIsReadAsItWasWrittenOrRefused(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] rest = java.util.Arrays.copyOfRange(input, 1, input.length);
    switch (input[0] & 3) {
      case 0 -> decodes(1234, new String(rest, StandardCharsets.ISO_8859_1));
      case 1 -> decodes(0, "1:" + Base64.getUrlEncoder().withoutPadding().encodeToString(rest));
      case 2 ->
          decodes(
              Long.MAX_VALUE - 300,
              "1:" + Base64.getUrlEncoder().withoutPadding().encodeToString(rest));
      default -> encodes(rest);
    }
  }

  private static void decodes(long nextOffset, String metadata) {
    OffsetMap map;
    try {
      map = OffsetMap.decode(nextOffset, metadata);
    } catch (OffsetMap.UnreadableMetadataException refused) {
      Assertions.assertThat(refused.getMessage()).startsWith("it is ");
      return;
    }
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
    Assertions.assertThat(OffsetMap.decode(nextOffset, map.encode())).isEqualTo(map);
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
    String text = map.encode();
    Assertions.assertThat(OffsetMap.decode(nextOffset, text)).isEqualTo(map);
    Assertions.assertThat(text.length())
        .isLessThanOrEqualTo(
            OffsetMap.maxEncodedLength(unanswered.size(), map.endOffset() - nextOffset));
  }
}
