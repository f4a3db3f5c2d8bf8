package dev.revoker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.revoker.message.ResultWriter;
import dev.revoker.model.Echo;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.ResultError;
import dev.revoker.model.Source;
import dev.revoker.publish.ScriptedProducer.Commit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnknownProducerIdException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kind of failure has its one handling. */
class PublisherTest {
  private static final TopicPartition PARTITION = new TopicPartition("requests", 0);

  private final ScriptedProducer.Store store = new ScriptedProducer.Store();
  private final List<ScriptedProducer> made = new ArrayList<>();
  private final Publisher publisher = publisher(this::next);

  private ScriptedProducer next() {
    ScriptedProducer producer = new ScriptedProducer(store);
    made.add(producer);
    return producer;
  }

  @Test
  void resultsAndOffsetsCommitTogether() {
    open();

    assertThat(publisher.publish(batch(0, 1))).isInstanceOf(Publication.Committed.class);
    assertThat(ids()).containsExactly("r-0", "r-1");
    assertThat(store.offsets).containsEntry(PARTITION, new OffsetAndMetadata(2, ""));
    assertThat(producer().calls)
        .containsExactly("init", "begin", "send", "send", "offsets", "commit");
  }

  @Test
  void openDoesNothingWhereAProducerStands() {
    open();
    open();

    assertThat(made).hasSize(1);
  }

  static List<RuntimeException> abortable() {
    return List.of(
        new TimeoutException("Timeout expired while awaiting TxnOffsetCommitHandler"),
        new CommitFailedException("consumer group metadata mismatch"),
        new KafkaException("error state", new CommitFailedException("mismatch")),
        new TransactionAbortableException("abort it"),
        new KafkaException("error state", new TransactionAbortableException("timed out")),
        new KafkaException("something new"));
  }

  @ParameterizedTest
  @MethodSource("abortable")
  void whatCanBeAbortedIsAbortedAndTheSameProducerGoesOn(RuntimeException failure) {
    for (String step : List.of("send", "offsets")) {
      open();
      producer().failures.put(step, failure);

      assertThat(publisher.publish(batch(0))).isInstanceOf(Publication.Aborted.class);
      assertThat(producer().calls).endsWith("abort");
      assertThat(store.results).isEmpty();

      assertThat(publisher.publish(batch(0))).isInstanceOf(Publication.Committed.class);
      assertThat(ids()).containsExactly("r-0");
      assertThat(made).hasSize(1);
      store.results.clear();
    }
  }

  @Test
  void anAbortableFailureOfTheCommitItselfIsAborted() {
    open();
    producer().failures.put("commit", new TransactionAbortableException("a record expired"));

    assertThat(publisher.publish(batch(0))).isInstanceOf(Publication.Aborted.class);
    assertThat(publisher.publish(batch(0))).isInstanceOf(Publication.Committed.class);
    assertThat(ids()).containsExactly("r-0");
  }

  @Test
  void aTransactionThatCannotBeginIsAbortedToo() {
    open();
    producer().failures.put("begin", new KafkaException("an error state of before"));

    // The strict producer has no transaction to abort, as the real one has if it is not in error.
    assertThat(publisher.publish(batch(0))).isInstanceOf(Publication.ProducerLost.class);
  }

  static List<Commit> unanswered() {
    return List.of(Commit.LATE, Commit.DONE_UNANSWERED);
  }

