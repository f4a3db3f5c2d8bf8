package dev.revoker.consume;

import static dev.revoker.consume.Rig.ONE;
import static dev.revoker.consume.Rig.URGENT;
import static dev.revoker.consume.Rig.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.publish.ScriptedProducer.Commit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.junit.jupiter.api.Test;

/**
 * A broker has lost offsets that it acknowledged, and their results are held: they are committed
 * again, and whatever became of the results, there is one of each.
 */
class LostOffsetsTest {
  /** Two are answered, the second's offset is lost, and the next transaction is aborted. */
  private static Rig secondLost() {
    Rig rig = Rig.answered(2);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, ""));
    rig.abortOne();
    return rig;
  }

  /** Of those that are asked for, this one. */
  private static Map<TopicPartition, Set<Long>> of(
      Map<TopicPartition, Set<Long>> asked, long offset) {
    Map<TopicPartition, Set<Long>> those = new HashMap<>();
    asked.forEach(
        (partition, offsets) ->
            those.put(partition, offsets.contains(offset) ? Set.of(offset) : Set.of()));
    return those;
  }

  /** Another's transaction is open there. */
  private static Map<TopicPartition, Set<Long>> notDecided(Map<TopicPartition, Set<Long>> asked) {
    throw new TimeoutException("not decided");
  }

  private static Map<TopicPartition, Set<Long>> notAllowed(Map<TopicPartition, Set<Long>> asked) {
    throw new TopicAuthorizationException("not allowed");
  }

  /** Its results' marker was written, and that of its offsets was not. */
  @Test
  void whereTheOffsetsAloneAreGoneTheyAreCommittedAgainAndNothingElseIsDone() {
    Rig rig = Rig.answered(3);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, ""));
    rig.abortOne();
    int calls = rig.work.admitted.size();

    rig.stepsOverMs(2000, 100);

    rig.assertResults(
        "key-revocations-0-0",
        "key-revocations-0-1",
        "key-revocations-0-2",
        "key-revocations-1-500");
    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(new OffsetAndMetadata(3, ""));
    assertThat(rig.work.admitted).hasSize(calls);
    assertThat(rig.loop.commitTrouble()).isNull();
  }

  @Test
  void theyAreCommittedAgainOnce() {
    Rig rig = secondLost();
    rig.stepsOverMs(2000, 100);
    OffsetAndMetadata untouched = new OffsetAndMetadata(2, "untouched");
    rig.store.offsets.put(ZERO, untouched);

    rig.append(ONE, 501, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.step();

    assertThat(rig.results()).contains("key-revocations-1-501");
    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(untouched);
  }

  /** All of it is gone, or nothing of it is decided and the worker has that aborted. */
  @Test
  void whereItsResultsAreHeldTheyAreSentAgainTogetherWithTheOffsets() {
    Rig rig = Rig.answered(3);
    rig.store.results.clear();
    rig.store.offsets.remove(ZERO);
    rig.aborted = offsets -> offsets;
    rig.abortOne();
    int calls = rig.work.admitted.size();
    int transactions = rig.store.transactions;
    rig.producer().calls.clear();

    rig.stepsOverMs(2000, 100);

    rig.assertResults(
        "key-revocations-0-0",
        "key-revocations-0-1",
        "key-revocations-0-2",
        "key-revocations-1-500");
    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(new OffsetAndMetadata(3, ""));
    assertThat(rig.store.transactions).isEqualTo(transactions + 1);
    assertThat(rig.work.admitted).hasSize(calls);
    assertThat(rig.producer().calls)
        .as("a transaction that is aborted decides over what it finds undecided")
        .containsSubsequence("begin", "send", "flush", "abort", "begin", "offsets", "commit");
  }

  /** Partition 0 of one lane is not that of another, though the offsets are the same. */
  @Test
  void whatIsHeldOfAnotherTopicIsNoAnswer() {
    Rig rig = Rig.owning(URGENT, ZERO);
    rig.append(URGENT, 0, 3);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.step();
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(0, ""));
    rig.append(URGENT, 3, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.failOffsets();
    rig.stepsOverMs(2000, 100);

    rig.append(ZERO, 1, 1);
    rig.steps(2);

    assertThat(rig.work.open).extracting(FakeWork.Task::id).containsExactly("key-revocations-0-1");
  }

  @Test
  void withoutAnythingElseToCommitToo() {
    Rig rig = Rig.answered(2);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, ""));
    rig.abortOne();
    rig.step();
    rig.lose(ONE);

    rig.stepsOverMs(2000, 100);

    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(new OffsetAndMetadata(2, ""));
  }

  /** What another transaction keeps open may be ours. */
  @Test
  void nothingIsPublishedBeforeItIsKnownWhatBecameOfThem() {
    Rig rig = Rig.answered(2);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, ""));
    rig.aborted =
        offsets -> {
          throw new TimeoutException("not decided");
        };
    rig.abortOne();
    int transactions = rig.store.transactions;

    rig.stepsOverMs(5000, 100);
    assertThat(rig.store.transactions).isEqualTo(transactions);
    assertThat(rig.loop.commitTrouble()).contains("lost a commit");

    rig.aborted = offsets -> Map.of();
    rig.stepsOverMs(2000, 100);
    rig.assertResults("key-revocations-0-0", "key-revocations-0-1", "key-revocations-1-500");
    assertThat(rig.loop.commitTrouble()).isNull();
  }

  /** What was found to be there after the first loss stays answered after the second. */
  @Test
  void aSecondLossBeforeTheyAreCommittedAgainChangesNothing() {
    Rig rig = Rig.answered(3);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(2, ""));
    rig.abortOne();
    int calls = rig.work.admitted.size();
    rig.stepsOverMs(400, 100);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, ""));
    rig.producer().failures.put("offsets", new TransactionAbortableException("aborted"));

    rig.stepsOverMs(4000, 100);

    assertThat(rig.work.admitted).hasSize(calls);
    rig.assertResults(
        "key-revocations-0-0",
        "key-revocations-0-1",
        "key-revocations-0-2",
        "key-revocations-1-500");
    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(new OffsetAndMetadata(3, ""));
  }

  @Test
  void aDrainCommitsThemAgain() {
    Rig rig = Rig.answered(2);
    rig.store.results.clear();
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, ""));
    rig.aborted = offsets -> offsets;
    rig.abortOne();
    rig.step();

    assertThat(rig.drain()).isTrue();

    rig.assertResults("key-revocations-0-0", "key-revocations-0-1", "key-revocations-1-500");
    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(new OffsetAndMetadata(2, ""));
  }

  /** It is lost before the transaction that would send its result again. */
  private static void moved(Rig rig, TopicPartition id) {
    rig.consumer.loseAtNextPoll(id);
    rig.producer().failures.put("offsets", new CommitFailedException("the group has moved on"));
  }

  /** Its next owner carries it out again. */
  @Test
  void ofAPartitionThatIsGoneNothingIsSentAgain() {
    Rig rig = secondLost();
    rig.store.results.removeLast();
    List<TopicPartition> lost = new ArrayList<>(List.of(ZERO));
    rig.aborted =
        offsets -> {
          lost.forEach(one -> moved(rig, one));
          lost.clear();
          return of(offsets, 1);
        };

    rig.stepsOverMs(2000, 100);

    rig.assertResults("key-revocations-0-0", "key-revocations-1-500");
  }

  @Test
  void norWhereItIsOursAgain() {
    Rig rig = secondLost();
    rig.store.results.removeLast();
    List<TopicPartition> lost = new ArrayList<>(List.of(ZERO));
    rig.aborted =
        offsets -> {
          lost.forEach(one -> moved(rig, one));
          lost.forEach(one -> rig.consumer.assignAtNextPoll(one, ONE));
          lost.clear();
          return of(offsets, 1);
        };

    rig.stepsOverMs(2000, 100);
    rig.work.answerAll();
    rig.stepsOverMs(500, 100);

    rig.assertResults("key-revocations-0-0", "key-revocations-0-1", "key-revocations-1-500");
  }

  /** Though nothing else is to be committed. */
  @Test
  void aDrainLooksForThemAfterAnAbort() {
    Rig rig = secondLost();
    rig.step();
    rig.lose(ONE);

    assertThat(rig.drain()).isTrue();

    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(new OffsetAndMetadata(2, ""));
  }

  @Test
  void aDrainThatDoesNotGetThatFarSaysSo() {
    Rig rig = secondLost();
    rig.aborted = LostOffsetsTest::notDecided;
    rig.stepsOverMs(1000, 100);
    rig.lose(ONE);

    assertThat(rig.drain()).isFalse();

    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(new OffsetAndMetadata(1, ""));
  }

  @Test
  void theLoopSleepsBetweenTwoLooks() {
    Rig rig = secondLost();
    rig.aborted = LostOffsetsTest::notDecided;
    rig.stepsOverMs(1200, 100);
    int polls = rig.consumer.polls;
    rig.consumer.whileBlocked = rig.time::advanceMs;

    while (rig.time.millis() < 8_000) {
      rig.step();
    }

    assertThat(rig.consumer.polls - polls).isLessThan(100);
  }

  @Test
  void afterALostProducerTheyAreDecidedBeforeTheyAreLookedFor() {
    Rig rig = Rig.answered(2);
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, ""));
    rig.aborted = LostOffsetsTest::notAllowed;
    rig.append(ONE, 500, 1);
    rig.steps(2);
    rig.work.answerAll();
    rig.producer().commits.add(Commit.FENCED);

    rig.stepsOverMs(2000, 100);

    assertThat(rig.producer().calls).containsSubsequence("flush", "abort", "begin", "commit");
  }

  /**
   * More than can be kept account of. What is carried out again has another result, with which the
   * first would become visible.
   */
  @Test
  void whatIsCarriedOutAgainIsDecidedFirst() {
    Rig rig = Rig.answered(1);
    rig.append(ZERO, 10_000, 1);
    rig.consumer.updateBeginningOffsets(Map.of(ZERO, 0L));
    rig.steps(2);
    rig.work.answerAll();
    rig.step();
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(0, ""));
    rig.abortOne();
    rig.producer().calls.clear();

    rig.stepsOverMs(2000, 100);

    assertThat(rig.work.open)
        .extracting(FakeWork.Task::id)
        .containsExactly("key-revocations-0-0", "key-revocations-0-10000");
    assertThat(rig.producer().calls)
        .containsSubsequence("begin", "send", "flush", "abort", "begin", "commit");
  }

  /** Another worker was killed together with the broker, and its transaction hangs. */
  @Test
  void aNewPartitionThatCannotBeReadKeepsNothingFromBeingCommitted() {
    Rig rig = secondLost();
    rig.consumer.unreadable.add(URGENT);
    rig.consumer.assignAtNextPoll(ZERO, ONE, URGENT);

    rig.stepsOverMs(20_000, 100);

    assertThat(rig.results()).contains("key-revocations-1-500");
  }

  @Test
  void whereNobodyCanLookOnlyTheLostAreSentAgain() {
    Rig rig = secondLost();
    rig.aborted = LostOffsetsTest::notDecided;

    rig.stepsOverMs(60_000, 100);

    rig.assertResults(
        "key-revocations-0-0",
        "key-revocations-0-1",
        "key-revocations-0-1",
        "key-revocations-1-500");
    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(new OffsetAndMetadata(2, ""));
  }
}
