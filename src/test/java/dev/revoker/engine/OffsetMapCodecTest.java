package dev.revoker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.revoker.engine.OffsetMapCodec.Decoded;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random runs have a seed, so that a failure can be repeated. */
class OffsetMapCodecTest {
  private static final int RUNS = 3_000;
  private static final Uuid TOPIC_ID = new Uuid(0x0102030405060708L, 0x090a0b0c0d0e0f10L);
  private static final TopicIdPartition PARTITION = new TopicIdPartition(TOPIC_ID, 200, "topic");

  @Test
  void versionTwoIsTheseBytes() {
    OffsetMap map = new OffsetMap(1000, 1300, List.of(1000L, 1001L, 1005L));

    String text = encode(map);

    assertThat(text).startsWith("2:");
    // The topic's id, partition 200, offset 1000. Two runs: [1000, 1002), then 3 answered, then
    // [1005, 1006), then 294 answered.
    assertThat(bytesOf(text))
        .containsExactly(
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0xc8, 0x01, 0xe8, 0x07, 2, 0, 1,
            3, 0, 0xa5, 0x02);
    assertThat(text).isEqualTo("2:AQIDBAUGBwgJCgsMDQ4PEMgB6AcCAAEDAKUC");
    assertThat(decode(1000, text)).isEqualTo(new Decoded.Map(map, 2));
  }

  /** The text of the previous version. */
  @Test
  void versionOneIsStillRead() {
    OffsetMap map = new OffsetMap(1000, 1300, List.of(1000L, 1001L, 1005L));

    assertThat(decode(1000, "1:AgABAwClAg")).isEqualTo(new Decoded.Map(map, 1));
  }

  @Test
  void emptyMetadataSaysThatNothingLaterIsAnswered() {
    assertThat(encode(new OffsetMap(7, 7, List.of()))).isEmpty();
    assertThat(decode(7, "")).isEqualTo(new Decoded.Map(new OffsetMap(7, 7, List.of()), 2));
  }

  @Test
  void aMapOfAnotherTopicPartitionOrOffsetIsAMisfit() {
    String text = encode(new OffsetMap(1000, 1300, List.of(1000L)));

    assertThat(decode(999, text))
        .isEqualTo(new Decoded.Misfit("belongs to the committed offset 1000"));
    assertThat(OffsetMapCodec.decode(new TopicIdPartition(TOPIC_ID, 199, "topic"), 1000, text))
        .isEqualTo(new Decoded.Misfit("belongs to partition 200"));
    assertThat(OffsetMapCodec.decode(new TopicIdPartition(Uuid.ONE_UUID, 200, "topic"), 1000, text))
        .isEqualTo(
            new Decoded.Misfit("belongs to another topic, whose id is AQIDBAUGBwgJCgsMDQ4PEA"));
  }

  @Test
  void everyMapIsReadBackAsItWasWritten() {
    Random random = new Random(1);
    for (int run = 0; run < RUNS; run++) {
      OffsetMap map = random(random);
      assertThat(decode(map.nextOffset(), encode(map))).isEqualTo(new Decoded.Map(map, 2));
    }
  }

  @Test
  void theTextIsNeverLongerThanItsBound() {
    Random random = new Random(2);
    for (int run = 0; run < RUNS; run++) {
      OffsetMap map = random(random);
      long span = map.unanswered().getLast() - map.unanswered().getFirst();
      assertThat(encode(map).length())
          .isLessThanOrEqualTo(OffsetMapCodec.maxEncodedLength(map.unanswered().size(), span));
    }
  }

  @Test
  void sizeDependsOnTheNumberOfRunsAndNotOnTheirDistance() {
    OffsetMap near =
        new OffsetMap(0, 200, LongStream.range(0, 50).map(i -> i * 2).boxed().toList());
    OffsetMap longRuns =
        new OffsetMap(
            0,
            2_000_000,
            LongStream.range(0, 50_000).map(i -> i / 1000 * 40_000 + i % 1000).boxed().toList());
    OffsetMap far =
        new OffsetMap(0, 1L << 40, LongStream.range(0, 50).map(i -> i << 34).boxed().toList());

    assertThat(encode(near).length()).isLessThan(190);
    assertThat(encode(longRuns).length()).isLessThan(440);
    // A gap of ten digits costs five bytes, and not a byte for each offset in it.
    assertThat(encode(far).length()).isLessThan(490);
  }

  @Test
  void anyTextIsAMapOrAMisfit() {
    Random random = new Random(3);
    for (int run = 0; run < RUNS * 10; run++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      if (bytes.length > 0 && random.nextBoolean()) {
        // Only a few runs, so that the reader gets beyond their count.
        bytes[0] = (byte) random.nextInt(1, 5);
      }
      assertMapOrMisfit("1:" + encoded(bytes));
      assertMapOrMisfit("2:" + encoded(identified(bytes)));
    }
  }

