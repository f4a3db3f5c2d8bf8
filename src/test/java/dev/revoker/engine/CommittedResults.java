package dev.revoker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads results as others do, with read_committed, and counts them by the request they answer. */
final class CommittedResults implements AutoCloseable {
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<String, Integer> found = new HashMap<>();

  /** Of a topic of one partition. */
  CommittedResults(String bootstrapServers, String topic) {
    consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    TopicPartition only = new TopicPartition(topic, 0);
    consumer.assign(Set.of(only));
    consumer.seekToBeginning(Set.of(only));
  }

  void awaitAtLeast(int count) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(
            () -> {
              read();
              assertThat(found.size()).isGreaterThanOrEqualTo(count);
            });
  }

  /** Repeats would have come by now. */
  void awaitQuiet() {
    await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(30)).until(() -> read() == 0);
  }

  void assertOneEach(int count) {
    assertThat(found).hasSize(count);
    assertThat(found.values()).containsOnly(1);
  }

  private int read() {
    var records = consumer.poll(Duration.ofMillis(50));
    records.forEach(
        record -> found.merge(new String(record.key(), StandardCharsets.UTF_8), 1, Integer::sum));
    return records.count();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
