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

  /** Killing one of three nodes is a part of CrashIT. */
  @Test
  void keepsRecordsAfterFreezeKillAndStopAndLeavesNothingBehind() throws Exception {
    Path log;
    long pid;
    try (Broker broker = Broker.start()) {
      broker.createTopic(TOPIC, 3, Map.of("retention.ms", "-1"));
      write(broker, "before");
      String address = broker.bootstrapServers();
      answersNothingWhileFrozen(broker);

      broker.kill();
      assertThat(broker.node(1).alive()).isFalse();
      broker.restart();
      write(broker, "after kill");
      broker.stop();
      broker.restart();

      assertThat(broker.bootstrapServers()).isEqualTo(address);
      String[] all = {"before", "frozen", "after kill"};
      assertThat(read(broker, 3, "classic")).containsExactlyInAnyOrder(all);
      assertThat(read(broker, 3, "consumer")).containsExactlyInAnyOrder(all);
      log = broker.nodes().getFirst().log();
      pid = broker.nodes().getFirst().pid();
      assertThat(log).exists();
    }
    assertThat(log.getParent().getParent()).doesNotExist();
    assertThat(ProcessHandle.of(pid)).isEmpty();
  }

  private static void answersNothingWhileFrozen(Broker broker) throws Exception {
    try (KafkaProducer<String, String> producer = producer(broker)) {
      producer.partitionsFor(TOPIC);
      Signals.freeze(broker);
      Future<RecordMetadata> sent = producer.send(new ProducerRecord<>(TOPIC, "frozen"));
      await()
          .during(Duration.ofSeconds(1))
          .atMost(Duration.ofSeconds(3))
          .untilAsserted(() -> assertThat(sent).isNotDone());
      Signals.thaw(broker);
      sent.get(30, SECONDS);
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