  @Test
  void anyDamagedTextIsAMapOrAMisfit() {
    Random random = new Random(4);
    for (int run = 0; run < RUNS * 5; run++) {
      StringBuilder text = new StringBuilder(encode(random(random)));
      for (int damage = random.nextInt(1, 4); damage > 0; damage--) {
        text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(32, 127));
      }
      assertMapOrMisfit(text.toString());
      assertMapOrMisfit(text.substring(0, random.nextInt(text.length())));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "1:",
        "2:",
        "2:AgABAwClAg",
        "2:AQIDBAUGBwgJCgsMDQ4PEMgB6AcC",
        "0:",
        "01:AgABAwClAg",
        "-1:AA",
        "9999999999:AA",
        " ",
        "1:A",
        "1:====",
        "host-7 2026-01-01",
        "{}",
        "\u00e9",
        "1:AgABAwClAg==\n",
        "1:AgABAwClAgA"
      })
  void foreignAndDamagedTextIsAMisfit(String text) {
    assertThat(decode(1000, text)).isInstanceOf(Decoded.Misfit.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3:", "3:AgABAwClAg", "10:AA", "999999999:\n"})
  void newerTextIsRecognised(String text) {
    assertThat(decode(1000, text)).isInstanceOf(Decoded.Newer.class);
  }

  @Test
  void aLengthThatOverflowsIsAMisfit() {
    // One run of 2^63 offsets: its length is the largest varint, and 1.
    byte[] bytes = {1, 0, -1, -1, -1, -1, -1, -1, -1, -1, 0x7f, 0};

    assertThat(decode(0, "1:" + encoded(bytes))).isInstanceOf(Decoded.Misfit.class);
  }

  @Test
  void aHugeLengthIsAMisfitBeforeItTakesMemory() {
    // 65,537 in one run, and 2^28 runs.
    byte[] longRun = {1, 0, (byte) 0x80, (byte) 0x80, 0x04, 0};
    byte[] manyRuns = {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x01};

    assertThat(decode(0, "1:" + encoded(longRun))).isInstanceOf(Decoded.Misfit.class);
    assertThat(decode(0, "1:" + encoded(manyRuns))).isInstanceOf(Decoded.Misfit.class);
  }

  @Test
  void requestsBeforeTheEndThatAreNotUnansweredAreAnswered() {
    OffsetMap map = new OffsetMap(5, 9, List.of(5L, 7L));
    assertThat(LongStream.range(0, 12).filter(map::isAnswered))
        .containsExactly(0L, 1L, 2L, 3L, 4L, 6L, 8L);
  }

  /** No writer produces these bytes. */
  @Test
  void textThatNoWriterProducesIsAMisfit() {
    byte[] noRuns = {0, 0};
    byte[] tooLongANumber = {1, -128, -128, -128, -128, -128, -128, -128, -128, -128, 0, 0, 0};
    byte[] tooManyInTwoRuns = {2, 0, -1, -1, 3, 1, -1, -1, 3, 0};
    for (byte[] bytes : List.of(noRuns, tooLongANumber, tooManyInTwoRuns)) {
      String text = "1:" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
      assertThat(decode(3, text)).isInstanceOf(Decoded.Misfit.class);
    }
  }

  @Test
  void theHighestOffsetsAreWrittenAndRead() {
    OffsetMap map = new OffsetMap(0, Long.MAX_VALUE, List.of(0L, Long.MAX_VALUE - 2));

    assertThat(decode(0, encode(map))).isEqualTo(new Decoded.Map(map, 2));
    assertThatCode(() -> OffsetMapCodec.maxEncodedLength(2, Long.MAX_VALUE))
        .doesNotThrowAnyException();
  }

  private static void assertMapOrMisfit(String text) {
    if (decode(1000, text) instanceof Decoded.Map(OffsetMap map, int version)) {
      check(map);
    }
  }

  private static String encode(OffsetMap map) {
    return OffsetMapCodec.encode(map, PARTITION);
  }

  private static Decoded decode(long offset, String text) {
    return OffsetMapCodec.decode(PARTITION, offset, text);
  }

  /** The runs after the identity of version 2. */
  private static byte[] identified(byte[] runs) {
    return ByteBuffer.allocate(20 + runs.length)
        .putLong(TOPIC_ID.getMostSignificantBits())
        .putLong(TOPIC_ID.getLeastSignificantBits())
        .put(new byte[] {(byte) 0xc8, 0x01, (byte) 0xe8, 0x07})
        .put(runs)
        .array();
  }

  private static void check(OffsetMap map) {
    assertThat(map.endOffset()).isGreaterThanOrEqualTo(map.nextOffset());
    assertThat(map.unanswered().size()).isLessThanOrEqualTo(1 << 16);
    long before = map.nextOffset() - 1;
    for (long offset : map.unanswered()) {
      assertThat(offset).isGreaterThan(before).isLessThan(map.endOffset());
      before = offset;
    }
    if (!map.unanswered().isEmpty()) {
      assertThat(map.unanswered().getFirst()).isEqualTo(map.nextOffset());
    }
  }

  /** At least one offset is unanswered; the first of them is the committed offset. */
  private static OffsetMap random(Random random) {
    long next = random.nextBoolean() ? random.nextInt(1000) : random.nextLong(1L << 60);
    TreeSet<Long> unanswered = new TreeSet<>();
    long offset = next;
    for (int left = random.nextInt(1, 300); left > 0; left--) {
      unanswered.add(offset);
      offset += random.nextInt(3) > 0 ? 1 : random.nextLong(1, 1L << random.nextInt(1, 40));
    }
    long end = unanswered.getLast() + 1 + random.nextLong(1, 1L << random.nextInt(1, 40));
    return new OffsetMap(next, end, new ArrayList<>(unanswered));
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static int[] bytesOf(String text) {
    byte[] bytes = Base64.getUrlDecoder().decode(text.substring(2));
    int[] unsigned = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      unsigned[i] = bytes[i] & 0xff;
    }
    return unsigned;
  }
}
