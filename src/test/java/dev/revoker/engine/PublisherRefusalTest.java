package dev.revoker.engine;

import static dev.revoker.engine.PublisherRig.batch;
import static dev.revoker.engine.PublisherRig.publisher;
import static dev.revoker.engine.PublisherRig.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.revoker.model.Result;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What only an operator can mend, what is too large, and a producer that does not come to be. */
class PublisherRefusalTest {
  private final PublisherRig rig = new PublisherRig();

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
    rig.open();
    rig.producer().failures.put("offsets", refusal.failure());

    assertThat(rig.publisher.publish(batch(0)))
        .isInstanceOfSatisfying(
            Publication.Fatal.class,
            fatal -> assertThat(fatal.message()).contains(refusal.named(), refusal.advice()));
  }

  @Test
  void aResultThatIsTooLargeIsSentWithoutItsEchoes() {
    rig.open();
    rig.store.maxValueBytes = 2_000;
    Result large = result(1, Map.of("label", "x".repeat(5_000)));

    assertThat(rig.publisher.publish(batch(result(0, Map.of()), large)))
        .isInstanceOf(Publication.Aborted.class);
    assertThat(rig.publisher.publish(batch(result(0, Map.of()), large)))
        .isInstanceOf(Publication.Committed.class);

    assertThat(rig.ids()).containsExactly("r-0", "r-1");
    assertThat(rig.text(0)).contains("\"reason\":\"left\"");
    assertThat(rig.text(1))
        .contains("\"outcome\":\"rejected\"", "\"comment\":\"why\"", "\"labels\":{}")
        .contains("\"reason\":null", "\"requested_by\":null", "\"requested_at\":null");
  }

  /** The broker's refusal comes later, and Kafka's producer blames all that is under way. */
  @Test
  void ofThoseThatABrokerRefusesTogetherTheLargestIsSentInShort() {
    rig.open();
    rig.store.brokerMaxValueBytes = 2_000;
    Batch batch = batch(result(0, Map.of()), result(1, Map.of("label", "x".repeat(5_000))));
    rig.producer().holds = true;

    assertThat(rig.publisher.publish(batch)).isInstanceOf(Publication.Unknown.class);
    rig.producer().whenAwaited = rig.producer()::refuseTooLarge;
    assertThat(rig.publisher.resume()).isInstanceOf(Publication.Aborted.class);
    rig.producer().holds = false;
    assertThat(rig.publisher.publish(batch)).isInstanceOf(Publication.Committed.class);
    assertThat(rig.text(0)).contains("\"reason\":\"left\"");
    assertThat(rig.text(1)).contains("\"reason\":null");
  }

  @Test
  void theMarkOfALargeResultDoesNotOutliveItsCommit() {
    rig.open();
    rig.store.brokerMaxValueBytes = 2_000;
    Result large = result(0, Map.of("label", "x".repeat(5_000)));

    assertThat(rig.publisher.publish(batch(large))).isInstanceOf(Publication.Aborted.class);
    assertThat(rig.publisher.publish(batch(large))).isInstanceOf(Publication.Committed.class);
    rig.store.brokerMaxValueBytes = Integer.MAX_VALUE;
    assertThat(rig.publisher.publish(batch(large))).isInstanceOf(Publication.Committed.class);
    assertThat(rig.text(1)).contains("xxx");
  }

  @Test
  void aResultThatDoesNotFitInAnyFormStopsTheWorker() {
    rig.open();
    rig.store.maxValueBytes = 100;

    assertThat(rig.publisher.publish(batch(0))).isInstanceOf(Publication.Aborted.class);
    assertThat(rig.publisher.publish(batch(0)))
        .isInstanceOfSatisfying(
            Publication.Fatal.class,
            fatal -> assertThat(fatal.message()).contains("results topic", "max.message.bytes"));
  }

  @Test
  void anOpeningThatFailsIsTriedAgainWithANewProducer() {
    Publisher late =
        publisher(
            () -> {
              ScriptedProducer producer = rig.next();
              if (rig.made.size() == 1) {
                producer.failures.put("init", new TimeoutException("no coordinator"));
              }
              return producer;
            });

    assertThat(late.open()).isInstanceOf(Publication.Aborted.class);
    assertThat(rig.producer().closed()).isTrue();
    assertThat(late.open()).isInstanceOf(Publication.Committed.class);
    assertThat(rig.made).hasSize(2);
  }

  @Test
  void anOpeningThatIsRefusedIsFatal() {
    Publisher refused =
        publisher(
            () -> {
              rig.next().failures.put("init", new TransactionalIdAuthorizationException("t-1"));
              return rig.producer();
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
    assertThatThrownBy(() -> rig.publisher.publish(batch(0))).hasMessageContaining("bug");
    assertThatThrownBy(rig.publisher::resume).hasMessageContaining("bug");
  }

  @Test
  void closingLetsGo() {
    rig.open();
    rig.publisher.close(Duration.ZERO);
    rig.publisher.close(Duration.ZERO);

    assertThat(rig.producer().closed()).isTrue();
  }

  private static Publisher failing(Exception cause) {
    return publisher(
        () -> {
          throw new KafkaException("Failed to construct kafka producer", cause);
        });
  }
}
