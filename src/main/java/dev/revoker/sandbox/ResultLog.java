package dev.revoker.sandbox;

import dev.revoker.model.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads all committed results of a topic, on a thread of its own, until it is closed. */
public final class ResultLog implements AutoCloseable {
  /** A result. */
  public record Entry(String requestId, String source, JsonNode value) {
    /** The result's {@code outcome}. */
    public String outcome() {
      return value.get("outcome").asString();
    }

    /** The result's {@code lane}. */
    public String lane() {
      return value.get("lane").asString();
    }
  }

  private static final JsonMapper JSON = new JsonMapper();

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Thread reader;
  private final Map<String, List<Entry>> bySource = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();

  /** Reads the topic from its beginning. */
  public ResultLog(String bootstrapServers, String topic) {
    consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    reader = Thread.ofPlatform().name("results").daemon().start(() -> read(topic));
  }

  /** The number of results read so far, including repeated ones. */
  public int count() {
    return count.get();
  }

  /** The number of results of a lane. */
  public long count(String lane) {
    return all().stream().filter(result -> result.lane().equals(lane)).count();
  }

  /** The results by the coordinates of their request. Each request should have one. */
  public Map<String, List<Entry>> bySource() {
    return Map.copyOf(bySource);
  }

  /** All results. */
  public List<Entry> all() {
    List<Entry> all = new ArrayList<>();
    bySource.values().forEach(all::addAll);
    return all;
  }

  @Override
  public void close() {
    consumer.wakeup();
    try {
      reader.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read(String topic) {
    try (consumer) {
      // Assigned, not subscribed: a group without committed offsets could read results twice.
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(one -> new TopicPartition(one.topic(), one.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (true) {
        for (ConsumerRecord<byte[], byte[]> one : consumer.poll(Duration.ofSeconds(1))) {
          add(one);
        }
      }
    } catch (WakeupException closed) {
      // close() was called.
    }
  }

  private void add(ConsumerRecord<byte[], byte[]> one) {
    JsonNode value = JSON.readTree(one.value());
    JsonNode source = value.get("source");
    String coordinates =
        new Source(
                source.get("topic").asString(),
                source.get("partition").asInt(),
                source.get("offset").asLong())
            .toString();
    bySource
        .computeIfAbsent(coordinates, key -> new CopyOnWriteArrayList<>())
        .add(new Entry(value.get("request_id").asString(), coordinates, value));
    count.incrementAndGet();
  }
}
