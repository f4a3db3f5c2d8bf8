package dev.revoker.engine;

import static dev.revoker.engine.Rig.ONE;
import static dev.revoker.engine.Rig.STANDARD_ID;
import static dev.revoker.engine.Rig.URGENT_ID;
import static dev.revoker.engine.Rig.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tools copy and move committed offsets and keep the metadata: no request is skipped for it. */
class CommittedMapsTest {
  /** Metadata and what the warning says of it. */
  private record Misfit(String metadata, String why) {}

  /** All say that only the first of these seven requests is unanswered. */
  static List<Misfit> misfits() {
    return List.of(
        new Misfit(of(STANDARD_ID, ZERO, 0), "belongs to the committed offset 0"),
        new Misfit(of(STANDARD_ID, ONE, 1), "belongs to partition 1"),
        new Misfit(of(URGENT_ID, ZERO, 1), "belongs to another topic"),
        new Misfit(of(Uuid.ZERO_UUID, ZERO, 1), "belongs to another topic"),
        new Misfit("1:AQAABg", "reaches to offset 9, and the log ends at 8"),
        new Misfit("1:AQAAYw", "reaches to offset 102, and the log ends at 8"),
        new Misfit("1:AQAA", "is damaged"),
        new Misfit("moved by ops on 2026-11-30", "was not written by a worker"));
  }

  private static String of(Uuid topicId, TopicPartition partition, long offset) {
    return OffsetMapCodec.encode(
        new OffsetMap(offset, offset + 6, List.of(offset)),
        new TopicIdPartition(topicId, partition));
  }

