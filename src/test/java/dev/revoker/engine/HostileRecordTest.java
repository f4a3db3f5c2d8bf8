package dev.revoker.engine;

import static dev.revoker.engine.Rig.ONE;
import static dev.revoker.engine.Rig.URGENT;
import static dev.revoker.engine.Rig.VALID;
import static dev.revoker.engine.Rig.ZERO;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Guarantee 9: no record ends the loop, and no record delays a more urgent one for long. */
class HostileRecordTest {
  private static final String SECRET = "968a8b637a5040159424872fffdb895b";

  /** Headers that take this long to read. */
  private static RecordHeaders slow(Rig rig, long ms) {
    return new RecordHeaders() {
      private boolean read;

      @Override
      public Header lastHeader(String name) {
        rig.time.advanceMs(read ? 0 : ms);
        read = true;
        return super.lastHeader(name);
      }
    };
  }

  private static RecordHeaders failing(Throwable failure) {
    return new RecordHeaders() {
      @Override
      public Header lastHeader(String name) {
        if (failure instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) failure;
      }
    };
  }

  @Test
  void urgentRecordsDoNotWaitForTheReadingOfStandardOnes() {
    Rig rig = Rig.owning(ZERO, URGENT);
    rig.consumer.headers = id -> slow(rig, id.equals(ZERO) ? 390 : 0);
    rig.append(ZERO, 0, 400);
    long before = rig.time.millis();
    rig.step();
    rig.append(URGENT, 0, 20);
    rig.step();

    assertThat(rig.work.ids())
        .contains("key-revocations.urgent-0-0", "key-revocations.urgent-0-19");
    assertThat(rig.time.millis() - before).isLessThan(1_000);
  }

  /** The loop is alive, and /livez says so, however long the reading takes in all. */
  @Test
  void aTurnReadsForABoundedTimeAndTheLoopReadsAllInTheEnd() {
    Rig rig = Rig.owning(ZERO, ONE, URGENT);
    rig.consumer.headers = id -> slow(rig, 7);
    rig.append(ZERO, 0, 150);
    rig.append(ONE, 0, 150);
    rig.append(URGENT, 0, 150);
    long longestMs = 0;
    for (int turn = 0; turn < 300; turn++) {
      long before = rig.time.millis();
      rig.step();
      rig.work.answerAll();
      longestMs = Math.max(longestMs, rig.time.millis() - before);
    }

    assertThat(longestMs).as("two records of 7 ms in each of two lanes").isEqualTo(28);
    assertThat(rig.store.results).hasSize(450);
    assertThat(rig.work.admitted).as("none is read twice").hasSize(450);
  }

  @Test
  void recordsThatOneTurnCannotReadAreNotFetchedAgain() {
    Rig rig = Rig.owning(ZERO);
    rig.consumer.headers = id -> slow(rig, 7);
    rig.append(ZERO, 0, 100);
    int seeks = rig.consumer.seeks;
    rig.step();
    assertThat(rig.work.admitted).hasSize(2);
    rig.append(ZERO, 100, 100);
    rig.consumer.idleMs = 0;
    rig.steps(49);
    assertThat(rig.work.admitted).hasSize(100);
    assertThat(rig.consumer.idleMs).as("no poll blocks while records are unread").isZero();
    rig.steps(50);

    assertThat(rig.work.admitted).hasSize(200);
    assertThat(rig.consumer.seeks).isEqualTo(seeks);
  }

  /** Each header takes a hundred bytes of heap, and few in the log. */
  @Test
  void aRecordFullOfHeadersIsNotKeptUnread() {
    Rig rig = Rig.owning(ZERO);
    rig.consumer.headers =
        id -> {
          RecordHeaders many = slow(rig, 7);
          for (int i = 0; i < 1_000; i++) {
            many.add("", null);
          }
          return many;
        };
    rig.append(ZERO, 0, 10);
    rig.step();
    assertThat(rig.consumer.position(ZERO)).as("only what was read").isEqualTo(2);
    rig.steps(4);

    assertThat(rig.work.admitted).as("two in each turn").hasSize(10);
  }