  @ParameterizedTest
  @MethodSource("unanswered")
  void aCommitWithoutAnAnswerIsAskedForAgainAndNeverAborted(Commit how) {
    open();
    producer().commits.add(how);
    producer().commits.add(how == Commit.LATE ? Commit.LATE : Commit.DONE_UNANSWERED);

    assertThat(publisher.publish(batch(0))).isInstanceOf(Publication.Unknown.class);
    producer().commits.clear();
    assertThat(publisher.recommit()).isInstanceOf(Publication.Committed.class);

    assertThat(producer().calls).doesNotContain("abort");
    assertThat(ids()).containsExactly("r-0");
    assertThat(publisher.publish(batch(1))).isInstanceOf(Publication.Committed.class);
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
  void aProducerThatCannotGoOnIsReplaced(RuntimeException failure) {
    for (String step : List.of("begin", "send", "offsets", "commit")) {
      open();
      ScriptedProducer first = producer();
      first.failures.put(step, failure);

      assertThat(publisher.publish(batch(0))).isInstanceOf(Publication.ProducerLost.class);
      assertThat(first.closed()).isTrue();

      open();
      assertThat(producer()).isNotSameAs(first);
      assertThat(publisher.publish(batch(0))).isInstanceOf(Publication.Committed.class);
    }
  }

  @Test
  void anAbortThatFailsMeansANewProducer() {
    open();
    producer().failures.put("offsets", new TimeoutException("no answer"));
    producer().failures.put("abort", new KafkaException("Failed to abort transaction"));

    assertThat(publisher.publish(batch(0))).isInstanceOf(Publication.ProducerLost.class);
    assertThat(producer().closed()).isTrue();
  }

  @Test
  void anAbortThatTimesOutIsAskedForAgainBeforeTheNextTransaction() {
    open();
    producer().failures.put("offsets", new TimeoutException("no answer"));
    producer().lateAbort = true;

    assertThat(publisher.publish(batch(0))).isInstanceOf(Publication.Aborted.class);
    producer().calls.clear();
    assertThat(publisher.publish(batch(0))).isInstanceOf(Publication.Aborted.class);
    assertThat(producer().calls).as("one wait, not two").containsExactly("abort");

    producer().lateAbort = false;
    assertThat(publisher.publish(batch(0))).isInstanceOf(Publication.Committed.class);
    assertThat(ids()).containsExactly("r-0");
    assertThat(made).hasSize(1);
  }

  private record Refusal(RuntimeException failure, String named, String advice) {}

  static List<Refusal> refusals() {
    return List.of(
        new Refusal(new TopicAuthorizationException("results"), "results", "refuses this worker"),
        new Refusal(
            new KafkaException("error state", GroupAuthorizationException.forGroupId("g-1")),
            "g-1",
            "refuses this worker"),
        new Refusal(
            new TransactionalIdAuthorizationException("not for t-1"), "t-1", "refuses this worker"),
        new Refusal(
            new FencedInstanceIdException("fenced"), "consumer.group.instance.id", "each its own"),
        // Verbatim from Kafka's TransactionManager, which has no better.
        new Refusal(
            new KafkaException(
                "Unexpected error in TxnOffsetCommitResponse: "
                    + Errors.OFFSET_METADATA_TOO_LARGE.message()),
            "offset metadata",
            "raise offset.metadata.max.bytes"),
        new Refusal(
            new KafkaException(
                "error state",
                new KafkaException(
                    "Unexpected error in TxnOffsetCommitResponse: "
                        + Errors.TOPIC_AUTHORIZATION_FAILED.message())),
            "Topic authorization",
            "refuses this worker"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void whatOnlyAnOperatorCanMendIsNamedWithWhatToDo(Refusal refusal) {
    open();
    producer().failures.put("offsets", refusal.failure());

    assertThat(publisher.publish(batch(0)))
        .isInstanceOfSatisfying(
            Publication.Fatal.class,
            fatal -> assertThat(fatal.message()).contains(refusal.named(), refusal.advice()));
  }

  @Test
  void aResultThatIsTooLargeIsSentWithoutItsEchoes() {
    open();
    store.maxValueBytes = 2_000;
    Result large = result(1, Map.of("label", "x".repeat(5_000)));

    assertThat(publisher.publish(batch(result(0, Map.of()), large)))
        .isInstanceOf(Publication.Aborted.class);
    assertThat(publisher.publish(batch(result(0, Map.of()), large)))
        .isInstanceOf(Publication.Committed.class);

    assertThat(ids()).containsExactly("r-0", "r-1");
    assertThat(text(0)).contains("\"reason\":\"left\"");
    assertThat(text(1))
        .contains("\"outcome\":\"rejected\"", "\"comment\":\"why\"", "\"labels\":{}")
        .contains("\"reason\":null", "\"requested_by\":null", "\"requested_at\":null");
  }

  /** The broker's refusal comes later than the client's, out of the commit. */
  @Test
  void theBrokersRefusalOfALargeResultCountsToo() {
    open();
    store.brokerMaxValueBytes = 2_000;
    Result large = result(0, Map.of("label", "x".repeat(5_000)));

    assertThat(publisher.publish(batch(large))).isInstanceOf(Publication.Aborted.class);
    assertThat(publisher.publish(batch(large))).isInstanceOf(Publication.Committed.class);
    store.brokerMaxValueBytes = Integer.MAX_VALUE;
    assertThat(publisher.publish(batch(large))).isInstanceOf(Publication.Committed.class);
    assertThat(text(1)).as("the mark does not outlive its commit").contains("xxx");
  }

  @Test
  void aResultThatDoesNotFitInAnyFormStopsTheWorker() {
    open();
    store.maxValueBytes = 100;

    assertThat(publisher.publish(batch(0))).isInstanceOf(Publication.Aborted.class);
    assertThat(publisher.publish(batch(0)))
        .isInstanceOfSatisfying(
            Publication.Fatal.class,
            fatal -> assertThat(fatal.message()).contains("results topic", "max.message.bytes"));
  }

  @Test
  void anOpeningThatFailsIsTriedAgainWithANewProducer() {
    Publisher late =
        publisher(
            () -> {
              ScriptedProducer producer = next();
              if (made.size() == 1) {
                producer.failures.put("init", new TimeoutException("no coordinator"));
              }
              return producer;
            });

    assertThat(late.open()).isInstanceOf(Publication.Aborted.class);
    assertThat(producer().closed()).isTrue();
    assertThat(late.open()).isInstanceOf(Publication.Committed.class);
    assertThat(made).hasSize(2);
  }

  @Test
  void anOpeningThatIsRefusedIsFatal() {
    Publisher refused =
        publisher(
            () -> {
              next().failures.put("init", new TransactionalIdAuthorizationException("t-1"));
              return producer();
            });

    assertThat(refused.open()).isInstanceOf(Publication.Fatal.class);
  }

  @Test
  void aProducerThatCannotBeMadeIsFatalUnlessItIsForAName() {
    Publisher wrong = failing(new ConfigException("no such class: Foo"));
    Publisher nameless = failing(new ConfigException("No resolvable bootstrap urls given in x"));

    assertThat(wrong.open())
        .isInstanceOfSatisfying(
            Publication.Fatal.class, fatal -> assertThat(fatal.message()).contains("Foo"));
    assertThat(nameless.open()).isInstanceOf(Publication.Aborted.class);
  }

  @Test
  void publishingBeforeOpeningIsABug() {
    assertThatThrownBy(() -> publisher.publish(batch(0))).hasMessageContaining("bug");
    assertThatThrownBy(publisher::recommit).hasMessageContaining("bug");
  }

  @Test
  void closingLetsGo() {
    open();
    publisher.close(Duration.ZERO);
    publisher.close(Duration.ZERO);

    assertThat(producer().closed()).isTrue();
  }

  private static Publisher failing(Exception cause) {
    return publisher(
        () -> {
          throw new KafkaException("Failed to construct kafka producer", cause);
        });
  }

  private static Publisher publisher(Supplier<ScriptedProducer> producers) {
    return new Publisher(producers::get, new ResultWriter("w-1", "revoker"), "results");
  }

  private void open() {
    assertThat(publisher.open()).isInstanceOf(Publication.Committed.class);
  }

  private ScriptedProducer producer() {
    return made.getLast();
  }

  private List<String> ids() {
    return store.results.stream()
        .map(record -> new String(record.key(), StandardCharsets.UTF_8))
        .toList();
  }

  private String text(int index) {
    return new String(store.results.get(index).value(), StandardCharsets.UTF_8);
  }

  private static Publisher.Batch batch(int... offsets) {
    return batch(IntStream.of(offsets).mapToObj(i -> result(i, Map.of())).toArray(Result[]::new));
  }

  private static Publisher.Batch batch(Result... results) {
    long next = results[results.length - 1].request().source().offset() + 1;
    return new Publisher.Batch(
        List.of(results),
        Map.of(PARTITION, new OffsetAndMetadata(next, "")),
        new MockConsumer<byte[], byte[]>("earliest").groupMetadata());
  }

  private static Result result(int offset, Map<String, String> labels) {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    Echo echo =
        new Echo("r-" + offset, null, "acme", "left", "eve", now.toString(), labels, null, null);
    return Result.rejected(
        new Request.Invalid(
            new Source("requests", 0, offset),
            "standard",
            now,
            now,
            echo,
            new ResultError(ResultError.MALFORMED_REQUEST, "why")),
        now);
  }
}
