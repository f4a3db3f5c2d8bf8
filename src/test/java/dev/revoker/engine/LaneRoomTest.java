package dev.revoker.engine;

import static dev.revoker.engine.Rig.ONE;
import static dev.revoker.engine.Rig.VALID;
import static dev.revoker.engine.Rig.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

/**
 * Every request gives its place and bytes back to its lane, however it ends. Otherwise the lane
 * would stop.
 */
class LaneRoomTest {
  /** The longest valid request. */
  private static final byte[] LONGEST = longest();

  private static byte[] longest() {
    byte[] value = Arrays.copyOf(VALID, 64 << 10);
    Arrays.fill(value, VALID.length, value.length, (byte) ' ');
    return value;
  }

  private static TopicPartition[] partitions(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(i -> new TopicPartition("key-revocations", i))
        .toArray(TopicPartition[]::new);
  }

  private static void append(Rig rig, TopicPartition id, int first, int count) {
    for (int offset = first; offset < first + count; offset++) {
      rig.consumer.append(id, offset, LONGEST);
    }
  }

  @Test
  void aLaneAdmitsFourRequestsPerSlotAndAtLeast2048() {
    assertThat(admits(64)).isEqualTo(2048);
    assertThat(admits(1000)).isEqualTo(4000);
  }

  private static int admits(int slots) {
    Lane lane = new Lane("standard", "t", slots, false);
    int admitted = 0;
    while (lane.mayAdmit() && admitted < 10_000) {
      lane.admitted();
      admitted++;
    }
    return admitted;
  }

  /** Compressed records can be much larger than the fetch. */
  @Test
  void recordsBeyondTheLanesBytesAreFetchedAgainLater() {
    Rig rig = Rig.owning(ZERO, ONE);
    append(rig, ZERO, 0, 60);
    append(rig, ONE, 0, 60);
    rig.steps(3);

    // The bound is 4 MiB and 1 MiB beyond. With the overhead of each, 79 requests are more than
    // that.
    assertThat(rig.work.open).hasSize(79);
    for (int turn = 0; turn < 100; turn++) {
      rig.work.answerAll();
      rig.step();
    }
    assertThat(rig.store.results).hasSize(120);
  }

  @Test
  void answeredRequestsGiveTheirBytesBack() {
    Rig rig = Rig.owning(ZERO);
    append(rig, ZERO, 0, 1_200);
    for (int turn = 0; turn < 100; turn++) {
      rig.step();
      rig.work.answerAll();
    }
    assertThat(rig.store.results).hasSize(1_200);
  }

  @Test
  void requestsOfLostPartitionsGiveTheirPlacesBack() {
    Rig rig = new Rig();
    for (int round = 0; round < 3; round++) {
      TopicPartition[] ids = partitions(20 * round, 20);
      rig.assign(ids);
      rig.steps(2);
      for (TopicPartition id : ids) {
        rig.append(id, 0, 200);
      }
      rig.steps(60);
      assertThat(rig.work.open).as("round " + round).hasSize(2048);
      rig.lose(ids);
    }
  }

  @Test
  void backlogsOfLostPartitionsGiveTheirBytesBack() {
    Rig rig = new Rig();
    rig.work.room = 1;
    for (int round = 0; round < 3; round++) {
      TopicPartition id = new TopicPartition("key-revocations", round);
      rig.assign(id);
      rig.steps(2);
      append(rig, id, 0, 400);
      rig.steps(4);
      assertThat(rig.consumer.position(id)).as("read in round " + round).isPositive();
      rig.lose(id);
    }
  }

  @Test
  void unreadRecordsOfLostPartitionsGiveTheirBytesBack() {
    Rig rig = new Rig();
    rig.consumer.headers =
        one ->
            new RecordHeaders() {
              @Override
              public Header lastHeader(String name) {
                rig.time.advanceMs(2);
                return super.lastHeader(name);
              }
            };
    for (int round = 0; round < 30; round++) {
      TopicPartition id = new TopicPartition("key-revocations", round);
      rig.assign(id);
      rig.steps(2);
      rig.append(id, 0, 500);
      rig.step();
      assertThat(rig.consumer.position(id)).as("polled in round " + round).isEqualTo(500);
      rig.lose(id);
    }
  }

  @Test
  void requestsThatAreAnsweredAlreadyGiveTheirBytesBack() {
    Rig rig = new Rig();
    rig.committed(new OffsetMap(0, 400, List.of(0L)));
    append(rig, ZERO, 0, 800);
    rig.assign(ZERO);
    for (int turn = 0; turn < 100; turn++) {
      rig.step();
      rig.work.answerAll();
    }
    assertThat(rig.store.results).hasSize(401);
  }

  @Test
  void aLostPartitionTakesNoPlacesFromAnother() {
    Rig rig = Rig.owning(ZERO, ONE);
    rig.append(ZERO, 0, 10);
    rig.append(ONE, 0, 10);
    rig.steps(2);
    rig.lose(ZERO);
    rig.steps(2);
    assertThat(rig.loop.partitions()).isEqualTo(1);
    assertThat(rig.work.open).hasSize(10);
  }
}
