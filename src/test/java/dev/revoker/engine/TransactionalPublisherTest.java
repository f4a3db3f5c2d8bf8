package dev.revoker.engine;

import static dev.revoker.engine.PublisherRig.PARTITION;
import static dev.revoker.engine.PublisherRig.batch;
import static dev.revoker.engine.PublisherRig.result;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.engine.ScriptedProducer.Commit;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.UnknownProducerIdException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kind of failure has its one handling. */
class TransactionalPublisherTest {
  private final PublisherRig rig = new PublisherRig();

  @Test
  void resultsAndOffsetsCommitTogether() {
    rig.open();

    assertThat(rig.publish(batch(0, 1))).isInstanceOf(TransactionResult.Committed.class);
    assertThat(rig.ids()).containsExactly("r-0", "r-1");
    assertThat(rig.store.results)
        .extracting(record -> new String(record.headers().lastHeader("ce_id").value(), UTF_8))
        .containsExactly("requests-0-0", "requests-0-1");
    assertThat(rig.store.offsets.get(PARTITION).offset()).isEqualTo(2);
    assertThat(rig.producer().calls)
        .containsExactly("init", "begin", "send", "send", "offsets", "commit");
  }

  static List<RuntimeException> abortable() {
    return List.of(
        new CommitFailedException("consumer group metadata mismatch"),
        new KafkaException("error state", new CommitFailedException("mismatch")),
        new TransactionAbortableException("abort it"),
        new KafkaException("error state", new TransactionAbortableException("timed out")),
        new KafkaException("something new"));
  }

