package dev.revoker;

import dev.revoker.config.KafkaConfig;
import dev.revoker.engine.FatalWorkerException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Creates the worker's Kafka clients. */
final class WorkerClients {
  /** Results are small, so a poll of memory may bring more of them than a poll of requests. */
  private static final int MEMORY_RECORDS = 500;

  private final KafkaConfig config;

  WorkerClients(KafkaConfig config) {
    this.config = config;
  }

  Admin admin() {
    try {
      return Admin.create(config.admin());
    } catch (KafkaException failed) {
      throw cannotBeCreated(failed);
    }
  }

  /** The member of the group. */
  Consumer<byte[], byte[]> consumer() {
    return consumer(config.consumer());
  }

  /**
   * A consumer of results, without a group.
   *
   * @param purpose for its client id
   */
  Consumer<byte[], byte[]> memoryConsumer(String purpose, int maxWaitMs) {
    Map<String, Object> settings = config.consumerWithoutGroup();
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, maxWaitMs);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MEMORY_RECORDS);
    settings.merge(ConsumerConfig.CLIENT_ID_CONFIG, purpose, (given, added) -> given + "-" + added);
    return consumer(settings);
  }

  /**
   * A producer. All producers of one worker have the same transactional.id, so a new one ends the
   * open transaction of the one before.
   *
   * @throws KafkaException without a cause, because its message may quote a part of a secret
   */
  Producer<byte[], byte[]> producer(String instance) {
    Map<String, Object> settings = new HashMap<>(config.producer());
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, config.groupId() + "-" + instance);
    try {
      return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    } catch (KafkaException failed) {
      throw new KafkaException(KafkaFailure.describe(failed, config));
    }
  }

  private Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
    try {
      return new KafkaConsumer<>(
          settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    } catch (KafkaException failed) {
      throw cannotBeCreated(failed);
    }
  }

  /** Passes on no cause, because its message may quote a part of a secret. */
  private FatalWorkerException cannotBeCreated(KafkaException failed) {
    return new FatalWorkerException(
        "a Kafka client cannot be created with this configuration: "
            + KafkaFailure.describe(failed, config),
        null);
  }
}
