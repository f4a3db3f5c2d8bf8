package dev.revoker.bench.peer;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The settings that a peer gets as environment variables. */
record Settings(
    String brokers,
    URI api,
    String user,
    String password,
    List<String> requests,
    String results,
    String group,
    int concurrency) {

  static Settings read() {
    return new Settings(
        need("BENCH_BROKERS"),
        URI.create(need("BENCH_API")),
        need("BENCH_USER"),
        need("BENCH_PASSWORD"),
        List.of(need("BENCH_REQUESTS").split(",")),
        need("BENCH_RESULTS"),
        need("BENCH_GROUP"),
        Integer.parseInt(need("BENCH_CONCURRENCY")));
  }

  /** Explicit commits, as in the worker; otherwise Kafka's defaults. */
  KafkaConsumer<byte[], byte[]> consumer(Map<String, ?> more) {
    return new KafkaConsumer<>(
        consumerSettings(more), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  Map<String, Object> consumerSettings(Map<String, ?> more) {
    Map<String, Object> all = new HashMap<>();
    all.put("bootstrap.servers", brokers);
    all.put("group.id", group);
    all.put("enable.auto.commit", "false");
    all.put("auto.offset.reset", "earliest");
    all.put("isolation.level", "read_committed");
    all.putAll(more);
    return all;
  }

  KafkaProducer<byte[], byte[]> producer(Map<String, ?> more) {
    Map<String, Object> all = new HashMap<>();
    all.put("bootstrap.servers", brokers);
    all.put("linger.ms", "0");
    all.putAll(more);
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  static String need(String variable) {
    String value = System.getenv(variable);
    if (value == null) {
      throw new IllegalStateException(variable + " is not set");
    }
    return value;
  }
}
