package dev.revoker.sandbox;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class BrokerIT {
  private static final String TOPIC = "requests";

  @Test
  void keepsRecordsAfterKillAndStop() throws Exception {
    try (Broker broker = Broker.start()) {
      broker.createTopic(TOPIC, 3, Map.of("retention.ms", "-1"));
      write(broker, "before");
      String address = broker.bootstrapServers();

      broker.kill();
      assertThat(broker.node(1).alive()).isFalse();
      broker.restart();
      write(broker, "after kill");
      broker.stop();
      broker.restart();

      assertThat(broker.bootstrapServers()).isEqualTo(address);
      assertThat(read(broker, 2, "classic")).containsExactlyInAnyOrder("before", "after kill");
      assertThat(read(broker, 2, "consumer")).containsExactlyInAnyOrder("before", "after kill");
    }
  }

  @Test
  void answersNothingWhileFrozenAndLeavesNothingBehind() throws Exception {
    Path log;
    long pid;
    try (Broker broker = Broker.start();
        KafkaProducer<String, String> producer = producer(broker)) {
      broker.createTopic(TOPIC, 1, Map.of());
      producer.send(new ProducerRecord<>(TOPIC, "first")).get(30, SECONDS);

      Signals.freeze(broker);
      Future<RecordMetadata> sent = producer.send(new ProducerRecord<>(TOPIC, "second"));
      await()
          .during(Duration.ofSeconds(1))
          .atMost(Duration.ofSeconds(3))
          .untilAsserted(() -> assertThat(sent).isNotDone());
      Signals.thaw(broker);

      assertThat(sent.get(30, SECONDS).offset()).isEqualTo(1);
      log = broker.nodes().getFirst().log();
      pid = broker.nodes().getFirst().pid();
      assertThat(log).exists();
    }
    assertThat(log.getParent().getParent()).doesNotExist();
    assertThat(ProcessHandle.of(pid)).isEmpty();
  }

  @Test
  void worksWithOneOfThreeNodesKilled() throws Exception {
    Broker.Options three = new Broker.Options(List.of(1, 2, 3), Map.of());
    try (Broker broker = Broker.start(three)) {
      broker.createTopic(TOPIC, 3, Map.of());

      broker.node(2).kill();
      write(broker, "without node 2");
      broker.node(2).restart();

      assertThat(read(broker, 1, "classic")).containsExactly("without node 2");
    }
  }

  /** A node ends when its standard input ends, which happens when its parent ends. */
  @Test
  void endsWithItsParent() throws Exception {
    Path folder = Files.createTempDirectory("revoker-orphan-");
    List<BrokerNode> nodes = Broker.nodes(folder, List.of(1), List.of());
    BrokerNode node = nodes.getFirst();
    node.launch(Broker.settings(node, nodes));
    Broker.awaitReady(nodes);

    node.started().getOutputStream().close();

    assertThat(node.endsWithin(Duration.ofSeconds(10))).isTrue();
    assertThat(folder).doesNotExist();
  }

  @Test
  void reportsWhyItDoesNotStart() {
    assertThatThrownBy(() -> Broker.start(Broker.Options.with(Map.of("num.io.threads", "none"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("num.io.threads");
  }

  private static void write(Broker broker, String value) throws Exception {
    try (KafkaProducer<String, String> producer = producer(broker)) {
      producer.send(new ProducerRecord<>(TOPIC, value)).get(30, SECONDS);
    }
  }

  private static KafkaProducer<String, String> producer(Broker broker) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", broker.bootstrapServers()),
        new StringSerializer(),
        new StringSerializer());
  }

  private static List<String> read(Broker broker, int count, String protocol) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "group.id",
            "reader-" + protocol,
            "group.protocol",
            protocol,
            "auto.offset.reset",
            "earliest");
    List<String> values = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(TOPIC));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                for (ConsumerRecord<String, String> found : consumer.poll(Duration.ofMillis(100))) {
                  values.add(found.value());
                }
                return values.size() >= count;
              });
    }
    return values;
  }
}
