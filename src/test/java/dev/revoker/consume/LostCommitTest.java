package dev.revoker.consume;

import static dev.revoker.consume.Rig.ONE;
import static dev.revoker.consume.Rig.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.publish.ScriptedProducer.Commit;
import java.util.List;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.junit.jupiter.api.Test;

/** A broker that forgets what it acknowledged, and what is told of commits that fail. */
class LostCommitTest {
  /** So many results came after those that none of them is held any more. */
  private static Rig answeredLongAgo(int requests) {
    Rig rig = Rig.answered(requests);
    for (int offset = 0; offset < 500; offset++) {
      rig.append(ONE, offset, 1);
    }
    rig.steps(4);
    rig.work.answerAll();
    rig.step();
    return rig;
  }

  @Test
  void whereNothingIsLeftItBeginsWithTheFirstThatItRead() {
    Rig rig = answeredLongAgo(3);
    rig.store.offsets.remove(ZERO);
    rig.abortOne();

    rig.stepsOverMs(1000, 100);

    assertThat(rig.work.open)
        .extracting(FakeWork.Task::id)
        .containsExactly("key-revocations-0-0", "key-revocations-0-1", "key-revocations-0-2");
    assertThat(rig.loop.partitions()).as("each once").isEqualTo(2);
  }

  /** Its offsets' marker was written, and those of its results were not. */
  private static Rig withoutResults(int count) {
    Rig rig = Rig.answered(count);
    rig.aborted = offsets -> offsets;
    rig.store.results.clear();
    rig.append(ONE, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().failures.put("commit", new TransactionAbortableException("aborted"));
    return rig;
  }

  @Test
  void whereTheResultsAloneAreGoneTheyAreSentAgainAndNothingIsCalled() {
    Rig rig = withoutResults(3);
    int calls = rig.work.admitted.size();

    rig.stepsOverMs(1000, 100);

    rig.assertResults(
        "key-revocations-0-0", "key-revocations-0-1", "key-revocations-0-2", "key-revocations-1-0");
    assertThat(rig.work.admitted).hasSize(calls);
  }

  @Test
  void aDrainDoesNotLeaveThemBehind() {
    Rig rig = withoutResults(1);

    assertThat(rig.drain()).isTrue();

    rig.assertResults("key-revocations-0-0", "key-revocations-1-0");
  }

  /** It is not known whether it was: the producer was lost with it. */
  @Test
  void aDrainThatMayLeaveThemBehindSaysSo() {
    Rig rig = withoutResults(1);
    rig.step();
    rig.lose(ONE);
    rig.producer().commits.add(Commit.FENCED);
    rig.eachProducer =
        producer -> producer.failures.put("init", new TimeoutException("no coordinator"));

    assertThat(rig.drain()).isFalse();
  }

  /** There is nothing to be looked at, and nothing to be committed. */
  @Test
  void aDrainWithoutAProducerWaitsForNothing() {
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
  void whereAnEarlierCommitIsLeftItBeginsThere() {
    Rig rig = answeredLongAgo(3);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(2, ""));
    rig.abortOne();

    rig.stepsOverMs(1000, 100);

    assertThat(rig.work.open).extracting(FakeWork.Task::id).containsExactly("key-revocations-0-2");
  }

  /** At {@code offset} one is under way while an earlier commit of its partition is lost. */
  private static Rig lostBefore(int offset) {
    Rig rig = answeredLongAgo(2);
    rig.append(ZERO, offset, 1);
    rig.steps(2);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, ""));
    rig.abortOneAlone();
    return rig;
  }

  @Test
  void whatIsUnderWayThereGoesOn() {
    Rig rig = lostBefore(2);
    FakeWork.Task waiting = rig.work.open.getFirst();

    rig.stepsOverMs(1000, 100);

    assertThat(rig.work.open)
        .extracting(FakeWork.Task::id)
        .containsExactly("key-revocations-0-2", "key-revocations-0-1");
    assertThat(rig.work.open).contains(waiting);
    rig.work.answer("key-revocations-0-2");
    rig.stepsOverMs(300, 100);
    assertThat(rig.store.offsets.get(ZERO))
        .isEqualTo(new OffsetAndMetadata(1, new OffsetMap(1, 3, List.of(1L)).encode()));
  }

  /** Else what is read again would come after it, and be taken for holes. */
  @Test
  void whatIsReadAndNotAdmittedIsReadAgainInItsTurn() {
    Rig rig = answeredLongAgo(2);
    rig.append(ONE, 500, 1);
    rig.steps(2);
    rig.work.room = 1;
    rig.work.probing = true;
    rig.append(ZERO, 2, 2);
    rig.steps(2);
    rig.work.answer("key-revocations-1-500");
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, ""));
    rig.producer().failures.put("offsets", new TransactionAbortableException("aborted"));
    rig.stepsOverMs(1000, 100);

    rig.work.probing = false;
    rig.work.room = Integer.MAX_VALUE;
    rig.stepsOverMs(500, 100);

    assertThat(rig.work.open)
        .extracting(FakeWork.Task::id)
        .containsExactly("key-revocations-0-2", "key-revocations-0-1", "key-revocations-0-3");
  }

  /** It gets its result by that, and whatever became of the first is not sent again. */
  @Test
  void whatIsCarriedOutAgainAfterARebalanceIsNotLookedFor() {
    Rig rig = Rig.answered(1);
    rig.append(ONE, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.step();
    rig.lose(ZERO);
    rig.store.offsets.remove(ZERO);
    rig.store.results.clear();
    rig.assign(ZERO, ONE);
    rig.steps(3);
    rig.work.answerAll();
    rig.step();
    rig.assertResults("key-revocations-0-0");

    rig.aborted = offsets -> offsets;
    rig.append(ONE, 1, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.store.results.clear();
    rig.producer().failures.put("commit", new TransactionAbortableException("aborted"));
    rig.stepsOverMs(2000, 100);

    rig.assertResults("key-revocations-0-0", "key-revocations-1-0", "key-revocations-1-1");
  }

  @Test
  void whatIsAnsweredThereAllTheSameIsNotAnsweredAgain() {
    Rig rig = lostBefore(2);
    rig.store.offsets.put(
        ZERO, new OffsetAndMetadata(1, new OffsetMap(1, 3, List.of(1L)).encode()));
    rig.steps(2);
    rig.stepsOverMs(1000, 100);

    rig.work.answerAll();
    rig.stepsOverMs(300, 100);

    assertThat(rig.results()).doesNotContain("key-revocations-0-2");
  }

  /** Its answer is dropped with it: published now, it would pass over what is before it. */
  @Test
  void norIsItsAnswerPublishedBefore() {
    Rig rig = lostBefore(10_000);
    rig.work.answerAll();

    rig.stepsOverMs(1000, 100);
    rig.work.answerAll();
    rig.stepsOverMs(1000, 100);

    assertThat(rig.work.admitted)
        .extracting(FakeWork.Task::id)
        .as("carried out again")
        .endsWith("key-revocations-0-1", "key-revocations-0-10000");
    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(new OffsetAndMetadata(10_001, ""));
  }

  @Test
  void norIsWhatIsAnsweredThereAndHere() {
    Rig rig = lostBefore(2);
    rig.work.answerAll();
    rig.store.offsets.put(
        ZERO, new OffsetAndMetadata(1, new OffsetMap(1, 3, List.of(1L)).encode()));

    rig.stepsOverMs(1000, 100);

    assertThat(rig.results()).doesNotContain("key-revocations-0-2");
  }

  /** Before it is read once more nobody may think that what is lost was answered. */
  @Test
  void whatIsAnsweredThereBeforeTheLostOnesAreReadPassesNoneOver() {
    Rig rig = lostBefore(2);
    rig.step();
    rig.work.answer("key-revocations-0-2");
    rig.consumer.logs.remove(ZERO);

    rig.stepsOverMs(1000, 100);

    assertThat(rig.results()).contains("key-revocations-0-2");
    assertThat(rig.store.offsets.get(ZERO))
        .isEqualTo(new OffsetAndMetadata(1, new OffsetMap(1, 3, List.of(1L)).encode()));
  }

  @Test
  void whatIsTooMuchToKeepAccountOfIsTakenBackFirst() {
    Rig rig = lostBefore(10_000);
    FakeWork.Task waiting = rig.work.open.getFirst();

    rig.stepsOverMs(1000, 100);

    assertThat(rig.work.open).doesNotContain(waiting);
    assertThat(rig.work.open)
        .extracting(FakeWork.Task::id)
        .containsExactly("key-revocations-0-1", "key-revocations-0-10000");
  }

  @Test
  void aProducerThatIsLostTooChangesNothingOfThat() {
    Rig rig = answeredLongAgo(2);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, ""));
    rig.append(ONE, 500, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().commits.add(Commit.FENCED);
    rig.step();
    assertThat(rig.loop.commitTrouble()).as("at once").isNotNull();

    rig.stepsOverMs(1000, 100);

    assertThat(rig.work.open).extracting(FakeWork.Task::id).containsExactly("key-revocations-0-1");
  }

  /** Its next owner carries it out again. */
  @Test
  void aPartitionThatIsBeingGivenUpIsNotBegunAgain() {
    Rig rig = answeredLongAgo(2);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, ""));
    rig.abortOne();
    int admitted = rig.work.admitted.size();

    rig.step();
    rig.drain();

    assertThat(rig.work.admitted).hasSize(admitted);
    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(new OffsetAndMetadata(1, ""));
    assertThat(rig.results()).contains("key-revocations-1-500");
  }

  @Test
  void troubleIsToldOnceAndThatItIsOverOnce() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().commits.addAll(List.of(Commit.LATE, Commit.LATE, Commit.LATE));

    var told = Logged.by(Trouble.class, () -> rig.stepsOverMs(2000, 100));

    assertThat(told)
        .extracting(event -> event.getLevel().toString())
        .containsExactly("WARN", "INFO");
  }

  @Test
  void theListenerIsToldHowLongTheTransactionTook() {
    Rig rig = Rig.owning(ZERO);
    rig.time.advanceMs(86_400_000);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().duringCommit = () -> rig.time.advanceMs(30);

    rig.step();

    assertThat(rig.toldNanos).containsExactly(30_000_000L);
  }
}
