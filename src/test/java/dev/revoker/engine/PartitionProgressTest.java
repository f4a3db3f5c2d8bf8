package dev.revoker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionProgressTest {
  private static final TopicIdPartition PARTITION =
      new TopicIdPartition(Uuid.ONE_UUID, 2_000_000_000, "topic");

  @Test
  void theCommittedOffsetIsTheLowestUnansweredOffset() {
    PartitionProgress progress = PartitionProgress.from(OffsetMap.none());
    LongStream.range(0, 5).forEach(progress::deliver);

    assertThat(progress.with(List.of(1L, 3L))).isEqualTo(new OffsetMap(0, 4, List.of(0L, 2L)));
    assertThat(progress.with(List.of(0L, 1L))).isEqualTo(new OffsetMap(2, 2, List.of()));
  }

  @Test
  void aDeliveredRequestIsNotProcessedAgain() {
    PartitionProgress progress = PartitionProgress.from(OffsetMap.none());
    assertThat(progress.deliver(4)).isTrue();
    assertThat(progress.deliver(4)).isFalse();
    assertThat(progress.deliver(2)).isFalse();
    assertThat(progress.unanswered()).isEqualTo(1);
  }

  @Test
  void computingACommitChangesNothing() {
    PartitionProgress progress = PartitionProgress.from(OffsetMap.none());
    LongStream.range(0, 3).forEach(progress::deliver);

    OffsetMap first = progress.with(List.of(0L, 2L));

    assertThat(progress.with(List.of(0L, 2L))).isEqualTo(first);
    assertThat(progress.with(List.of(1L))).isEqualTo(new OffsetMap(0, 2, List.of(0L)));
  }

  @Test
  void aCommitThatSucceededUnnoticedIsTakenOver() {
    PartitionProgress progress = PartitionProgress.from(OffsetMap.none());
    LongStream.range(0, 6).forEach(progress::deliver);
    OffsetMap done = progress.with(List.of(0L, 3L));

    assertThat(progress.reconcile(done)).containsExactly(0L, 3L);
    assertThat(progress.reconcile(done)).isEmpty();
    assertThat(progress.with(List.of(1L))).isEqualTo(new OffsetMap(2, 4, List.of(2L)));
  }

  @Test
  void aCommitThatDidNotSucceedChangesNothing() {
    PartitionProgress progress = PartitionProgress.from(OffsetMap.none());
    LongStream.range(0, 3).forEach(progress::deliver);
    OffsetMap before = progress.with(List.of(0L));
    answered(progress, List.of(0L));

    assertThat(progress.reconcile(before)).isEmpty();
    assertThat(progress.with(List.of(2L))).isEqualTo(new OffsetMap(1, 3, List.of(1L)));
  }

  @Test
  void aCommitThatTheBrokerLostIsNoticed() {
    PartitionProgress progress = PartitionProgress.from(OffsetMap.none());
    for (long offset = 0; offset < 5; offset++) {
      progress.deliver(offset);
    }
    answered(progress, List.of(0L));
    OffsetMap first = progress.with(List.of());
    answered(progress, List.of(2L));
    OffsetMap second = progress.with(List.of());
    answered(progress, List.of(3L));
    OffsetMap third = progress.with(List.of());
    answered(progress, List.of(1L));

    assertThat(progress.isAheadOf(OffsetMap.none())).isTrue();
    assertThat(progress.isAheadOf(first)).isTrue();
    assertThat(progress.isAheadOf(second)).isTrue();
    assertThat(progress.isAheadOf(third)).isTrue();
    assertThat(progress.isAheadOf(progress.with(List.of()))).isFalse();
    assertThat(progress.isAheadOf(progress.with(List.of(4L)))).as("it may know more").isFalse();
  }

  @Test
  void holesAfterACommitAreNotTakenForALostCommit() {
    PartitionProgress progress = PartitionProgress.from(OffsetMap.none());
    progress.deliver(0);
    OffsetMap committed = progress.with(List.of(0L));
    progress.deliver(5);

    progress.committed(List.of(0L), committed);

    assertThat(progress.isAheadOf(committed)).isFalse();
  }

  /** The map is full, and then retention deletes the requests that it calls unanswered. */
  @Test
  void deletedUnansweredRecordsTakeNoRoom() {
    PartitionProgress full = atTheBound();
    OffsetMap map = full.with(List.of(999_999L));
    PartitionProgress next = PartitionProgress.from(map);

    assertThat(next.hasRoomFor(5_000_000)).isTrue();
    assertThat(next.deliver(5_000_000)).isTrue();
    assertThat(next.unanswered()).isEqualTo(1);
  }

  @Test
  void anAnsweredRequestNeedsNoRoom() {
    PartitionProgress full = atTheBound();
    PartitionProgress next = PartitionProgress.from(full.with(List.of(999_999L)));

    assertThat(next.hasRoomFor(999_999)).isTrue();
    assertThat(next.deliver(999_999)).isFalse();
  }

  /** After a restart every unanswered request of a full map can be delivered again. */
  @Test
  void everyRequestOfAFullMapCanBeDelivered() {
    PartitionProgress full = atTheBound();
    OffsetMap map = full.with(List.of(999_999L));
    PartitionProgress next = PartitionProgress.from(map);

    for (long offset : map.unanswered()) {
      assertThat(next.hasRoomFor(offset)).isTrue();
      assertThat(next.deliver(offset)).isTrue();
    }
  }

  private static PartitionProgress atTheBound() {
    PartitionProgress progress = PartitionProgress.from(OffsetMap.none());
    long offset = 0;
    for (; progress.hasRoomFor(offset); offset += 2) {
      progress.deliver(offset);
      progress.deliver(offset + 1);
      answered(progress, List.of(offset + 1));
    }
    progress.deliver(999_999);
    return progress;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10, 400, 100_000})
  void noRequestIsSkippedOrRepeatedOverCrashes(int unanswered) {
    for (int seed = 0; seed < 12; seed++) {
      new Story(seed, unanswered).tell();
    }
  }

  private static void answered(PartitionProgress progress, List<Long> offsets) {
    progress.committed(offsets, progress.with(offsets));
  }

  /**
   * A log with holes. Requests are delivered and answered in random order, with crashes. Plain sets
   * hold the expected state.
   */
  private static final class Story {
    private final Random random;
    private final int mostUnderWay;
    private final NavigableSet<Long> log = new TreeSet<>();
    private final NavigableSet<Long> answeredForGood = new TreeSet<>();
    private final List<Long> underWay = new ArrayList<>();
    private OffsetMap committed = OffsetMap.none();
    private PartitionProgress progress = PartitionProgress.from(committed);
    private long readNext;

    Story(int seed, int mostUnderWay) {
      this.random = new Random(seed);
      this.mostUnderWay = mostUnderWay;
      long offset = random.nextInt(3);
      for (int i = 0; i < 4000; i++) {
        log.add(offset);
        offset += random.nextInt(4) > 0 ? 1 : random.nextLong(1, 1L << random.nextInt(1, 24));
      }
    }

    void tell() {
      while (answeredForGood.size() < log.size()) {
        switch (random.nextInt(40)) {
          case 0 -> crash();
          case 1, 2 -> commitWithoutAnAnswer();
          default -> {
            deliverSome();
            commitSome();
          }
        }
      }
      assertThat(log.tailSet(committed.nextOffset())).isEmpty();
      assertThat(progress.unanswered()).isZero();
    }

    private void deliverSome() {
      Long next = log.ceiling(readNext);
      for (int left = random.nextInt(1, 30);
          left > 0 && next != null && underWay.size() < mostUnderWay && progress.hasRoomFor(next);
          left--) {
        boolean work = progress.deliver(next);
        assertThat(work).as("offset %s", next).isEqualTo(!answeredForGood.contains(next));
        if (work) {
          underWay.add(next);
        }
        readNext = next + 1;
        next = log.ceiling(readNext);
      }
    }

    private void commitSome() {
      if (!underWay.isEmpty()) {
        List<Long> answers = take();
        commit(answers);
        answered(progress, answers);
      }
    }

    /** The commit succeeds, and its answer is lost. */
    private void commitWithoutAnAnswer() {
      if (!underWay.isEmpty()) {
        List<Long> answers = take();
        commit(answers);
        assertThat(progress.reconcile(committed)).containsExactlyInAnyOrderElementsOf(answers);
      }
    }

    private List<Long> take() {
      Collections.shuffle(underWay, random);
      // Only a few, so that many stay unanswered.
      List<Long> some = underWay.subList(0, random.nextInt(1, Math.min(8, underWay.size()) + 1));
      List<Long> answers = List.copyOf(some);
      some.clear();
      return answers;
    }

    private void commit(List<Long> answers) {
      OffsetMap map = progress.with(answers);
      String metadata = OffsetMapCodec.encode(map, PARTITION);
      assertThat(metadata.length()).isLessThanOrEqualTo(OffsetMapCodec.MAX_METADATA_BYTES);
      assertThat(map.nextOffset()).isGreaterThanOrEqualTo(committed.nextOffset());
      answeredForGood.addAll(answers);
      assertThat(answeredForGood.containsAll(log.subSet(committed.nextOffset(), map.nextOffset())))
          .isTrue();
      committed =
          ((OffsetMapCodec.Decoded.Map)
                  OffsetMapCodec.decode(PARTITION, map.nextOffset(), metadata))
              .map();
    }

    private void crash() {
      progress = PartitionProgress.from(committed);
      readNext = committed.nextOffset();
      underWay.clear();
    }
  }
}
