package dev.revoker.submit;

import dev.revoker.config.KafkaConfig;
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

/** Creates Kafka clients with the configured connection and with fixed settings for the rest. */
final class KafkaClients {
  private static final int TIMEOUT_MS = 10_000;

  /** Long enough for a broker to be replaced while a long list is sent. */
  private static final Map<String, Object> SENDING =
      Map.of(
          "delivery.timeout.ms", 120_000,
          "request.timeout.ms", 15_000,
          "max.block.ms", 60_000,
          "linger.ms", 20,
          "batch.size", 65_536,
          "buffer.memory", 8L << 20,
          "retry.backoff.ms", 100);

  private final KafkaConfig settings;

  KafkaClients(KafkaConfig settings) {
    this.settings = settings;
  }

  /** The brokers as the configuration names them. */
  String addresses() {
    return String.valueOf(settings.admin().get("bootstrap.servers"));
  }

  /** Idempotent, with {@code acks=all}: the configuration allows no other. */
  Producer<byte[], byte[]> producer() throws CommandException {
    Map<String, Object> all = new HashMap<>(settings.producer());
    all.putAll(SENDING);
    try {
      return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    } catch (KafkaException failed) {
      throw CommandException.ofKafka("connecting", failed, addresses());
    }
  }

  /** Joins no group, reads committed records, and commits no offsets. */
  Consumer<byte[], byte[]> consumer() throws CommandException {
    Map<String, Object> all = settings.consumerWithoutGroup();
    all.put("auto.offset.reset", "earliest");
    all.put("max.poll.records", 500);
    all.put("fetch.max.bytes", 8 << 20);
    all.put("default.api.timeout.ms", TIMEOUT_MS);
    try {
      return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    } catch (KafkaException failed) {
      throw CommandException.ofKafka("connecting", failed, addresses());
    }
  }

  /**
   * Makes sure that the topics exist. Creates none.
   *
   * @throws CommandException where a topic is missing or may not be described, or no broker answers
   */
  void require(List<String> topics) throws CommandException {
    List<String> missing = missing(topics);
    if (!missing.isEmpty()) {
      throw CommandException.failed(
          "no such topic at " + addresses() + ": " + String.join(", ", missing));
    }
  }

  /** Which of the topics do not exist, in their order by name. */
  List<String> missing(List<String> topics) throws CommandException {
    Map<String, Object> all = new HashMap<>(settings.admin());
    all.putIfAbsent("default.api.timeout.ms", TIMEOUT_MS);
    all.putIfAbsent("request.timeout.ms", TIMEOUT_MS / 2);
    List<String> missing = new ArrayList<>();
    try (Admin admin = Admin.create(all)) {
      for (var topic : admin.describeTopics(topics).topicNameValues().entrySet()) {
        if (!exists(topic.getValue())) {
          missing.add(topic.getKey());
        }
      }
    } catch (KafkaException failed) {
      throw CommandException.ofKafka("connecting", failed, addresses());
    }
    return missing.stream().sorted().toList();
  }

  private boolean exists(KafkaFuture<?> description) throws CommandException {
    try {
      description.get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      if (cause instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw CommandException.ofKafka("connecting", cause, addresses());
    } catch (java.util.concurrent.TimeoutException late) {
      throw CommandException.ofKafka("connecting", new TimeoutException(late), addresses());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw CommandException.failed("interrupted");
    }
  }
}
