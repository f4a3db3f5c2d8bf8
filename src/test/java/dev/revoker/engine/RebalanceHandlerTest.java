package dev.revoker.engine;

import static dev.revoker.engine.Rig.ONE;
import static dev.revoker.engine.Rig.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.revoker.engine.ScriptedProducer.Commit;
import java.util.Collections;
import java.util.List;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.junit.jupiter.api.Test;

class RebalanceHandlerTest {
  private static final String FIRST = "key-revocations-0-0";

  @Test
  void anAssignedPartitionIsPausedUntilItsCommittedOffsetIsRead() {
    Rig rig = new Rig();
    rig.consumer.unreadable.add(ZERO);
    rig.append(ZERO, 0, 3);
    rig.assign(ZERO);
    rig.stepsOverMs(2000, 100);
    assertThat(rig.consumer.paused()).containsExactly(ZERO);
    assertThat(rig.work.admitted).isEmpty();

    rig.consumer.unreadable.clear();
    rig.stepsOverMs(600, 100);
    assertThat(rig.work.admitted).hasSize(3);
  }

  /** Its partitions are paused, and a poll of paused partitions lasts as long as it may. */
  @Test
  void theOffsetsOfAnAssignedPartitionAreReadAtOnce() {
    Rig rig = new Rig();
    rig.append(ZERO, 0, 1);
    rig.assign(ZERO);
    rig.step();

    assertThat(rig.work.admitted).hasSize(1);
    assertThat(rig.consumer.idleMs).isZero();
  }

  @Test
  void aRevocationWithdrawsWaitingRequestsAndCommitsThoseInFlight() {
    Rig rig = Rig.owning(ZERO, ONE);
    rig.append(ZERO, 0, 3);
    rig.append(ONE, 0, 1);
    rig.steps(2);
    rig.work.called = task -> task.id().equals("key-revocations-0-1");
    rig.whileWaiting.add(() -> rig.time.advanceMs(40));
    rig.whileWaiting.add(() -> rig.work.answer("key-revocations-0-1"));
    long before = rig.time.millis();

    rig.assign(ONE);

    rig.assertResults("key-revocations-0-1");
    assertThat(rig.store.offsets.get(ZERO).offset()).isZero();
    assertThat(rig.time.millis() - before).as("no longer than the call").isEqualTo(40);
    assertThat(rig.work.open).extracting(FakeWork.Task::id).containsExactly("key-revocations-1-0");
    rig.work.answerAll();
    rig.step();
    assertThat(rig.store.offsets).containsEntry(ONE, new OffsetAndMetadata(1, ""));
  }

