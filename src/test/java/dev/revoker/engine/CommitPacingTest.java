package dev.revoker.engine;

import static dev.revoker.engine.Rig.ONE;
import static dev.revoker.engine.Rig.URGENT;
import static dev.revoker.engine.Rig.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A transaction when it is worth one. */
class CommitPacingTest {
  private static final int TRANSACTION_MS = 8;
  private static final int MARKERS_MS = 2;

  @Test
  void resultsOfABusyLaneShareATransaction() {
    Rig rig = busy();
    int before = rig.store.transactions;

    answer(rig, 0, 1);
    rig.steps(3);
    assertThat(rig.store.transactions).isEqualTo(before);
    answer(rig, 1, 9);
    rig.stepsOverMs(4 * TRANSACTION_MS, 1);

    assertThat(rig.store.transactions).isEqualTo(before + 1);
    assertThat(rig.store.results).hasSize(109);
  }

  @Test
  void resultsWaitNoLongerThanFourTransactionsTake() {
    Rig rig = busy();
    answer(rig, 0, 1);
    rig.step();

    rig.stepsOverMs(4 * TRANSACTION_MS, 1);

    assertThat(rig.store.results).hasSize(101);
  }

  @Test
  void theLoopSleepsWhileResultsWait() {
    Rig rig = busy();
    answer(rig, 0, 1);
    rig.step();
    int polls = rig.consumer.polls;
    rig.consumer.whileBlocked = rig.time::advanceMs;

    rig.steps(2);

    assertThat(rig.store.results).hasSize(101);
    assertThat(rig.consumer.polls - polls).isEqualTo(2);
  }

  @Test
  void anUrgentResultNeverWaitsAndTakesTheOthersWithIt() {
    Rig rig = busy();
    rig.append(URGENT, 0, 1);
    rig.steps(2);
    answer(rig, 0, 3);
    rig.step();
    rig.work.answer("key-revocations.urgent-0-0");

    rig.step();

    assertThat(rig.store.results).hasSize(104);
  }

  @Test
  void aLaneWithAFreeSlotCommitsAtOnce() {
    Rig rig = costly();
    rig.append(ZERO, 100, 65);
    rig.steps(2);
    answer(rig, 0, 1);

    rig.step();

    assertThat(rig.store.results).hasSize(101);
  }

  @Test
  void theCommitBeginsWhileHalfOfTheRequestsStillHaveNoResult() {
    Rig rig = busy();
    answer(rig, 0, 249);
    rig.step();
    assertThat(rig.store.results).hasSize(100);

    answer(rig, 249, 250);
    rig.step();

    assertThat(rig.store.results).hasSize(350);
  }

  @Test
  void resultsOfARevokedPartitionDoNotWait() {
    Rig rig = busy();
    rig.append(ONE, 0, 500);
    rig.steps(4);
    answer(rig, 0, 1);
    rig.step();
    assertThat(rig.store.results).hasSize(100);

    long beforeMs = rig.time.millis();

    // ONE stays, and keeps the lane busy.
    rig.assign(URGENT, ONE);

    assertThat(rig.store.results).hasSize(101);
    assertThat(rig.time.millis() - beforeMs).isEqualTo(TRANSACTION_MS + MARKERS_MS);
  }

  @Test
  void aTransactionBeginsAfterTheBrokerHadTimeForTheMarkersOfTheOneBefore() {
    Rig rig = Rig.owning(URGENT, ZERO, ONE);
    List<Long> commits = new ArrayList<>();
    rig.producer().duringCommit = () -> commits.add(rig.time.millis());
    rig.append(URGENT, 0, 3);
    rig.steps(2);
    long beganMs = rig.time.millis();
    for (int offset = 0; offset < 2; offset++) {
      rig.work.answer("key-revocations.urgent-0-" + offset);
      rig.step();
    }
    rig.time.advanceMs(10);
    rig.work.answer("key-revocations.urgent-0-2");
    rig.step();

    assertThat(commits)
        .as("only the second follows another one directly")
        .containsExactly(beganMs, beganMs + MARKERS_MS, beganMs + MARKERS_MS + 10);
  }

  /** A loop with 500 admitted requests, and transactions that take {@link #TRANSACTION_MS}. */
  private static Rig busy() {
    Rig rig = costly();
    rig.append(ZERO, 100, 500);
    rig.steps(4);
    return rig;
  }

  /** A loop that has committed 100 results, one by one. */
  private static Rig costly() {
    Rig rig = Rig.owning(URGENT, ZERO, ONE);
    rig.producer().duringCommit = () -> rig.time.advanceMs(TRANSACTION_MS);
    for (int offset = 0; offset < 100; offset++) {
      rig.append(ZERO, offset, 1);
      rig.steps(2);
      rig.work.answerAll();
      rig.step();
    }
    assertThat(rig.store.results).hasSize(100);
    return rig;
  }

  private static void answer(Rig rig, int from, int to) {
    for (int offset = from; offset < to; offset++) {
      rig.work.answer("key-revocations-0-" + (100 + offset));
    }
  }
}
