package dev.revoker.engine;

import static dev.revoker.engine.Rig.URGENT;
import static dev.revoker.engine.Rig.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.FencedMemberEpochException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RequestLoopTest {
  @Test
  void aStopEndsTheRunAndCommitsResults() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.consumer.schedulePollTask(
        () -> {
          rig.work.answerAll();
          rig.loop.stop();
        });

    assertThat(rig.loop.run()).isTrue();

    rig.assertResults("key-revocations-0-0");
  }

  @Test
  void aRunSubscribesToTheTopicsOfAllLanes() {
    Rig rig = new Rig();
    rig.consumer.unsubscribe();
    rig.consumer.schedulePollTask(rig.loop::stop);

    rig.loop.run();

    assertThat(rig.consumer.subscription()).containsExactlyInAnyOrder(URGENT.topic(), ZERO.topic());
  }

  @Test
  void aRunThatLeavesACallInFlightReturnsFalse() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.called = task -> true;
    rig.consumer.schedulePollTask(rig.loop::stop);
    rig.consumer.whileBlocked = rig.time::advanceMs;

    assertThat(rig.loop.run()).isFalse();
  }

  /** Each wakeup costs an exception, and a late one interrupts another call. */
  @Test
  void onlyABlockingPollGetsAWakeup() {
    for (Consumer<Rig> event :
        List.<Consumer<Rig>>of(
            rig -> rig.work.answerAll(), rig -> rig.loop.stop(), rig -> rig.loop.signal())) {
      Rig rig = Rig.owning(ZERO);
      rig.append(ZERO, 0, 1);
      rig.steps(2);
      int before = rig.consumer.wakeups;
      rig.consumer.whileBlocked = ms -> event.accept(rig);
      rig.step();
      assertThat(rig.consumer.wakeups - before).isEqualTo(1);

      rig.consumer.whileBlocked = ms -> {};
      rig.steps(2);
      event.accept(rig);
      assertThat(rig.consumer.wakeups - before).as("out of a poll").isEqualTo(1);
    }
  }

  @Test
  void aPollDoesNotBlockLongerThanThePauseAfterAFailure() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.time.advanceMs(86_400_000);
    rig.work.answerAll();
    rig.producer().failures.put("offsets", new TimeoutException("no answer"));
    List<Long> blockedMs = new ArrayList<>();
    rig.consumer.whileBlocked =
        ms -> {
          blockedMs.add(ms);
          rig.time.advanceMs(ms);
        };

    rig.steps(2);

    assertThat(blockedMs).containsExactly(200L, 1000L);
    rig.assertResults("key-revocations-0-0");
  }

  /** Promise 8: on SIGTERM intake stops. */
  @Test
  void recordsPolledAfterAStopAreNotAdmitted() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.loop.stop();
    rig.step();
    assertThat(rig.work.admitted).isEmpty();

    assertThat(rig.drain()).isTrue();
    assertThat(rig.work.admitted).isEmpty();
  }

  @Test
  void aWakeupLosesNoRecord() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 2);
    rig.consumer.setPollException(new WakeupException());
    rig.steps(3);

    assertThat(rig.work.admitted).hasSize(2);
  }

  static List<KafkaException> passing() {
    return List.of(
        new TimeoutException("no broker"),
        new UnknownMemberIdException("The coordinator is not aware of this member."),
        new StaleMemberEpochException("an older epoch"),
        new FencedMemberEpochException("the epoch is fenced"));
  }

  @ParameterizedTest
  @MethodSource("passing")
  void aRetriableFailureOfAPollIsRetriedAfterAPause(KafkaException passing) {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.consumer.setPollException(passing);
    long before = rig.time.millis();
    rig.step();
    assertThat(rig.time.millis() - before).isEqualTo(200);

    rig.steps(2);
    assertThat(rig.work.admitted).hasSize(1);
  }

  /**
   * Promise 6: slots that become free during a transaction must not all go to standard requests.
   */
  @Test
  void polledRequestsAreAdmittedBeforeTheNextTransaction() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.step();

    assertThat(rig.work.admitted).hasSize(1);
  }

  private record Refusal(KafkaException failure, String named) {}

  static List<Refusal> refusals() {
    return List.of(
        new Refusal(new TopicAuthorizationException(Set.of("key-revocations")), "key-revocations"),
        new Refusal(new SaslAuthenticationException("wrong credentials"), "wrong credentials"),
        new Refusal(new FencedInstanceIdException("x"), "consumer.group.instance.id"),
        new Refusal(new NoOffsetForPartitionException(ZERO), "key-revocations-0"),
        new Refusal(new OffsetOutOfRangeException(Map.of(ZERO, 5L)), "key-revocations-0"),
        new Refusal(new KafkaException("something new"), "something new"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aFatalFailureEndsTheLoopWithAMessageThatNamesTheCause(Refusal refusal) {
    Rig rig = Rig.owning(ZERO);
    rig.consumer.setPollException(refusal.failure());

    assertThatThrownBy(rig.loop::run)
        .isInstanceOf(FatalWorkerException.class)
        .hasMessageContaining(refusal.named());
  }

  /** A worker that only waits for its brokers must not be restarted because of /livez. */
  @Test
  void theLongestTurnFollowsFromTheConfiguration() {
    assertThat(RequestLoop.longestTurnMs(Rig.config(Map.of()))).isEqualTo(70_000);
    assertThat(
            RequestLoop.longestTurnMs(
                Rig.config(
                    Map.of(
                        "REVOKER_PRODUCER_MAX_BLOCK_MS", "60000",
                        "REVOKER_DRAIN_TIMEOUT_MS", "30000"))))
        .isEqualTo(340_000);
  }

  @Test
  void otherThreadsSeeThePartitionsAndTheOldestRequest() {
    Rig rig = new Rig();
    rig.time.advanceMs(86_400_000);
    assertThat(rig.loop.sinceLastTurnMs()).isEqualTo(-1);
    assertThat(rig.loop.partitions()).isZero();

    rig.append(ZERO, 0, 1);
    rig.assign(ZERO);
    rig.steps(3);
    rig.time.advanceMs(70);

    assertThat(rig.loop.sinceLastTurnMs()).isEqualTo(70);
    assertThat(rig.loop.partitions()).isEqualTo(1);
    assertThat(rig.loop.oldest("standard")).isNotNull();
    assertThat(rig.loop.oldest("urgent")).isNull();
  }
}
