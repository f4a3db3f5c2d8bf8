package dev.revoker.engine;

import static dev.revoker.engine.Rig.ONE;
import static dev.revoker.engine.Rig.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.engine.ScriptedProducer.Commit;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The broker has lost a commit that it acknowledged. */
class LostCommitTest {
  /** After what the committed offsets are compared with memory. */
  static Stream<Consumer<Rig>> failures() {
    return Stream.of(
        rig -> rig.producer().failures.put("offsets", new TransactionAbortableException("aborted")),
        rig -> rig.producer().failures.put("commit", new TransactionAbortableException("aborted")),
        rig -> rig.producer().commits.add(Commit.FENCED));
  }

  /**
   * {@link Rig#ZERO} has answered two requests, a third is being called, and of those commits the
   * broker has only the first. A request of {@link Rig#ONE} is answered and not committed.
   */
  private static Rig behind() {
    Rig rig = Rig.answered(2);
    rig.append(ZERO, 2, 1);
    rig.append(ONE, 0, 1);
    rig.steps(2);
    rig.work.called = task -> task.id().equals("key-revocations-0-2");
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(1, ""));
    rig.work.answer("key-revocations-1-0");
    return rig;
  }

  @ParameterizedTest
  @MethodSource("failures")
  void itContinuesFromTheBrokersOffsets(Consumer<Rig> failure) {
    Rig rig = behind();
    failure.accept(rig);

    var warned = Logged.by(ProgressLoader.class, () -> rig.stepsOverMs(1000, 100));

    assertThat(warned)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getMessage()).contains("has lost a commit");
              assertThat(event.getKeyValuePairs().toString()).contains("key-revocations-0");
            });
    assertThat(rig.work.ids()).endsWith("key-revocations-0-1", "key-revocations-0-2");
    rig.work.answerAll();
    rig.stepsOverMs(300, 100);
    assertThat(rig.store.offsets)
        .containsEntry(ZERO, new OffsetAndMetadata(3, ""))
        .containsEntry(ONE, new OffsetAndMetadata(1, ""));
  }

  /** The request is read again, and has its result by that. */
  @Test
  void aCallThatEndsMeanwhileIsNotPublished() {
    Rig rig = behind();
    FakeWork.Task called = rig.work.open.getFirst();
    failures().findFirst().orElseThrow().accept(rig);
    rig.stepsOverMs(1000, 100);

    rig.work.answer(called);
    rig.stepsOverMs(300, 100);
    assertThat(rig.results()).doesNotContain("key-revocations-0-2");

    rig.work.answerAll();
    rig.stepsOverMs(300, 100);
    assertThat(rig.results()).containsOnlyOnce("key-revocations-0-2");
  }

  /** It is read again: both together would be called. */
  @Test
  void aRequestThatWaitsIsWithdrawn() {
    Rig rig = behind();
    rig.append(ZERO, 3, 1);
    rig.append(ONE, 1, 1);
    rig.steps(2);
    rig.work.answer("key-revocations-1-1");
    failures().findFirst().orElseThrow().accept(rig);

    rig.stepsOverMs(1000, 100);

    assertThat(rig.work.open)
        .extracting(FakeWork.Task::id)
        .contains("key-revocations-0-1")
        .containsOnlyOnce("key-revocations-0-3");
  }

  /** Nothing is published before the comparison. */
  @Test
  void anAnswerThatWaitsForACommitIsNotPublished() {
    Rig rig = behind();
    rig.work.answer("key-revocations-0-2");
    failures().findFirst().orElseThrow().accept(rig);

    rig.stepsOverMs(1000, 100);

    assertThat(rig.results()).doesNotContain("key-revocations-0-2").contains("key-revocations-1-0");
    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(new OffsetAndMetadata(1, ""));
  }

  @Test
  void whereTheBrokerHasNothingItBeginsWithTheFirstThatItRead() {
    Rig rig = behind();
    rig.store.offsets.remove(ZERO);
    failures().findFirst().orElseThrow().accept(rig);

    rig.stepsOverMs(1000, 100);

    assertThat(rig.work.ids())
        .endsWith("key-revocations-0-0", "key-revocations-0-1", "key-revocations-0-2");
    assertThat(rig.loop.partitions()).as("each once").isEqualTo(2);
  }

  /** The next owner reads it again. */
  @Test
  void aPartitionThatIsRevokedIsNotBegunAgain() {
    Rig rig = behind();
    failures().findFirst().orElseThrow().accept(rig);
    int admitted = rig.work.admitted.size();

    rig.step();
    assertThat(rig.drain()).as("a request is left to the next owner").isFalse();

    assertThat(rig.work.admitted).hasSize(admitted);
    assertThat(rig.store.offsets.get(ZERO)).isEqualTo(new OffsetAndMetadata(1, ""));
    assertThat(rig.results()).contains("key-revocations-1-0");
  }

  @Test
  void whereTheBrokerHasEverythingNothingIsReadAgain() {
    Rig rig = behind();
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(2, ""));
    failures().findFirst().orElseThrow().accept(rig);
    int admitted = rig.work.admitted.size();

    assertThat(Logged.by(ProgressLoader.class, () -> rig.stepsOverMs(1000, 100)))
        .isEqualTo(List.of());

    assertThat(rig.work.admitted).hasSize(admitted);
    assertThat(rig.results()).contains("key-revocations-1-0");
  }
}