  @Test
  void theUnreadRecordsOfALeavingPartitionAreNotReadAndDoNotKeepTheLoopBusy() {
    Rig rig = Rig.owning(ZERO);
    rig.consumer.headers = id -> slow(rig, 7);
    rig.append(ZERO, 0, 100);
    rig.step();
    rig.consumer.whileBlocked = timeoutMs -> rig.time.advanceMs(timeoutMs);
    rig.consumer.polls = 0;
    rig.loop.drain();

    assertThat(rig.work.admitted).hasSize(2);
    assertThat(rig.consumer.polls).as("polls that block for the longest wait").isLessThan(50);
  }

  @Test
  void oneSlowPartitionDoesNotKeepAnotherOfItsLaneFromBeingRead() {
    Rig rig = Rig.owning(ZERO, ONE);
    rig.consumer.headers = id -> slow(rig, id.equals(ZERO) ? 390 : 0);
    rig.append(ZERO, 0, 100);
    rig.append(ONE, 0, 1);
    rig.steps(3);

    assertThat(rig.work.ids()).contains("key-revocations-1-0");
  }

  @Test
  void aRecordThatTheReaderFailsOnIsRejectedAndTheOthersAreNot() {
    for (Throwable failure :
        List.of(new IllegalStateException("bad digit in " + SECRET), new StackOverflowError())) {
      Rig rig = Rig.owning(ZERO, ONE);
      rig.consumer.headers = id -> id.equals(ZERO) ? failing(failure) : new RecordHeaders();
      rig.append(ZERO, 0, 1);
      rig.append(ONE, 0, 1);
      List<ILoggingEvent> logged = Logged.by(RecordReader.class, () -> rig.steps(3));

      rig.assertResults("key-revocations-0-0");
      assertThat(new String(rig.store.results.getFirst().value(), StandardCharsets.UTF_8))
          .contains("\"rejected\"", "\"MALFORMED_REQUEST\"", "see its log")
          .doesNotContain(SECRET);
      assertThat(rig.work.ids()).containsExactly("key-revocations-1-0");
      assertThat(logged).hasSize(1);
      assertThat(logged.getFirst().toString() + logged.getFirst().getKeyValuePairs())
          .contains("key-revocations-0-0", failure.getClass().getName())
          .doesNotContain(SECRET);
    }
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        Long.MIN_VALUE,
        -1_000_000_000_000_000L,
        -1,
        0,
        253_402_300_800_000L,
        Long.MAX_VALUE
      })
  void anyTimestampGivesAnAgeThatCanBeComputed(long timestamp) {
    Rig rig = Rig.owning(ZERO);
    rig.consumer.timestamp = timestamp;
    rig.append(ZERO, 0, 1);
    rig.consumer.append(ZERO, 1, "no json".getBytes(StandardCharsets.UTF_8));
    rig.steps(3);

    Instant oldest = rig.loop.oldest("standard");
    assertThat(Duration.between(oldest, rig.time.now()).toMillis()).isNotZero();
    rig.work.answerAll();
    rig.step();
    rig.assertResults("key-revocations-0-0", "key-revocations-0-1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "1601-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "10000-01-01T00:00:00Z",
        "+999999999-12-31T23:59:59Z"
      })
  void anyRequestedAtIsAnswered(String requestedAt) {
    Rig rig = Rig.owning(ZERO);
    String field = "\"requested_at\":\"" + requestedAt + "\"";
    String valid = new String(VALID, StandardCharsets.UTF_8);
    rig.consumer.append(
        ZERO, 0, valid.replace("}", "," + field + "}").getBytes(StandardCharsets.UTF_8));
    rig.consumer.append(ZERO, 1, ("{" + field + "}").getBytes(StandardCharsets.UTF_8));
    rig.steps(3);
    rig.work.answerAll();
    rig.step();

    rig.assertResults("key-revocations-0-0", "key-revocations-0-1");
  }
}
