package dev.revoker.chaos;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Reads all committed results in order, on its own thread. */
final class ResultObserver implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final AtomicReference<@Nullable RuntimeException> broken = new AtomicReference<>();
  private final Thread reader;

  /**
   * @param to gets each result with its whole text: key, headers and value
   */
  ResultObserver(String brokers, String topic, BiConsumer<ObservedResult, String> to) {
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                brokers,
                "isolation.level",
                "read_committed",
                // No reset of the position: a gap or a repeat here would look like the worker's.
                "auto.offset.reset",
                "none"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    reader = Thread.ofPlatform().name("answers").daemon().start(() -> read(topic, to));
  }

  /** Throws the exception that ended the reading, if there was one. */
  void assertReading() {
    RuntimeException failure = broken.get();
    if (failure != null) {
      throw new IllegalStateException("the results can't be read any more", failure);
    }
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

  private void read(String topic, BiConsumer<ObservedResult, String> to) {
    try (consumer) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(one -> new TopicPartition(one.topic(), one.partition()))
              .toList();
      consumer.assign(partitions);
      partitions.forEach(partition -> consumer.seek(partition, 0));
      while (true) {
        for (ConsumerRecord<byte[], byte[]> one : consumer.poll(Duration.ofSeconds(1))) {
          to.accept(
              ObservedResult.of(one.partition(), one.offset(), JSON.readTree(one.value())),
              textOf(one));
        }
      }
    } catch (WakeupException closed) {
      // close() was called.
    } catch (RuntimeException failure) {
      broken.set(failure);
    }
  }

  private static String textOf(ConsumerRecord<byte[], byte[]> one) {
    StringBuilder all = new StringBuilder(text(one.key())).append('\n').append(text(one.value()));
    for (Header header : one.headers()) {
      all.append('\n').append(header.key()).append('=').append(text(header.value()));
    }
    return all.toString();
  }

  private static String text(byte @Nullable [] bytes) {
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }
}
