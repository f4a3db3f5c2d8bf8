package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.revoker.config.KafkaConfig;
import dev.revoker.engine.FatalWorkerException;
import dev.revoker.engine.WakeupSignal;
import dev.revoker.sandbox.Broker;
import dev.revoker.sandbox.SharedBroker;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Topics are looked up, created and judged at start-up. */
@Timeout(120)
class TopicSetupIT {
  private static Broker broker;

  private final WakeupSignal wakeupSignal = WakeupSignal.betweenThreads();

  @BeforeAll
  static void start() {
    broker = SharedBroker.get();
    broker.createTopic("there", 1, Map.of());
    broker.createTopic("safe", 1, Map.of("compression.type", "uncompressed"));
  }

  @Test
  void missingTopicsAreNamedWithWhatToDo() {
    try (Admin admin = admin(broker.bootstrapServers())) {
      TopicSetup.Topics topics = topics("results", "there", "b", "a");
      assertThat(TopicSetup.missing(admin, topics)).containsExactly("a", "b", "results");
      assertThatThrownBy(() -> ensure(admin, topics, false))
          .isInstanceOf(FatalWorkerException.class)
          .hasMessageContaining("a, b")
          .hasMessageContaining("create.topics=true");
    }
  }

  @Test
  void otherGroupsThatReadTheRequestTopicsAreNamed() throws Exception {
    try (Admin admin = admin(broker.bootstrapServers())) {
      TopicPartition there = new TopicPartition("there", 0);
      for (String group : List.of("audit", "revoker")) {
        admin.alterConsumerGroupOffsets(group, Map.of(there, new OffsetAndMetadata(0))).all().get();
      }

      assertThat(find(admin, topics("safe", "there"), "revoker").warnings().getLast())
          .endsWith("may not have read: audit");
      assertThat(find(admin, topics("there", "safe"), "revoker").warnings())
          .noneMatch(text -> text.contains("other groups"));
    }
  }

  @Test
  void missingTopicsAreCreatedIfTheyMayBe() {
    try (Admin admin = admin(broker.bootstrapServers())) {
      TopicSetup.Topics topics = topics("created-results", "there", "created-1", "created-2");
      assertThat(ensure(admin, topics, true)).isTrue();
      assertThat(TopicSetup.missing(admin, topics)).isEmpty();
    }
  }

  @Test
  void aCreatedRequestTopicRefusesWhatIsTooLargeOnceUnpacked() {
    try (Admin admin = admin(broker.bootstrapServers())) {
      assertThat(ensure(admin, topics("bomb-results", "bombs"), true)).isTrue();
    }
    assertThatThrownBy(() -> sendCompressed("bombs", 80_000_000))
        .hasCauseInstanceOf(RecordTooLargeException.class);
  }

  @Test
  void unsafeSettingsAreOneWarningEach() {
    TopicSetup.Topics topics = topics("safe", "there", "safe");
    try (Admin admin = admin(broker.bootstrapServers())) {
      TopicWarnings.Found found = TopicWarnings.find(admin, topics, List.of("there", "safe"), null);
      assertThat(found.unchecked()).isEmpty();
      assertThat(found.warnings()).hasSize(2);
      assertThat(found.warnings().getFirst())
          .startsWith("request topics without compression.type=uncompressed: there. ");
      assertThat(found.warnings().getLast()).startsWith("topics with one replica: there, safe. ");
    }
  }

  @Test
  void aResultsTopicThatTakesOnlyShortResultsIsAWarning() {
    broker.createTopic("narrow", 1, Map.of("max.message.bytes", "20000"));
    try (Admin admin = admin(broker.bootstrapServers())) {
      assertThat(find(admin, topics("narrow", "safe"), null).warnings().getLast())
          .startsWith("results topic with max.message.bytes below 131072: narrow. ");
      assertThat(find(admin, topics("safe", "narrow"), null).warnings())
          .noneMatch(text -> text.contains("max.message.bytes"));
    }
  }

  @Test
  void topicsThatCannotBeDescribedAreReportedAsNotChecked() {
    try (Admin admin = admin(broker.bootstrapServers())) {
      TopicWarnings.Found found =
          TopicWarnings.find(admin, topics("safe", "missing"), List.of("missing", "safe"), null);
      assertThat(found.unchecked()).hasSize(1);
      assertThat(found.unchecked().getFirst())
          .startsWith(
              "the settings of missing could not be checked (UnknownTopicOrPartitionException).");
    }
  }

  @Test
  void aWorkerWaitsForBrokersThatDoNotAnswer() {
    AtomicInteger asked = new AtomicInteger();
    Logger logger = (Logger) LoggerFactory.getLogger(TopicSetup.class);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    logger.addAppender(logged);
    try (Admin admin = admin("127.0.0.1:1")) {
      TopicSetup.Topics topics = topics("there");
      assertThatThrownBy(() -> TopicSetup.missing(admin, topics))
          .isInstanceOf(RetriableException.class);
      assertThat(
              TopicSetup.ensure(
                  admin,
                  kafka("127.0.0.1:1"),
                  topics,
                  true,
                  wakeupSignal,
                  () -> asked.incrementAndGet() < 2))
          .isFalse();
    } finally {
      logger.detachAppender(logged);
    }
    assertThat(logged.list).hasSize(1);
    assertThat(logged.list.getFirst().getKeyValuePairs().toString())
        .contains("brokers=\"127.0.0.1:1\"", "127.0.0.1:1 refuses connections");
  }

  private static TopicWarnings.Found find(Admin admin, TopicSetup.Topics topics, String purger) {
    return TopicWarnings.find(admin, topics, topics.all(), purger);
  }

  private static void sendCompressed(String topic, int size) throws Exception {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "compression.type",
            "gzip",
            "buffer.memory",
            2L * size,
            "max.request.size",
            2 * size);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      RecordMetadata unused =
          producer.send(new ProducerRecord<>(topic, 0, null, new byte[size])).get();
    }
  }

  private boolean ensure(Admin admin, TopicSetup.Topics topics, boolean create) {
    return TopicSetup.ensure(
        admin, kafka(broker.bootstrapServers()), topics, create, wakeupSignal, () -> true);
  }

  private static KafkaConfig kafka(String brokers) {
    return new KafkaConfig("revoker", Map.of(), Map.of(), Map.of("bootstrap.servers", brokers));
  }

  private static TopicSetup.Topics topics(String results, String... requests) {
    return new TopicSetup.Topics(List.of(requests), results);
  }

  private static Admin admin(String servers) {
    return Admin.create(Map.of("bootstrap.servers", servers));
  }
}
