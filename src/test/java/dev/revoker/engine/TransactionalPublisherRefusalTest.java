package dev.revoker.engine;

import static dev.revoker.engine.PublisherRig.batch;
import static dev.revoker.engine.PublisherRig.publisher;
import static dev.revoker.engine.PublisherRig.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Result;
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
class TransactionalPublisherRefusalTest {
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
  void anErrorThatOnlyAnOperatorCanFixSaysWhatToDo(Refusal refusal) {
    rig.open();
    rig.producer().failures.put("offsets", refusal.failure());

    assertThat(rig.publish(batch(0)))
        .isInstanceOfSatisfying(
            TransactionResult.Fatal.class,
            fatal -> assertThat(fatal.message()).contains(refusal.named(), refusal.advice()));
  }

  @Test
  void aResultThatIsTooLargeIsSentWithoutItsEchoes() {
    rig.open();
    rig.store.maxValueBytes = 2_000;
    Result large = result(1, Map.of("label", "x".repeat(5_000)));

    assertThat(rig.publish(batch(result(0, Map.of()), large)))
        .isInstanceOf(TransactionResult.Aborted.class);
    assertThat(rig.publish(batch(result(0, Map.of()), large)))
        .isInstanceOf(TransactionResult.Committed.class);

    assertThat(rig.ids()).containsExactly("r-0", "r-1");
    assertThat(rig.text(0)).contains("\"reason\":\"left\"");
    assertThat(rig.text(1))
        .contains("\"outcome\":\"rejected\"", "\"comment\":\"why\"", "\"labels\":{}")
        .contains("\"reason\":null", "\"requested_by\":null", "\"requested_at\":null");
  }

  /** The broker's refusal comes later, and Kafka's producer blames all that is under way. */
  @Test
  void theLargestOfSeveralRejectedResultsIsShortened() {
    rig.open();
    rig.store.brokerMaxValueBytes = 2_000;
    List<TrackedRequest> batch =
        batch(result(0, Map.of()), result(1, Map.of("label", "x".repeat(5_000))));
    rig.producer().holds = true;

    assertThat(rig.publish(batch)).isInstanceOf(TransactionResult.Aborted.class);
    rig.producer().holds = false;
    assertThat(rig.publish(batch)).isInstanceOf(TransactionResult.Committed.class);
    assertThat(rig.text(0)).contains("\"reason\":\"left\"");
    assertThat(rig.text(1)).contains("\"reason\":null");
  }

  @Test
  void manyResultsThatAreTooLargeCauseFewAborts() {
    rig.open();
    rig.store.brokerMaxValueBytes = 2_000;
    int aborts = 0;
    for (int i = 0; i < 1_000; i++) {
      List<TrackedRequest> batch = batch(result(i, Map.of("label", "x".repeat(60_000 - 58 * i))));
      while (rig.publish(batch) instanceof TransactionResult.Aborted) {
        aborts++;
      }
    }

    assertThat(rig.ids()).hasSize(1_000);
    assertThat(aborts).as("each lowers the limit by a quarter").isBetween(2, 14);
  }

  @Test
  void smallerResultsStayWholeAfterARefusal() {
    rig.open();
    rig.store.brokerMaxValueBytes = 2_000;
    Result large = result(0, Map.of("label", "x".repeat(5_000)));
    rig.publish(batch(large));
    rig.publish(batch(large, result(1, Map.of("label", "x".repeat(1_000)))));

    assertThat(rig.text(0)).contains("\"labels\":{}");
    assertThat(rig.text(1)).contains("xxx", "\"reason\":\"left\"");
  }

  @Test
  void aShortenedResultThatIsStillTooLargeStopsTheWorker() {
    rig.open();
    rig.store.maxValueBytes = 100;

    assertThat(rig.publish(batch(0))).isInstanceOf(TransactionResult.Aborted.class);
    assertThat(rig.publish(batch(0)))
        .isInstanceOfSatisfying(
            TransactionResult.Fatal.class,
            fatal -> assertThat(fatal.message()).contains("results topic", "max.message.bytes"));
  }

  @Test
  void anInitializationThatFailsIsRepeatedWithANewProducer() {
    TransactionalPublisher late =
        publisher(
            () -> {
              ScriptedProducer producer = rig.next();
              if (rig.made.size() == 1) {
                producer.failures.put("init", new TimeoutException("no coordinator"));
              }
              return producer;
            });

    assertThat(late.open()).isInstanceOf(TransactionResult.ProducerLost.class);
    assertThat(rig.producer().closed()).isTrue();
    assertThat(late.open()).isInstanceOf(TransactionResult.Opened.class);
    assertThat(rig.made).hasSize(2);
  }

  @Test
  void anInitializationThatTheBrokerRefusesIsFatal() {
    TransactionalPublisher refused =
        publisher(
            () -> {
              rig.next().failures.put("init", new TransactionalIdAuthorizationException("t-1"));
              return rig.producer();
            });

    assertThat(refused.open()).isInstanceOf(TransactionResult.Fatal.class);
  }

  @Test
  void aProducerThatCannotBeCreatedIsFatalUnlessAHostNameDoesNotResolve() {
    TransactionalPublisher wrong = failing(new ConfigException("no such class: Foo"));
    TransactionalPublisher nameless =
        failing(new ConfigException("No resolvable bootstrap urls given in x"));

    assertThat(wrong.open())
        .isInstanceOfSatisfying(
            TransactionResult.Fatal.class, fatal -> assertThat(fatal.message()).contains("Foo"));
    assertThat(nameless.open()).isInstanceOf(TransactionResult.ProducerLost.class);
  }

  private static TransactionalPublisher failing(Exception cause) {
    return publisher(
        () -> {
          throw new KafkaException("Failed to construct kafka producer", cause);
        });
  }
}
