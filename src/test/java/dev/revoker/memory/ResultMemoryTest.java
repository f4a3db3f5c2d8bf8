package dev.revoker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.memory.ResultMemory.Question;
import dev.revoker.memory.RevokedKeyIndex.Position;
import dev.revoker.message.StoredResult;
import dev.revoker.model.Result.RevokedBy;
import dev.revoker.time.ManualTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When memory answers, and with what. The topic is scripted, the time is manual. */
class ResultMemoryTest {
  private static final String KEY = "sha256:" + "0a".repeat(32);
  private static final String OTHER_WITH_SAME_HASH = "sha256:" + "0a".repeat(31) + "ff";
  private static final Instant THEN = Instant.parse("2026-01-01T08:00:00Z");
  private static final Position FIRST = new Position(0, 17);
  private static final Position SECOND = new Position(2, 4);

  private final ManualTime time = new ManualTime();
  private final List<Wanted> wanted = new ArrayList<>();
  private final List<String> words = new ArrayList<>();
  private final List<Optional<RevokedBy>> answers = new ArrayList<>();
  private final ResultMemory memory =
      new ResultMemory(
          new RevokedKeyIndex(100),
          (position, question) -> wanted.add(new Wanted(position, question)),
          words::add,
          time);

  private record Wanted(Position position, Question question) {}

  @BeforeEach
  void filled() {
    memory.caughtUp();
  }

  @Test
  void aRememberedKeyIsAnsweredWithTheEarlierResult() {
    memory.revoked(KEY, FIRST);

    ask(KEY);
    assertThat(answers).as("the record must be read first").isEmpty();
    read(FIRST, result("revoked", KEY));

    assertThat(answers).containsExactly(Optional.of(new RevokedBy("earlier", THEN)));
    assertThat(words).containsExactly("found");
    assertThat(time.timersSet()).isZero();
  }

  @Test
  void theWholeFingerprintDecidesAndNotItsHash() {
    memory.revoked(OTHER_WITH_SAME_HASH, FIRST);

    ask(KEY);
    read(FIRST, result("revoked", OTHER_WITH_SAME_HASH));
    time.advanceMs(ResultMemory.GRACE_MS);

    assertThat(answers).containsExactly(Optional.empty());
  }

  @Test
  void anOutcomeOtherThanRevokedIsNoAnswer() {
    memory.revoked(KEY, FIRST);

    ask(KEY);
    read(FIRST, result("not_found", KEY));
    time.advanceMs(ResultMemory.GRACE_MS);

    assertThat(answers).containsExactly(Optional.empty());
  }

  @Test
  void theNextPositionIsReadWhereTheFirstDoesNotAnswer() {
    memory.revoked(KEY, FIRST);
    for (int other = 0; other < 10; other++) {
      memory.revoked("sha256:" + "%02x".formatted(other).repeat(32), new Position(0, other));
    }
    memory.revoked(OTHER_WITH_SAME_HASH, SECOND);

    ask(KEY);
    read(SECOND, result("revoked", OTHER_WITH_SAME_HASH));
    read(FIRST, result("revoked", KEY));

    assertThat(answers).containsExactly(Optional.of(new RevokedBy("earlier", THEN)));
  }

  @Test
  void aDeletedRecordIsNoAnswer() {
    memory.revoked(KEY, FIRST);

    ask(KEY);
    read(FIRST, null);
    time.advanceMs(ResultMemory.GRACE_MS);

    assertThat(answers).containsExactly(Optional.empty());
  }

  @Test
  void anUnknownKeyIsWaitedForAndNoLonger() {
    ask(KEY);
    time.advanceMs(ResultMemory.GRACE_MS - 1);
    assertThat(answers).isEmpty();
    time.advanceMs(1);

    assertThat(answers).containsExactly(Optional.empty());
    assertThat(words).containsExactly("unknown");
  }

  @Test
  void aResultThatIsCommittedMeanwhileCounts() {
    ask(KEY);
    time.advanceMs(ResultMemory.GRACE_MS - 1);
    memory.revoked(KEY, FIRST);
    read(FIRST, result("revoked", KEY));

    assertThat(answers).containsExactly(Optional.of(new RevokedBy("earlier", THEN)));
  }

  @Test
  void aRecordThatIsBeingReadWhenTheWaitEndsStillCounts() {
    ask(KEY);
    memory.revoked(KEY, FIRST);
    time.advanceMs(ResultMemory.GRACE_MS);
    assertThat(answers).isEmpty();
    read(FIRST, result("revoked", KEY));

    assertThat(answers).containsExactly(Optional.of(new RevokedBy("earlier", THEN)));
  }

  @Test
  void whileOlderResultsAreReadQuestionsWait() {
    ResultMemory filling = filling();
    filling.find(KEY, answer -> answers.add(Optional.ofNullable(answer)));
    time.advanceMs(30_000);
    assertThat(answers).isEmpty();
    filling.caughtUp();
    time.advanceMs(ResultMemory.GRACE_MS);

    assertThat(answers).containsExactly(Optional.empty());
  }

  @Test
  void whatIsFoundWhileOlderResultsAreReadIsAnsweredAtOnce() {
    ResultMemory filling = filling();
    filling.find(KEY, answer -> answers.add(Optional.ofNullable(answer)));
    filling.revoked(KEY, FIRST);
    read(FIRST, result("revoked", KEY));

    assertThat(answers).containsExactly(Optional.of(new RevokedBy("earlier", THEN)));
  }

  @Test
  void questionsWaitForOlderResultsForAMinuteAtMost() {
    filling().find(KEY, answer -> answers.add(Optional.ofNullable(answer)));
    time.advanceMs(ResultMemory.FILL_LIMIT_MS + ResultMemory.GRACE_MS - 1);
    assertThat(answers).isEmpty();
    time.advanceMs(1);

    assertThat(answers).containsExactly(Optional.empty());
  }

  @Test
  void everyQuestionIsAnsweredWhenMemoryIsTurnedOff() {
    memory.revoked(KEY, FIRST);
    ask(KEY);
    ask("sha256:" + "bb".repeat(32));
    memory.off();
    ask(KEY);
    read(FIRST, result("revoked", KEY));

    assertThat(answers).containsExactly(Optional.empty(), Optional.empty(), Optional.empty());
    assertThat(memory.keys()).isZero();
  }

  @Test
  void aRecordThatCannotBeReadIsNoAnswer() {
    memory.revoked(KEY, FIRST);
    ask(KEY);
    wanted.getFirst().question().unreadable();

    assertThat(answers).containsExactly(Optional.empty());
    assertThat(words).containsExactly("failed");
  }

  @Test
  void oneResultAnswersAllThatWaitForIt() {
    ask(KEY);
    ask(KEY);
    memory.revoked(KEY, FIRST);
    List.copyOf(wanted).forEach(one -> one.question().read(FIRST, result("revoked", KEY)));

    assertThat(answers).hasSize(2).doesNotContain(Optional.empty());
  }

  private ResultMemory filling() {
    return new ResultMemory(
        new RevokedKeyIndex(100),
        (position, question) -> wanted.add(new Wanted(position, question)),
        words::add,
        time);
  }

  private void ask(String fingerprint) {
    memory.find(fingerprint, answer -> answers.add(Optional.ofNullable(answer)));
  }

  /** The record at this position is read for the question that wanted it last. */
  private void read(Position position, StoredResult result) {
    assertThat(wanted.getLast().position()).isEqualTo(position);
    wanted.getLast().question().read(position, result);
  }

  private static StoredResult result(String outcome, String fingerprint) {
    return new StoredResult("earlier", outcome, fingerprint, THEN);
  }
}
