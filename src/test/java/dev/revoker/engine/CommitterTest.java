package dev.revoker.engine;

import static dev.revoker.engine.Rig.ONE;
import static dev.revoker.engine.Rig.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.revoker.engine.ScriptedProducer.Commit;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommitterTest {
  @Test
  void requestsThatCompleteDuringACommitBelongToTheNextTransaction() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 4);
    rig.steps(2);
    rig.work.answer("key-revocations-0-1");
    rig.work.answer("key-revocations-0-3");
    rig.producer().duringCommit =
        () -> {
          rig.producer().duringCommit = () -> {};
          rig.work.answer("key-revocations-0-0");
        };

    rig.step();
    rig.assertResults("key-revocations-0-1", "key-revocations-0-3");
    assertThat(rig.store.offsets.get(ZERO).offset()).isZero();

    rig.step();
    rig.assertResults("key-revocations-0-0", "key-revocations-0-1", "key-revocations-0-3");
    assertThat(rig.store.offsets.get(ZERO).offset()).isEqualTo(2);
    assertThat(rig.store.transactions).isEqualTo(2);
    assertThat(rig.reported).hasSize(3);
  }

  @Test
  void aTransactionHasAtMostAThousandResults() {
    Rig rig = Rig.owning(ZERO, ONE);
    rig.append(ZERO, 0, 1000);
    rig.append(ONE, 0, 1000);
    rig.steps(8);
    rig.work.answerAll();

    rig.step();
    assertThat(rig.store.results).hasSize(1000);
    rig.step();
    assertThat(rig.store.results).hasSize(2000);
  }

  @Test
  void memoryChangesOnlyAfterTheCommit() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().failures.put("offsets", new TimeoutException("no answer"));

    rig.step();
    assertThat(rig.loop.oldest("standard")).isNotNull();
    assertThat(rig.reported).isEmpty();
    assertThat(rig.loop.commitProblem().orElseThrow()).contains("TimeoutException");

    rig.stepsOverMs(400, 100);
    rig.assertResults("key-revocations-0-0");
    assertThat(rig.loop.oldest("standard")).isNull();
    assertThat(rig.loop.commitProblem()).isEmpty();
  }

  @Test
  void afterAFailedCommitTheLoopPausesCommitsAndPollsOn() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().calls.clear();
    rig.producer().commits.addAll(Collections.nCopies(1000, Commit.LATE));
    int polls = rig.consumer.polls;

    rig.append(ZERO, 1, 1);
    rig.stepsOverMs(2000, 10);

    assertThat(rig.producer().calls.stream().filter("commit"::equals)).hasSizeBetween(5, 11);
    assertThat(rig.consumer.polls - polls).isEqualTo(200);
    assertThat(rig.work.ids()).contains("key-revocations-0-1");
  }

  @ParameterizedTest
  @EnumSource(
      value = Commit.class,
      names = {"LATE", "DONE_UNANSWERED"})
  void aCommitWithUnknownOutcomeIsRepeatedBeforeAnythingElse(Commit how) {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 2);
    rig.steps(2);
    rig.work.answer("key-revocations-0-0");
    rig.producer().commits.add(how);
    rig.producer().commits.add(how);
    rig.step();
    rig.work.answer("key-revocations-0-1");

    rig.stepsOverMs(1000, 100);

    rig.assertResults("key-revocations-0-0", "key-revocations-0-1");
    assertThat(rig.reported).hasSize(2);
    assertThat(rig.producers).hasSize(1);
    assertThat(rig.producer().calls).doesNotContain("abort");
  }

  @ParameterizedTest
  @EnumSource(
      value = Commit.class,
      names = {"FENCED", "DONE_FENCED"})
  void afterALostProducerTheCommittedOffsetsDecideWhichResultsAreSentAgain(Commit how) {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 3);
    rig.steps(2);
    rig.work.answer("key-revocations-0-0");
    rig.work.answer("key-revocations-0-2");
    rig.producer().commits.add(how);

    rig.stepsOverMs(1000, 100);
    rig.work.answerAll();
    rig.stepsOverMs(300, 100);

    rig.assertResults("key-revocations-0-0", "key-revocations-0-1", "key-revocations-0-2");
    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(new OffsetAndMetadata(3, ""));
    assertThat(rig.producers).hasSize(2);
    assertThat(rig.work.admitted).as("no call is repeated").hasSize(3);
    assertThat(rig.reported).as("every result is counted once").hasSize(3);
    assertThat(rig.loop.oldest("standard")).isNull();
  }

  @Test
  void resultsAreKeptUntilTheRebalanceWhenTheGenerationIsOutdated() {
    Rig rig = Rig.owning(ZERO, ONE);
    rig.append(ZERO, 0, 1);
    rig.append(ONE, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().failures.put("offsets", new CommitFailedException("the group moved on"));
    rig.step();
    assertThat(rig.producer().calls).endsWith("abort");

    rig.lose(ONE);
    rig.stepsOverMs(400, 100);

    rig.assertResults("key-revocations-0-0");
    assertThat(rig.producers).hasSize(1);
  }

  static Stream<List<KafkaException>> looksThatFail() {
    return Stream.of(
        List.of(new WakeupException()),
        List.of(new TimeoutException("no answer")),
        Collections.nCopies(10, new TimeoutException("no answer")));
  }

  /** A comparison that a wakeup or a time-out ended is answered later with what was so before. */
  @ParameterizedTest
  @MethodSource("looksThatFail")
  void anOffsetThatWasReadBeforeACommitDoesNotCountAsALostCommit(List<KafkaException> failures) {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 2);
    rig.steps(2);
    for (int request = 0; request < 2; request++) {
      rig.producer().failures.put("offsets", new CommitFailedException("the group moved on"));
      rig.work.answer("key-revocations-0-" + request);
      rig.step();
      if (request == 0) {
        rig.consumer.committedFailures.addAll(failures);
      }
      rig.stepsOverMs(3000, 100);
    }

    rig.assertResults("key-revocations-0-0", "key-revocations-0-1");
    assertThat(rig.work.admitted).as("taken in once each").hasSize(2);
  }

  @Test
  void partitionsThatWereLoadedDoNotWaitForANewPartition() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.consumer.unreadable.add(ONE);
    rig.assign(ZERO, ONE);
    rig.work.answerAll();
    rig.producer().commits.add(Commit.FENCED);

    rig.stepsOverMs(2000, 100);

    rig.assertResults("key-revocations-0-0");
  }

  @Test
  void theProblemEndsWhenNothingIsLeftToCommit() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().failures.put("offsets", new CommitFailedException("the group moved on"));
    rig.step();
    assertThat(rig.loop.commitProblem()).isPresent();

    rig.lose(ZERO);
    rig.stepsOverMs(400, 100);

    assertThat(rig.loop.commitProblem()).isEmpty();
  }

  @Test
  void commitsAreHealthyOnceAProducerIsInitialized() {
    Rig rig = new Rig();
    rig.eachProducer =
        producer -> {
          if (rig.producers.size() < 3) {
            producer.failures.put("init", new TimeoutException("no coordinator"));
          }
        };
    rig.step();
    assertThat(rig.loop.commitProblem().orElseThrow()).contains("no coordinator");

    rig.stepsOverMs(1000, 100);

    assertThat(rig.producers).hasSize(3);
    assertThat(rig.loop.commitProblem()).isEmpty();
  }

  @Test
  void aPartitionWhoseOffsetCannotBeReadDelaysNoOtherPartition() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.consumer.unreadable.add(ONE);
    rig.assign(ZERO, ONE);
    rig.stepsOverMs(1000, 100);
    rig.work.answerAll();
    rig.append(ONE, 0, 1);
    rig.stepsOverMs(300, 100);

    rig.assertResults("key-revocations-0-0");
    assertThat(rig.consumer.paused()).contains(ONE);
    assertThat(rig.loop.commitProblem().orElseThrow()).contains("committed offsets cannot be read");

    rig.consumer.unreadable.clear();
    rig.stepsOverMs(400, 100);
    assertThat(rig.work.ids()).contains("key-revocations-1-0");
    assertThat(rig.loop.commitProblem()).isEmpty();
  }

  @Test
  void aWakeupWhileOffsetsAreReadIsHarmless() {
    Rig rig = new Rig();
    rig.consumer.committedFailures.add(new WakeupException());
    rig.consumer.committedFailures.add(new WakeupException());
    rig.append(ZERO, 0, 1);
    rig.assign(ZERO);
    rig.steps(5);

    assertThat(rig.work.ids()).containsExactly("key-revocations-0-0");
    assertThat(rig.loop.commitProblem()).isEmpty();
  }

  /** It was meant for a poll: the offsets are read at once, without a pause. */
  @Test
  void aWakeupWhileOffsetsAreComparedIsHarmless() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().failures.put("offsets", new TransactionAbortableException("aborted"));
    rig.step();
    rig.time.advanceMs(200);
    rig.consumer.committedFailures.add(new WakeupException());

    rig.steps(3);

    assertThat(rig.consumer.committedFailures).isEmpty();
    rig.assertResults("key-revocations-0-0");
    assertThat(rig.loop.commitProblem()).isEmpty();
  }

  @Test
  void committedOffsetsThatCannotBeReadAreReadAgainAfterAPause() {
    Rig rig = new Rig();
    rig.consumer.committedFailures.add(new TimeoutException("away"));
    rig.consumer.committedFailures.add(new KafkaException("stale member epoch"));
    rig.append(ZERO, 0, 1);
    rig.assign(ZERO);
    rig.steps(5);
    assertThat(rig.consumer.committedFailures).hasSize(1);

    rig.stepsOverMs(1000, 100);
    assertThat(rig.work.ids()).containsExactly("key-revocations-0-0");
  }

  @Test
  void anErrorThatOnlyAnOperatorCanFixEndsTheLoop() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().failures.put("send", new TopicAuthorizationException("results"));

    assertThatThrownBy(rig::step)
        .isInstanceOf(FatalWorkerException.class)
        .hasMessageContaining("refuses this worker")
        .hasMessageContaining("results");
  }

  @Test
  void aMissingRightToReadOffsetsEndsTheLoop() {
    Rig rig = new Rig();
    rig.consumer.committedFailures.add(GroupAuthorizationException.forGroupId("g-1"));
    rig.assign(ZERO);

    assertThatThrownBy(() -> rig.steps(2))
        .isInstanceOf(FatalWorkerException.class)
        .hasMessageContaining("g-1");
  }

  @Test
  void metadataOfANewerWorkerEndsTheLoopAndNamesThePartition() {
    Rig rig = new Rig();
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(5, "3:AAAA"));
    rig.assign(ZERO);

    assertThatThrownBy(() -> rig.steps(2))
        .isInstanceOf(FatalWorkerException.class)
        .hasMessageContaining("key-revocations-0")
        .hasMessageContaining("offset 5")
        .hasMessageContaining("reset the group's offset");
  }

  @Test
  void aPartitionMissingFromTheAnswerIsNotTreatedAsNew() {
    Rig rig = new Rig();
    rig.committed(new OffsetMap(1, 4, java.util.List.of(1L)));
    rig.append(ZERO, 0, 5);
    rig.consumer.leftOut.add(ZERO);
    rig.assign(ZERO);
    rig.stepsOverMs(1000, 100);
    assertThat(rig.work.ids()).isEmpty();
    assertThat(rig.loop.commitProblem().orElseThrow()).contains("committed offsets cannot be read");

    rig.consumer.leftOut.clear();
    rig.stepsOverMs(1000, 100);
    assertThat(rig.work.ids()).containsExactly("key-revocations-0-1", "key-revocations-0-4");
  }

  @Test
  void requestsThatTheCommittedMetadataHasAsAnsweredAreNotCalledAgain() {
    Rig rig = new Rig();
    rig.committed(new OffsetMap(1, 4, java.util.List.of(1L)));
    rig.append(ZERO, 0, 6);
    rig.assign(ZERO);
    rig.steps(3);

    assertThat(rig.work.ids())
        .containsExactly("key-revocations-0-1", "key-revocations-0-4", "key-revocations-0-5");
  }

  @Test
  void aDrainWithoutRequestsDoesNotWaitForAProducer() {
    Rig rig = new Rig();
    rig.eachProducer =
        producer -> producer.failures.put("init", new TimeoutException("no coordinator"));
    rig.assign(ZERO);
    rig.steps(2);
    long before = rig.time.millis();

    rig.drain();

    assertThat(rig.time.millis() - before).isLessThan(1_000);
  }

  @Test
  void aProblemIsLoggedOnceAndSoIsTheRecovery() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().commits.addAll(List.of(Commit.LATE, Commit.LATE, Commit.LATE));

    var logged = Logged.by(Committer.CommitHealth.class, () -> rig.stepsOverMs(2000, 100));

    assertThat(logged)
        .extracting(event -> event.getLevel().toString())
        .containsExactly("WARN", "INFO");
  }

  /** Until the transaction has ended the broker does not tell its offsets. */
  @Test
  void anAbortThatTimedOutIsRepeatedBeforeOffsetsAreRead() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().lateAbort = true;
    rig.producer().failures.put("offsets", new TransactionAbortableException("aborted"));
    rig.consumer.unreadable.add(ZERO);
    rig.step();
    rig.producer().lateAbort = false;
    rig.producer().calls.clear();

    rig.stepsOverMs(500, 100);
    assertThat(rig.producer().calls).containsExactly("abort");
    rig.consumer.unreadable.clear();
    rig.stepsOverMs(500, 100);
    rig.assertResults("key-revocations-0-0");
  }

  @Test
  void theListenerLearnsHowLongTheTransactionTook() {
    Rig rig = Rig.owning(ZERO);
    rig.time.advanceMs(86_400_000);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().duringCommit = () -> rig.time.advanceMs(30);

    rig.step();

    assertThat(rig.toldNanos).containsExactly(30_000_000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ready", "in a transaction", "abort due", "failed"})
  void closingClosesTheProducerInEachState(String state) {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    switch (state) {
      case "in a transaction" -> rig.producer().commits.add(Commit.LATE);
      case "abort due" -> {
        rig.producer().failures.put("offsets", new TransactionAbortableException("aborted"));
        rig.producer().lateAbort = true;
      }
      case "failed" -> rig.producer().commits.add(Commit.DONE_BUG);
      default -> {
        // Commits.
      }
    }
    try {
      rig.step();
    } catch (ArithmeticException bug) {
      assertThat(state).isEqualTo("failed");
    }

    rig.loop.closeProducer(Duration.ofSeconds(5));

    assertThat(rig.producer().closed()).isTrue();
    assertThat(rig.producer().closedWithin).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void closingWithoutAProducerClosesNothing() {
    Rig rig = new Rig();
    rig.loop.closeProducer(Duration.ofSeconds(5));

    assertThat(rig.producers).isEmpty();
  }
}
