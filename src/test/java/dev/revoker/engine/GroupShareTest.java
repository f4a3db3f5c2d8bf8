package dev.revoker.engine;

import static dev.revoker.engine.Rig.ONE;
import static dev.revoker.engine.Rig.URGENT;
import static dev.revoker.engine.Rig.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.engine.FakeWork.Share;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** {@code rate.limit.per.second} is the group's: each worker has the share of its partitions. */
class GroupShareTest {
  @Test
  void theShareIsThatOfTheRequestPartitions() {
    Rig rig = owning(URGENT, ZERO, ONE);
    assertThat(rig.work.shares.getLast()).isEqualTo(new Share(0.75, 10_000));
  }

  /** Each worker gets new partitions as soon as one of them knows that there are more. */
  @Test
  void addedPartitionsCountBeforeTheMetadataHasThem() {
    Rig rig = owning(URGENT, ZERO, ONE, new TopicPartition(ZERO.topic(), 6));
    assertThat(rig.work.shares.getLast()).isEqualTo(new Share(0.5, 10_000));
  }

  @Test
  void theShareShrinksBeforeAnotherWorkerCanOwnThePartition() {
    Rig rig = owning(URGENT, ZERO, ONE);
    rig.append(ONE, 0, 1);
    rig.steps(2);
    rig.work.called = task -> true;
    // The revocation waits for the call in flight.
    rig.whileWaiting.add(
        () -> {
          assertThat(rig.work.shares.getLast()).isEqualTo(new Share(0.5, 10_000));
          rig.work.answerAll();
        });

    rig.assign(URGENT, ZERO);

    assertThat(rig.whileWaiting).isEmpty();
    assertThat(rig.work.shares.getLast()).isEqualTo(new Share(0.5, 10_000));
  }

  @Test
  void lostPartitionsAreNoShare() {
    Rig rig = owning(URGENT, ZERO, ONE);
    rig.lose(URGENT, ZERO, ONE);
    assertThat(rig.work.shares.getLast().ofGroup()).isZero();
  }

  @Test
  void theShareEndsOneSessionTimeoutAfterTheLastHeartbeat() {
    Rig rig = owning(ZERO);
    rig.heartbeatAgeMs = 7_000;
    rig.stepsOverMs(1_000, 500);
    assertThat(rig.work.shares.getLast()).isEqualTo(new Share(0.25, 3_000));

    rig.heartbeatAgeMs = 11_000;
    rig.stepsOverMs(1_000, 500);
    assertThat(rig.work.shares.getLast()).isEqualTo(new Share(0.25, 0));
  }

  @Test
  void theShareIsRenewedOnceASecond() {
    Rig rig = owning(ZERO);
    rig.work.shares.clear();
    rig.stepsOverMs(10_000, 10);
    assertThat(rig.work.shares).hasSizeBetween(9, 11);
  }

  @Test
  void withoutARateLimitNothingIsLookedUp() {
    Rig rig = Rig.owning(URGENT, ZERO);
    assertThat(rig.work.shares).isEmpty();
  }

  /** Of four request partitions in all. */
  private static Rig owning(TopicPartition... ids) {
    Rig rig = new Rig(Map.of("REVOKER_RATE_LIMIT_PER_SECOND", "100"));
    partitions(rig, URGENT.topic(), 1);
    partitions(rig, ZERO.topic(), 3);
    rig.assign(ids);
    rig.steps(2);
    return rig;
  }

  private static void partitions(Rig rig, String topic, int count) {
    List<PartitionInfo> all =
        IntStream.range(0, count)
            .mapToObj(id -> new PartitionInfo(topic, id, null, null, null))
            .toList();
    rig.consumer.updatePartitions(topic, all);
  }
}
