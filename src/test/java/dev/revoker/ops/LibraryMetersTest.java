package dev.revoker.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Meters of real clients, which need no broker to have them. */
class LibraryMetersTest {
  private static final Map<String, Object> NOWHERE =
      Map.of(
          "bootstrap.servers", "127.0.0.1:1",
          "client.id", "revoker-test",
          "group.id", "g",
          "transactional.id", "t",
          "reconnect.backoff.ms", "60000",
          "reconnect.backoff.max.ms", "60000");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @Test
  void aClientOfEachKindShowsItsMeters() {
    try (LibraryMeters meters = new LibraryMeters(registry);
        var consumer =
            new KafkaConsumer<>(
                clientConfig("group.id"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        Producer<byte[], byte[]> producer = producer(1 << 20)) {
      meters.consumer(consumer);
      meters.producer(producer);

      assertThat(registry.scrape())
          .contains("kafka_consumer_connection_count{client_id=\"revoker-test\"")
          .contains("kafka_producer_txn_commit_time_ns_total{client_id=\"revoker-test\"");
      assertThat(registry.scrape().lines().filter(line -> line.startsWith("kafka_")).count())
          .isLessThan(300);
    }
    assertThat(registry.scrape()).doesNotContain("kafka_");
    assertNoThreadIsLeft();
  }

  @Test
  void aProducerThatTakesAnothersPlaceIsTheOneThatIsRead() {
    try (LibraryMeters meters = new LibraryMeters(registry)) {
      Producer<byte[], byte[]> first = producer(1 << 20);
      meters.producer(first);
      first.close(Duration.ZERO);
      assertThat(bufferSize()).isEqualTo(1 << 20);

      try (Producer<byte[], byte[]> second = producer(1 << 21)) {
        meters.producer(second);

        assertThat(bufferSize()).isEqualTo(1 << 21);
        assertThat(series()).doesNotHaveDuplicates();
      }
    }
    assertNoThreadIsLeft();
  }

  private double bufferSize() {
    return registry
        .scrape()
        .lines()
        .filter(line -> line.startsWith("kafka_producer_buffer_total_bytes"))
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .mapToDouble(Double::parseDouble)
        .findFirst()
        .orElseThrow();
  }

  private List<String> series() {
    return registry
        .scrape()
        .lines()
        .filter(line -> line.startsWith("kafka_"))
        .map(line -> line.substring(0, line.lastIndexOf(' ')))
        .toList();
  }

  private static void assertNoThreadIsLeft() {
    await()
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .doesNotContain("revoker-kafka-meters", "micrometer-kafka-metrics"));
  }

  private static Producer<byte[], byte[]> producer(int bufferMemory) {
    Map<String, Object> config = clientConfig("transactional.id");
    config.put("buffer.memory", bufferMemory);
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static Map<String, Object> clientConfig(String own) {
    Map<String, Object> config = new HashMap<>(NOWHERE);
    List.of("group.id", "transactional.id").stream()
        .filter(key -> !key.equals(own))
        .forEach(config::remove);
    return config;
  }
}