  @Test
  void noRequestOfARevokedPartitionIsStarted() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 2);
    rig.work.room = 1;
    rig.work.probing = true;
    rig.steps(2);
    rig.work.called = task -> true;
    rig.whileWaiting.add(() -> rig.work.room = 9);
    rig.whileWaiting.add(() -> rig.work.answer(FIRST));

    rig.assign(ONE);
    rig.steps(2);

    assertThat(rig.work.ids()).containsExactly(FIRST);
    rig.assertResults(FIRST);
  }

  @Test
  void aDrainWaitsNoLongerThanItsTimeoutAndLateAnswersAreIgnored() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.called = task -> true;
    long before = rig.time.millis();

    rig.assign(ONE);

    assertThat(rig.time.millis() - before).isBetween(10_000L, 10_600L);
    rig.work.answerAll();
    rig.steps(2);
    assertThat(rig.store.results).isEmpty();
    assertThat(rig.loop.oldest("standard")).isNull();
  }

  @Test
  void aCommitThatFailsDuringADrainIsTriedAgain() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.called = task -> true;
    rig.producer().failures.put("offsets", new TimeoutException("no answer"));
    rig.whileWaiting.add(() -> rig.work.answer(FIRST));

    rig.assign(ONE);

    rig.assertResults(FIRST);
  }

  /** It may have been committed: the results would be there twice. */
  @Test
  void aCommitOfUnknownOutcomeDuringADrainIsLookedUpBeforeResultsAreSentAgain() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 2);
    rig.steps(2);
    rig.work.called = task -> true;
    rig.producer().commits.add(ScriptedProducer.Commit.DONE_FENCED);
    rig.whileWaiting.add(rig.work::answerAll);

    rig.assign();

    rig.assertResults("key-revocations-0-0", "key-revocations-0-1");
    assertThat(rig.reported).hasSize(2);
    assertThat(rig.producers).hasSize(2);
  }

  @Test
  void requestsOfALostPartitionAreDiscardedAtOnce() {
    Rig rig = Rig.owning(ZERO, ONE);
    rig.append(ZERO, 0, 2);
    rig.append(ONE, 0, 1);
    rig.steps(2);
    rig.work.called = task -> task.id().equals(FIRST);
    long before = rig.time.millis();

    rig.lose(ZERO);

    assertThat(rig.time.millis()).isEqualTo(before);
    assertThat(rig.work.open)
        .extracting(FakeWork.Task::id)
        .containsExactlyInAnyOrder(FIRST, "key-revocations-1-0");
    rig.work.answerAll();
    rig.steps(2);
    rig.assertResults("key-revocations-1-0");
    assertThat(rig.loop.partitions()).isEqualTo(1);
  }

  @Test
  void uncommittedResultsOfALostPartitionAreDiscarded() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().failures.put("offsets", new TransactionAbortableException("aborted"));
    rig.step();

    rig.lose(ZERO);
    rig.stepsOverMs(400, 100);

    assertThat(rig.store.results).isEmpty();
    assertThat(rig.loop.oldest("standard")).isNull();
  }

  /** The brokers do not take the offsets of a generation that is over. */
  @Test
  void resultsInAnOpenTransactionAreDiscardedWithALostPartition() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().failures.put("offsets", new TimeoutException("no answer"));
    rig.step();

    rig.lose(ZERO);
    rig.producer().failures.put("offsets", new CommitFailedException("the group has moved on"));
    rig.stepsOverMs(1000, 100);

    assertThat(rig.store.results).isEmpty();
    assertThat(rig.loop.oldest("standard")).isNull();
    assertThat(rig.loop.commitProblem()).isEmpty();
  }

  @Test
  void anAnswerToAnEarlierAssignmentIsIgnored() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    FakeWork.Task old = rig.work.open.getFirst();
    rig.work.called = task -> task == old;
    rig.lose(ZERO);
    rig.assign(ZERO);
    rig.steps(3);
    assertThat(rig.work.ids()).containsExactly(FIRST, FIRST);

    rig.work.answer(old);
    rig.steps(2);
    assertThat(rig.store.results).isEmpty();

    rig.work.answerAll();
    rig.steps(2);
    rig.assertResults(FIRST);
  }

  @Test
  void aFatalErrorDuringARebalanceEndsTheLoop() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.called = task -> true;
    rig.producer().failures.put("send", new TopicAuthorizationException("results"));
    rig.whileWaiting.add(() -> rig.work.answer(FIRST));
    rig.consumer.assignAtNextPoll(ONE);

    assertThatThrownBy(rig.loop::run)
        .isInstanceOf(FatalWorkerException.class)
        .hasMessageContaining("refuses this worker");
  }

  @Test
  void aStopWithdrawsDrainsAndCommitsInThisOrder() {
    Rig rig = Rig.owning(ZERO, ONE);
    rig.append(ZERO, 0, 2);
    rig.append(ONE, 0, 1);
    rig.steps(2);
    rig.work.called = task -> !task.id().equals("key-revocations-0-1");
    rig.whileWaiting.add(() -> rig.work.answer("key-revocations-1-0"));
    rig.whileWaiting.add(() -> rig.work.answer(FIRST));

    assertThat(rig.drain()).isTrue();

    rig.assertResults(FIRST, "key-revocations-1-0");
    assertThat(rig.store.offsets.get(ZERO).offset()).isEqualTo(1);
  }

  @Test
  void aDrainThatAbandonsACallIsIncomplete() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.called = task -> true;

    assertThat(rig.drain()).isFalse();
  }

  /** Closing the consumer calls back too, when there is nothing left to give up. */
  @Test
  void aRevocationWithoutPartitionsDoesNothing() {
    Rig rig = new Rig();
    rig.eachProducer =
        producer -> producer.failures.put("init", new TimeoutException("brokers are away"));
    rig.step();
    int made = rig.producers.size();
    rig.time.advanceMs(1000);

    assertThat(rig.drain()).isTrue();
    rig.consumer.rebalance(List.of());

    assertThat(rig.producers).hasSize(made);
  }

  @Test
  void aPartitionThatIsAssignedTwiceIsOne() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.assign();
    rig.assign(ZERO);
    rig.steps(3);

    assertThat(rig.loop.partitions()).isEqualTo(1);
    rig.work.answerAll();
    rig.step();
    rig.assertResults(FIRST);
  }

  /** The requests are read again. Those of before must not be called as well. */
  @Test
  void aPartitionAssignedAgainWithoutARevocationWithdrawsItsRequests() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 2);
    rig.steps(2);
    FakeWork.Task called = rig.work.open.getLast();
    rig.work.called = task -> task == called;

    rig.consumer.assignAgainAtNextPoll(ZERO);
    rig.steps(4);

    assertThat(rig.work.open)
        .extracting(FakeWork.Task::id)
        .as("one call that was under way, and each request once")
        .containsExactly("key-revocations-0-1", FIRST, "key-revocations-0-1");
    rig.work.answer(called);
    rig.steps(2);
    assertThat(rig.store.results).as("a result of before").isEmpty();
    rig.work.answerAll();
    rig.steps(2);
    rig.assertResults(FIRST, "key-revocations-0-1");
  }

  /** The clock goes on between two readings, also past the deadline. */
  @Test
  void aDrainEndsWhoseDeadlinePassesBetweenTwoReadingsOfTheClock() {
    for (int perReadingMs = 1; perReadingMs < 40; perReadingMs++) {
      Rig rig = Rig.owning(ZERO);
      rig.append(ZERO, 0, 1);
      rig.steps(2);
      rig.work.answerAll();
      rig.producer().commits.addAll(Collections.nCopies(10_000, Commit.LATE));
      rig.time.msPerReading = perReadingMs;

      assertThat(rig.drain()).isFalse();
    }
  }

  /** It is committed, and memory does not know: to go on from memory would publish it twice. */
  @Test
  void afterABugInACommitADrainCommitsNothing() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 2);
    rig.steps(2);
    rig.work.answer("key-revocations-0-0");
    rig.producer().commits.add(Commit.DONE_BUG);

    assertThatThrownBy(rig::step).hasMessage("a bug");
    rig.assertResults("key-revocations-0-0");
    long before = rig.time.millis();
    assertThat(rig.drain()).isFalse();

    rig.assertResults("key-revocations-0-0");
    assertThat(rig.time.millis()).as("nothing to wait for").isEqualTo(before);
  }
}
