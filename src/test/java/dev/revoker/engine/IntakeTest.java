package dev.revoker.engine;

import static dev.revoker.engine.Rig.ONE;
import static dev.revoker.engine.Rig.URGENT;
import static dev.revoker.engine.Rig.VALID;
import static dev.revoker.engine.Rig.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class IntakeTest {
  private static final byte[] INVALID = "no json".getBytes(StandardCharsets.UTF_8);

  @Test
  void urgentRequestsAreAdmittedFirst() {
    Rig rig = Rig.owning(ZERO, URGENT);
    rig.append(ZERO, 0, 5);
    rig.append(URGENT, 0, 3);
    rig.work.room = 4;
    rig.work.probing = true;
    rig.step();

    assertThat(rig.work.ids())
        .containsExactly(
            "key-revocations.urgent-0-0",
            "key-revocations.urgent-0-1",
            "key-revocations.urgent-0-2",
            "key-revocations-0-0");
  }

  @Test
  void withoutRoomEveryPartitionPausesAndTheLoopKeepsPolling() {
    Rig rig = Rig.owning(ZERO, URGENT);
    rig.work.room = 0;
    rig.step();
    int polls = rig.consumer.polls;
    rig.append(ZERO, 0, 5);
    rig.steps(10);

    assertThat(rig.consumer.polls - polls).isEqualTo(10);
    assertThat(rig.consumer.paused()).containsExactlyInAnyOrder(ZERO, URGENT);
    assertThat(rig.consumer.position(ZERO)).isZero();

    rig.work.room = Integer.MAX_VALUE;
    rig.steps(2);
    assertThat(rig.work.admitted).hasSize(5);
  }

  @Test
  void noMoreRequestsAreAdmittedThanThereIsRoomFor() {
    Rig rig = Rig.owning(ZERO, ONE);
    rig.work.room = 3;
    rig.work.probing = true;
    rig.append(ZERO, 0, 5);
    rig.append(ONE, 0, 5);
    rig.steps(5);

    assertThat(rig.work.admitted).hasSize(3);
  }

  @Test
  void anInvalidRequestIsRejectedWithoutTheDispatcherAndTakesNoRoom() {
    Rig rig = Rig.owning(ZERO);
    rig.work.room = 1;
    rig.work.probing = true;
    for (int offset = 0; offset < 3; offset++) {
      rig.consumer.append(ZERO, offset, INVALID);
    }
    rig.append(ZERO, 3, 1);
    rig.steps(3);

    assertThat(rig.work.ids()).containsExactly("key-revocations-0-3");
    rig.assertResults("key-revocations-0-0", "key-revocations-0-1", "key-revocations-0-2");
    assertThat(rig.store.offsets.get(ZERO).offset()).isEqualTo(3);
  }

  @Test
  void aTombstoneGetsAResult() {
    Rig rig = Rig.owning(ZERO);
    rig.consumer.append(ZERO, 0, null);
    rig.steps(3);

    rig.assertResults("key-revocations-0-0");
  }

  @Test
  void thePartitionsOfALaneTakeTurns() {
    Rig rig = Rig.owning(ZERO, ONE);
    rig.append(ZERO, 0, 5);
    rig.append(ONE, 0, 5);
    rig.work.probing = true;
    for (int turn = 0; turn < 6; turn++) {
      rig.work.room = 1;
      rig.step();
    }

    assertThat(rig.work.admitted.stream().map(task -> task.request().source().partition()))
        .containsSubsequence(0, 1, 0, 1)
        .hasSize(6);
    assertThat(rig.work.admitted.stream().filter(t -> t.request().source().partition() == 0))
        .hasSize(3);
  }

  @Test
  void aFullLaneLeavesRoomForAnotherLane() {
    Rig rig = Rig.owning(ZERO, URGENT);
    rig.append(ZERO, 0, 5_000);
    rig.steps(30);
    rig.append(URGENT, 0, 1);
    rig.steps(2);

    assertThat(rig.work.ids().getLast()).isEqualTo("key-revocations.urgent-0-0");
  }

  @Test
  void theNumberOfUnansweredRequestsOfALaneIsBounded() {
    TopicPartition[] many = partitions(20);
    Rig rig = Rig.owning(many);
    for (TopicPartition id : many) {
      rig.append(id, 0, 1_000);
    }
    rig.steps(300);

    assertThat(rig.work.admitted).hasSize(2048);
  }

  @Test
  void theBytesOfValuesAreBounded() {
    assertThat(bytesHeld(64 << 10, 1)).isLessThanOrEqualTo((4L << 20) + 500 * (64 << 10));
  }

  /** A value larger than a request may be is not parsed, and its bytes are not kept. */
  @Test
  void oversizedValuesAreRejectedAndNotKept() {
    Rig rig = Rig.owning(ZERO);
    byte[] value = new byte[1 << 20];
    for (int offset = 0; offset < 300; offset++) {
      rig.consumer.append(ZERO, offset, value);
    }
    rig.steps(10);

    assertThat(rig.store.results).hasSize(300);
    assertThat(rig.work.admitted).isEmpty();
  }

  @Test
  void smallValuesOfManyPartitionsAreBounded() {
    // Each request takes at least a kilobyte.
    assertThat(bytesHeld(VALID.length, 200))
        .isLessThanOrEqualTo((4L << 20) / 1024 * VALID.length + 500L * VALID.length);
  }

  private static long bytesHeld(int valueBytes, int partitions) {
    TopicPartition[] many = partitions(partitions);
    Rig rig = Rig.owning(many);
    byte[] value = Arrays.copyOf(VALID, valueBytes);
    Arrays.fill(value, VALID.length, valueBytes, (byte) ' ');
    int each = 40_000 / partitions;
    for (TopicPartition id : many) {
      for (int offset = 0; offset < each; offset++) {
        rig.consumer.append(id, offset, value);
      }
    }
    rig.steps(40);
    return IntStream.range(0, partitions).mapToLong(i -> rig.consumer.position(many[i])).sum()
        * valueBytes;
  }

  private static TopicPartition[] partitions(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new TopicPartition("key-revocations", i))
        .toArray(TopicPartition[]::new);
  }

  @Test
  void aPartitionPausesWhenTheMetadataIsFullAndResumesLater() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 8_000);
    for (int turn = 0; turn < 40; turn++) {
      rig.step();
      List.copyOf(rig.work.open).stream()
          .filter(task -> task.request().source().offset() % 2 == 1)
          .forEach(rig.work::answer);
    }
    rig.step();
    assertThat(rig.consumer.paused()).containsExactly(ZERO);
    assertThat(rig.work.open).hasSizeBetween(700, 2000);
    assertThat(rig.store.offsets.get(ZERO).metadata().length()).isBetween(1000, 4096);

    for (int turn = 0; turn < 60; turn++) {
      rig.work.answerAll();
      rig.step();
    }
    assertThat(rig.store.results).hasSize(8_000);
    assertThat(rig.store.offsets).containsEntry(ZERO, new OffsetAndMetadata(8_000, ""));
  }

  /** If a header occurs twice, the last one counts, as in Kafka. */
  @Test
  void theTraceHeadersAreCopiedToTheResult() {
    Rig rig = Rig.owning(ZERO);
    RecordHeaders headers = new RecordHeaders();
    String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    headers.add("traceparent", "00-0".getBytes(StandardCharsets.UTF_8));
    headers.add("traceparent", trace.getBytes(StandardCharsets.UTF_8));
    rig.consumer.addRecord(
        new ConsumerRecord<>(
            ZERO.topic(),
            ZERO.partition(),
            0,
            0,
            TimestampType.CREATE_TIME,
            0,
            0,
            null,
            VALID,
            headers,
            Optional.empty()));
    rig.steps(2);
    rig.work.answerAll();
    rig.step();

    assertThat(rig.store.results.getFirst().headers().lastHeader("traceparent").value())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(trace);
  }
}
