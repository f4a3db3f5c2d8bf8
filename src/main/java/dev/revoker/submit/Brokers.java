package dev.revoker.submit;

import dev.revoker.config.Config;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Makes clients with the worker's connection settings, and with our own for everything else. */
final class Brokers {
  private static final int TIMEOUT_MS = 10_000;

  /** A broker may be replaced while a long list is sent. */
  private static final Map<String, Object> SENDING =
      Map.of(
          "delivery.timeout.ms", 120_000,
          "request.timeout.ms", 15_000,
          "max.block.ms", 60_000,
          "linger.ms", 20,
          "batch.size", 65_536,
          "buffer.memory", 8L << 20,
          "retry.backoff.ms", 100);

  /** What belongs to a group, which nobody needs who only reads. */
  private static final List<String> OF_GROUPS =
      List.of(
          "group.id",
          "group.instance.id",
          "group.protocol",
          "group.remote.assignor",
          "partition.assignment.strategy",
          "session.timeout.ms",
          "heartbeat.interval.ms",
          "max.poll.interval.ms");

  private final Config.Kafka settings;

  Brokers(Config.Kafka settings) {
    this.settings = settings;
  }

  /** As they are given in the configuration. */
  String addresses() {
    return String.valueOf(settings.admin().get("bootstrap.servers"));
  }

  /** Idempotent, with {@code acks=all}: the configuration allows no other. */
  Producer<byte[], byte[]> producer() throws Trouble {
    Map<String, Object> all = new HashMap<>(settings.producer());
    all.putAll(SENDING);
    try {
      return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    } catch (KafkaException failed) {
      throw Trouble.ofKafka("connecting", failed, addresses());
    }
  }

  /** In no group; reads what is committed, and commits nothing itself. */
  Consumer<byte[], byte[]> consumer() throws Trouble {
    Map<String, Object> all = new HashMap<>(settings.consumer());
    OF_GROUPS.forEach(all::remove);
    all.put("auto.offset.reset", "earliest");
    all.put("max.poll.records", 1_000);
    all.put("default.api.timeout.ms", TIMEOUT_MS);
    try {
      return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    } catch (KafkaException failed) {
      throw Trouble.ofKafka("connecting", failed, addresses());
    }
  }

  /**
   * Makes sure that the topics are there, and makes none.
   *
   * @throws Trouble where one is missing or may not be seen, or no broker answers
   */
  void require(List<String> topics) throws Trouble {
    Map<String, Object> all = new HashMap<>(settings.admin());
    all.putIfAbsent("default.api.timeout.ms", TIMEOUT_MS);
    all.putIfAbsent("request.timeout.ms", TIMEOUT_MS / 2);
    List<String> missing = new ArrayList<>();
    try (Admin admin = Admin.create(all)) {
      for (var topic : admin.describeTopics(topics).topicNameValues().entrySet()) {
        if (!isThere(topic.getValue())) {
          missing.add(topic.getKey());
        }
      }
    } catch (KafkaException failed) {
      throw Trouble.ofKafka("connecting", failed, addresses());
    }
    if (!missing.isEmpty()) {
      throw Trouble.failed(
          "no such topic at "
              + addresses()
              + ": "
              + String.join(", ", missing.stream().sorted().toList()));
    }
  }

  private boolean isThere(KafkaFuture<?> description) throws Trouble {
    try {
      description.get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      if (cause instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw Trouble.ofKafka("connecting", cause, addresses());
    } catch (java.util.concurrent.TimeoutException late) {
      throw Trouble.ofKafka("connecting", new TimeoutException(late), addresses());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw Trouble.failed("interrupted");
    }
  }
}
