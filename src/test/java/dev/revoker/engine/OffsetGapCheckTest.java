package dev.revoker.engine;

import static dev.revoker.engine.Rig.VALID;
import static dev.revoker.engine.Rig.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first offset of a poll is not the expected one. */
class OffsetGapCheckTest {
  @Test
  void aLogThatWasTruncatedEndsTheLoop() {
    Rig rig = committedAt(100);
    rig.consumer.seek(ZERO, 0);
    rig.consumer.append(ZERO, 3, VALID);

    assertThatThrownBy(() -> rig.steps(2))
        .isInstanceOf(FatalWorkerException.class)
        .hasMessageContaining("key-revocations-0")
        .hasMessageContaining("offset 3")
        .hasMessageContaining("99");
  }

  @Test
  void deletedUnreadRequestsAreLogged() {
    Rig rig = committedAt(100);
    rig.consumer.updateBeginningOffsets(Map.of(ZERO, 140L));
    rig.consumer.seek(ZERO, 140);

    List<ILoggingEvent> logged = loggedAfter(rig, 141);

    assertThat(logged).hasSize(1);
    assertThat(logged.getFirst().getKeyValuePairs().toString())
        .contains("key-revocations-0", "from=\"100\"", "to=\"139\"");
    assertThat(rig.work.ids()).containsExactly("key-revocations-0-141");
  }

  @Test
  void holesAreNotLogged() {
    Rig rig = committedAt(100);
    rig.consumer.updateBeginningOffsets(Map.of(ZERO, 3L));

    List<ILoggingEvent> logged =
        Logged.by(
            OffsetGapCheck.class,
            () -> {
              rig.consumer.append(ZERO, 141, VALID);
              rig.step();
              rig.consumer.append(ZERO, 160, VALID);
              rig.steps(2);
            });

    assertThat(logged).isEmpty();
    assertThat(rig.work.admitted).hasSize(2);
  }

  @Test
  void aLogThatIsTruncatedWhileItIsReadEndsTheLoop() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 5);
    rig.steps(2);
    rig.consumer.seek(ZERO, 4);

    assertThatThrownBy(() -> rig.steps(2))
        .isInstanceOf(FatalWorkerException.class)
        .hasMessageContaining("continues at offset 4, but requests up to offset 4 were read");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 100})
  void requestsDeletedDuringAPauseAreLogged(long committed) {
    Rig rig = committedAt(committed);
    rig.consumer.updateBeginningOffsets(Map.of(ZERO, committed + 1));
    rig.consumer.seek(ZERO, committed + 1);

    List<ILoggingEvent> logged = loggedAfter(rig, committed + 1);

    assertThat(logged).hasSize(1);
    assertThat(logged.getFirst().getKeyValuePairs().toString())
        .contains("from=\"" + committed + "\"", "to=\"" + committed + "\"");
  }

  @Test
  void nothingIsLoggedIfTheLogBeginsAtTheExpectedOffset() {
    Rig rig = committedAt(100);
    rig.consumer.updateBeginningOffsets(Map.of(ZERO, 100L));

    List<ILoggingEvent> logged = loggedAfter(rig, 141);

    assertThat(logged).isEmpty();
  }

  /** The look-up may block the loop for a second. */
  @Test
  void theStartOfTheLogIsLookedUpOnlyAfterAPause() {
    Rig rig = Rig.owning(ZERO);
    rig.append(ZERO, 0, 1);
    rig.steps(2);
    rig.consumer.append(ZERO, 7, VALID);
    rig.steps(2);
    assertThat(rig.consumer.beginningLooks).isZero();
    rig.work.room = 0;
    rig.step();
    rig.work.room = 9;
    rig.step();
    rig.consumer.updateBeginningOffsets(Map.of(ZERO, 0L));
    rig.consumer.append(ZERO, 9, VALID);
    rig.steps(2);
    assertThat(rig.consumer.beginningLooks).as("after a pause").isEqualTo(1);
  }

  @Test
  void aLookUpIsRepeatedAfterAWakeupAndLoggedIfItFails() {
    Rig rig = committedAt(100);
    rig.consumer.beginningFailures.add(new WakeupException());
    rig.consumer.beginningFailures.add(new TimeoutException("no leader"));

    List<ILoggingEvent> logged = loggedAfter(rig, 141);

    assertThat(rig.consumer.beginningLooks).isEqualTo(2);
    assertThat(logged).hasSize(1);
    assertThat(logged.getFirst().getKeyValuePairs().toString()).contains("no leader");
    assertThat(rig.work.admitted).hasSize(1);
  }

  /** The partition is assigned, and its committed offset is this. */
  private static Rig committedAt(long offset) {
    Rig rig = new Rig();
    rig.store.offsets.put(ZERO, new OffsetAndMetadata(offset, ""));
    rig.assign(ZERO);
    rig.steps(2);
    return rig;
  }

  /** What the check logs when a request with this offset is read. */
  private static List<ILoggingEvent> loggedAfter(Rig rig, long offset) {
    return Logged.by(
        OffsetGapCheck.class,
        () -> {
          rig.consumer.append(ZERO, offset, VALID);
          rig.steps(2);
        });
  }
}