  @ParameterizedTest
  @MethodSource("misfits")
  void metadataThatDoesNotFitIsIgnoredWithAWarningAndNoRequestIsSkipped(Misfit misfit) {
    Rig rig = new Rig();
    rig.append(ZERO, 0, 8);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, misfit.metadata()));
    List<ILoggingEvent> logged =
        Logged.by(
            CommittedMaps.class,
            () -> {
              rig.assign(ZERO);
              rig.steps(3);
            });

    assertThat(rig.work.ids())
        .containsExactlyElementsOf(
            IntStream.range(1, 8).mapToObj(offset -> "key-revocations-0-" + offset).toList());
    assertThat(logged).hasSize(1);
    assertThat(logged.getFirst().getLevel()).isEqualTo(Level.WARN);
    assertThat(logged.getFirst().getKeyValuePairs().toString())
        .contains("key-revocations-0", misfit.why());
    rig.work.answerAll();
    rig.step();
    assertThat(rig.store.offsets).containsEntry(ZERO, new OffsetAndMetadata(8, ""));
  }

  @Test
  void metadataThatDoesNotFitIsReplacedThoughNothingIsAnswered() {
    Rig rig = new Rig();
    rig.append(ZERO, 0, 8);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, of(STANDARD_ID, ZERO, 0)));
    rig.assign(ZERO);
    rig.steps(3);

    assertThat(rig.store.offsets).containsEntry(ZERO, new OffsetAndMetadata(1, ""));
  }

  @Test
  void metadataThatFitsIsTrustedUpToTheEndOfTheLog() {
    Rig rig = new Rig();
    rig.append(ZERO, 0, 8);
    rig.committed(new OffsetMap(1, 8, List.of(1L)));
    rig.assign(ZERO);
    rig.steps(3);

    assertThat(rig.work.ids()).containsExactly("key-revocations-0-1");
  }

  @Test
  void versionOneIsTrustedOnceAndReplaced() {
    Rig rig = new Rig();
    rig.append(ZERO, 0, 8);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, "1:AQAABQ"));
    rig.assign(ZERO);
    rig.steps(3);

    assertThat(rig.work.ids()).containsExactly("key-revocations-0-1");
    assertThat(rig.store.offsets.get(ZERO).offset()).isEqualTo(1);
    assertThat(rig.store.offsets.get(ZERO).metadata())
        .isEqualTo(
            OffsetMapCodec.encode(
                new OffsetMap(1, 8, List.of(1L)), new TopicIdPartition(STANDARD_ID, ZERO)));
  }

  /** It is some 40 characters longer in version 2, and must still fit. */
  @Test
  void aLargeMapOfVersionOneIsReplacedAndProcessed() {
    List<Long> unanswered = LongStream.range(0, 1_020).map(run -> run * 2).boxed().toList();
    StringBuilder text = new StringBuilder("1:");
    byte[] runs = new byte[2 + 2 * 1_020 + 1];
    runs[0] = (byte) 0xfc;
    runs[1] = 0x07;
    for (int run = 1; run < 1_020; run++) {
      runs[2 + 2 * run] = 1;
    }
    text.append(java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(runs));
    Rig rig = new Rig();
    rig.append(ZERO, 0, 2_040);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(0, text.toString()));
    rig.assign(ZERO);
    List<String> called = new ArrayList<>();
    for (int turn = 0; turn < 20; turn++) {
      rig.step();
      assertThat(rig.store.offsets.get(ZERO).metadata().length()).isLessThanOrEqualTo(4096);
      rig.work.answerAll();
    }
    rig.work.admitted.forEach(task -> called.add(task.id()));

    assertThat(called)
        .containsExactlyElementsOf(
            unanswered.stream().map(offset -> "key-revocations-0-" + offset).toList());
    assertThat(rig.store.offsets).containsEntry(ZERO, new OffsetAndMetadata(2_040, ""));
  }

  /** A partition without a leader, and nine that have one. */
  @Test
  void aPartitionWhoseLogEndIsUnknownWaitsAndOthersDoNot() {
    Rig rig = new Rig();
    TopicPartition[] all =
        IntStream.range(0, 10)
            .mapToObj(partition -> new TopicPartition(ZERO.topic(), partition))
            .toArray(TopicPartition[]::new);
    for (TopicPartition partition : all) {
      rig.append(partition, 0, 8);
    }
    rig.committed(new OffsetMap(1, 8, List.of(1L)));
    for (int failure = 0; failure < 4; failure++) {
      rig.consumer.endFailures.add(new TimeoutException("no leader"));
    }
    rig.consumer.endFailures.add(new WakeupException());
    rig.assign(all);
    rig.stepsOverMs(600, 100);
    assertThat(rig.work.ids()).hasSize(9 * 8).doesNotContain("key-revocations-0-1");
    assertThat(rig.loop.commitProblem().orElseThrow()).contains("no leader");

    rig.stepsOverMs(1000, 100);
    assertThat(rig.work.ids()).hasSize(9 * 8 + 1).contains("key-revocations-0-1");
  }

  @Test
  void withoutTheTopicIdsNothingIsReadAndTheLoopTriesAgain() {
    Rig rig = new Rig();
    rig.append(ZERO, 0, 8);
    rig.committed(new OffsetMap(1, 8, List.of(1L)));
    rig.topicIdFailures.add(new TimeoutException("no broker"));
    rig.assign(ZERO);
    rig.step();
    assertThat(rig.work.ids()).isEmpty();
    assertThat(rig.loop.commitProblem().orElseThrow()).contains("no broker");

    rig.stepsOverMs(1000, 100);
    assertThat(rig.work.ids()).containsExactly("key-revocations-0-1");
  }

  /** The lag would never be 0: a transaction's marker is the last offset of the log. */
  @Test
  void theOffsetsOfMarkersAreCommittedOnceEveryRequestIsAnswered() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 2);
    rig.steps(2);
    rig.consumer.ends.put(ZERO, 3L);
    rig.stepsOverMs(3000, 100);
    assertThat(rig.store.offsets).as("two requests are unanswered").doesNotContainKey(ZERO);

    rig.work.answer("key-revocations-0-1");
    rig.stepsOverMs(3000, 100);
    assertThat(rig.store.offsets.get(ZERO).offset()).isZero();

    rig.work.answerAll();
    rig.stepsOverMs(3000, 100);
    assertThat(rig.store.offsets).containsEntry(ZERO, new OffsetAndMetadata(3, ""));
    rig.assertResults("key-revocations-0-0", "key-revocations-0-1");
  }

  @Test
  void offsetsWithoutResultsAreCommittedOnceASecondAtMost() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.step();
    int before = rig.store.transactions;
    for (long end = 2; end < 102; end++) {
      rig.consumer.ends.put(ZERO, end);
      rig.stepsOverMs(50, 50);
    }
    assertThat(rig.store.transactions - before).isBetween(4, 6);

    rig.stepsOverMs(2000, 50);
    int settled = rig.store.transactions;
    assertThat(rig.store.offsets.get(ZERO).offset()).isEqualTo(101);
    rig.stepsOverMs(60_000, 500);
    assertThat(rig.store.transactions).as("nothing more to commit").isEqualTo(settled);
  }
}