  @ParameterizedTest
  @MethodSource("abortable")
  void anAbortableErrorIsAbortedAndTheProducerIsKept(RuntimeException failure) {
    for (String step : List.of("offsets", "commit")) {
      rig.open();
      rig.producer().failures.put(step, failure);

      assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Aborted.class);
      assertThat(rig.producer().calls).endsWith("abort");
      assertThat(rig.store.results).isEmpty();

      assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Committed.class);
      assertThat(rig.ids()).containsExactly("r-0");
      assertThat(rig.made).hasSize(1);
      rig.store.results.clear();
    }
  }

  @Test
  void aTransactionThatCannotBeginIsAborted() {
    rig.open();
    rig.producer().failures.put("begin", new KafkaException("an error state of before"));

    // The strict producer has no transaction to abort, as the real one has if it is not in error.
    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.ProducerLost.class);
  }

  static List<Commit> unanswered() {
    return List.of(Commit.LATE, Commit.DONE_UNANSWERED);
  }

  @ParameterizedTest
  @MethodSource("unanswered")
  void aCommitThatTimesOutIsRepeatedAndNeverAborted(Commit how) {
    rig.open();
    rig.producer().commits.add(how);
    rig.producer().commits.add(how == Commit.LATE ? Commit.LATE : Commit.DONE_UNANSWERED);

    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Unacknowledged.class);
    rig.producer().commits.clear();
    assertThat(rig.resume()).isInstanceOf(TransactionResult.Committed.class);

    assertThat(rig.producer().calls).doesNotContain("abort");
    assertThat(rig.ids()).containsExactly("r-0");
    assertThat(rig.publish(batch(1))).isInstanceOf(TransactionResult.Committed.class);
  }

  /** One result is sent, and no broker has taken it. */
  private ScriptedProducer underWay() {
    rig.open();
    rig.producer().holds = true;
    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Unacknowledged.class);
    return rig.producer();
  }

  /** Kafka's producer may commit without what it was given last (docs/kafka-notes.md). */
  @Test
  void nothingIsCommittedBeforeTheBrokersHaveAllResults() {
    rig.open();
    ScriptedProducer producer = rig.producer();
    producer.holds = true;

    assertThat(rig.publish(batch(0, 1))).isInstanceOf(TransactionResult.Unacknowledged.class);
    assertThat(rig.resume()).isInstanceOf(TransactionResult.Unacknowledged.class);
    assertThat(rig.ids()).isEmpty();
    producer.take();

    assertThat(rig.resume()).isInstanceOf(TransactionResult.Committed.class);
    assertThat(rig.ids()).containsExactly("r-0", "r-1");
  }

  @Test
  void aResultThatABrokerRejectsAbortsTheTransaction() {
    underWay();
    rig.producer().refuseFirst(new TimeoutException("Expiring 1 record(s) for results-0"));

    assertThat(rig.resume())
        .as("the bare error looks like a commit that timed out")
        .isInstanceOf(TransactionResult.Unacknowledged.class);
    assertThat(rig.resume())
        .isInstanceOfSatisfying(
            TransactionResult.Aborted.class,
            aborted -> assertThat(aborted.why()).contains("Expiring"));
    assertThat(rig.producer().calls).endsWith("abort");
    assertThat(rig.ids()).isEmpty();
    rig.producer().holds = false;
    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Committed.class);
    assertThat(rig.ids()).containsExactly("r-0");
  }

  /**
   * It may have been appended: it would go out with the next transaction, beside the same again.
   */
  @Test
  void aProducerThatRejectsARecordIsReplacedAfterTheAbort() {
    rig.eachProducer = producer -> producer.abortForgets = true;
    rig.open();
    rig.producer().failures.put("send", new KafkaException("an error state"));

    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.ProducerLost.class);
    rig.open();
    rig.producer().failures.put("offsets", new CommitFailedException("the group has moved on"));
    assertThat(rig.publish(batch(0)))
        .as("the new one has refused nothing")
        .isInstanceOf(TransactionResult.Aborted.class);
    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Committed.class);
    assertThat(rig.ids()).containsExactly("r-0");
  }

  /** Each further one would be appended all the same, or wait as long as the first did. */
  @Test
  void noResultIsSentAfterOneThatTheProducerRejects() {
    rig.open();
    rig.store.maxValueBytes = 2_000;
    List<TrackedRequest> batch =
        batch(result(0, Map.of("label", "x".repeat(5_000))), result(1, Map.of()));

    assertThat(rig.publish(batch)).isInstanceOf(TransactionResult.Aborted.class);
    assertThat(rig.producer().calls).containsExactly("init", "begin", "send", "abort");
    assertThat(rig.publish(batch)).isInstanceOf(TransactionResult.Committed.class);
    assertThat(rig.ids()).containsExactly("r-0", "r-1");
    assertThat(rig.made).hasSize(1);
  }

  @Test
  void aProducerIsReplacedWhoseAbortMayLeaveRecordsBehind() {
    rig.open();
    ScriptedProducer first = rig.producer();
    first.abortForgets = true;
    first.holds = true;
    assertThat(rig.publish(batch(0, 1))).isInstanceOf(TransactionResult.Unacknowledged.class);
    first.refuseFirst(new TimeoutException("Expiring 1 record(s) for results-0"));

    assertThat(rig.resume()).isInstanceOf(TransactionResult.Unacknowledged.class);
    assertThat(rig.resume()).isInstanceOf(TransactionResult.ProducerLost.class);
    rig.open();
    assertThat(rig.publish(batch(0, 1))).isInstanceOf(TransactionResult.Committed.class);
    assertThat(rig.ids()).containsExactly("r-0", "r-1");
  }

  /** An abort would wait as long as the offsets did. */
  @Test
  void offsetsThatTimedOutAreSentAgainOnceABrokerIsConnected() {
    rig.open();
    ScriptedProducer producer = rig.producer();
    producer.failures.put("offsets", new TimeoutException("SendOffsetsToTransaction timed out"));

    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Unacknowledged.class);
    producer.connections(0);
    producer.calls.clear();
    assertThat(rig.resume()).isInstanceOf(TransactionResult.Unacknowledged.class);
    assertThat(producer.calls).as("nothing is queued for brokers that are away").isEmpty();
    producer.connections(1);
    assertThat(rig.resume()).isInstanceOf(TransactionResult.Committed.class);

    assertThat(producer.calls).containsExactly("offsets", "commit");
    assertThat(rig.ids()).containsExactly("r-0");
    assertThat(rig.publish(batch(1))).isInstanceOf(TransactionResult.Committed.class);
  }

  /** As where a topic is gone: it would never end. Two may be a broker that is still loading. */
  @Test
  void offsetsThatTimeOutThreeTimesAtALiveBrokerAreAborted() {
    rig.open();
    for (int time = 1; time <= 3; time++) {
      rig.producer().failures.put("offsets", new TimeoutException("no answer"));
      assertThat(time == 1 ? rig.publish(batch(0)) : rig.resume())
          .isInstanceOf(
              time < 3 ? TransactionResult.Unacknowledged.class : TransactionResult.Aborted.class);
    }

    assertThat(rig.producer().calls).endsWith("abort");
    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Committed.class);
  }

  @Test
  void eachTransactionHasThreeTimeOutsOfItsOwn() {
    rig.open();
    for (int transaction = 0; transaction < 3; transaction++) {
      rig.producer().failures.put("offsets", new TimeoutException("no answer"));
      assertThat(rig.publish(batch(transaction)))
          .isInstanceOf(TransactionResult.Unacknowledged.class);
      rig.producer().failures.put("offsets", new TimeoutException("no answer"));
      assertThat(rig.resume()).isInstanceOf(TransactionResult.Unacknowledged.class);
      assertThat(rig.resume()).isInstanceOf(TransactionResult.Committed.class);
    }
  }

  @Test
  void theAbortHasThreeTimeOutsOfItsOwn() {
    rig.open();
    rig.producer().lateAbort = true;
    for (int time = 1; time <= 3; time++) {
      rig.producer().failures.put("offsets", new TimeoutException("no answer"));
      assertThat(time == 1 ? rig.publish(batch(0)) : rig.resume())
          .isInstanceOf(
              time < 3
                  ? TransactionResult.Unacknowledged.class
                  : TransactionResult.AbortUnacknowledged.class);
    }
    assertThat(rig.abort()).isInstanceOf(TransactionResult.AbortUnacknowledged.class);
    assertThat(rig.abort()).isInstanceOf(TransactionResult.ProducerLost.class);
  }

  /** It may be connecting to an address from which nothing ever comes. */
  @Test
  void offsetsAreNeverAbortedWhileNoBrokerAnswers() {
    rig.open();
    rig.producer().answers = false;
    for (int time = 1; time <= 20; time++) {
      rig.producer().failures.put("offsets", new TimeoutException("no answer"));
      assertThat(time == 1 ? rig.publish(batch(0)) : rig.resume())
          .isInstanceOf(TransactionResult.Unacknowledged.class);
    }

    assertThat(rig.producer().calls).doesNotContain("abort");
    assertThat(rig.resume()).isInstanceOf(TransactionResult.Committed.class);
  }

  /** Offsets of a topic that is gone are asked for again for ever, and the abort after them. */
  @Test
  void aProducerIsReplacedWhoseAbortTimesOutThreeTimesAtALiveBroker() {
    rig.open();
    ScriptedProducer producer = rig.producer();
    producer.lateAbort = true;
    producer.failures.put("offsets", new CommitFailedException("the group has moved on"));
    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.AbortUnacknowledged.class);
    producer.answers = false;
    for (int time = 1; time <= 10; time++) {
      assertThat(rig.abort())
          .as("no broker is there to end it")
          .isInstanceOf(TransactionResult.AbortUnacknowledged.class);
    }
    producer.answers = true;
    assertThat(rig.abort()).isInstanceOf(TransactionResult.AbortUnacknowledged.class);
    assertThat(rig.abort()).isInstanceOf(TransactionResult.ProducerLost.class);

    rig.open();
    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Committed.class);
    assertThat(rig.made).hasSize(2);
    assertThat(rig.ids()).containsExactly("r-0");
  }

  @Test
  void offsetsThatAreRejectedAfterATimeOutAreAborted() {
    rig.open();
    rig.producer().failures.put("offsets", new TimeoutException("no answer"));
    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Unacknowledged.class);

    rig.producer().connections(1);
    rig.producer().failures.put("offsets", new CommitFailedException("the group has moved on"));
    assertThat(rig.resume()).isInstanceOf(TransactionResult.Aborted.class);

    assertThat(rig.producer().calls).endsWith("abort");
    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Committed.class);
  }

  static List<RuntimeException> lost() {
    return List.of(
        new ProducerFencedException("fenced"),
        new InvalidProducerEpochException("old epoch"),
        new KafkaException("error state", new InvalidProducerEpochException("old epoch")),
        new InvalidPidMappingException("unknown id"),
        new OutOfOrderSequenceException("gap"),
        new UnknownProducerIdException("forgotten"),
        new IllegalStateException("because of previous invalid state transition attempt"));
  }

  @ParameterizedTest
  @MethodSource("lost")
  void aProducerWithAFatalErrorIsReplaced(RuntimeException failure) {
    for (String step : List.of("begin", "send", "offsets", "commit")) {
      rig.open();
      ScriptedProducer first = rig.producer();
      first.failures.put(step, failure);

      assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.ProducerLost.class);
      assertThat(first.closed()).isTrue();

      rig.open();
      assertThat(rig.producer()).isNotSameAs(first);
      assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Committed.class);
    }
  }

  @Test
  void aProducerWhoseAbortFailsIsReplaced() {
    rig.open();
    rig.producer().failures.put("offsets", new KafkaException("an error"));
    rig.producer().failures.put("abort", new KafkaException("Failed to abort transaction"));

    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.ProducerLost.class);
    assertThat(rig.producer().closed()).isTrue();
  }

  @Test
  void anAbortThatTimesOutIsRepeatedAndTheProducerIsKept() {
    rig.open();
    rig.producer().failures.put("offsets", new KafkaException("an error"));
    rig.producer().lateAbort = true;

    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.AbortUnacknowledged.class);
    rig.producer().calls.clear();
    assertThat(rig.abort()).isInstanceOf(TransactionResult.AbortUnacknowledged.class);
    assertThat(rig.producer().calls).as("one wait, not two").containsExactly("abort");

    rig.producer().lateAbort = false;
    assertThat(rig.abort()).isInstanceOf(TransactionResult.Aborted.class);
    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Committed.class);
    assertThat(rig.ids()).containsExactly("r-0");
    assertThat(rig.made).hasSize(1);
  }
}
