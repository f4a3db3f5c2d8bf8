package dev.revoker.bench;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends requests. A request's id is its number in the run, and its key has the same number. */
final class Feed implements AutoCloseable {
  private final List<String> keys;
  private final UnaryOperator<String> keyField;
  private final KafkaProducer<byte[], byte[]> batching;
  private final KafkaProducer<byte[], byte[]> immediate;

  /**
   * Connects.
   *
   * @param keyField from a key to the field of a request that has it
   */
  Feed(String brokers, String name, List<String> keys, UnaryOperator<String> keyField) {
    this.keys = keys;
    this.keyField = keyField;
    batching =
        producer(
            Map.of(
                "bootstrap.servers", brokers,
                "transactional.id", name + "-feed",
                "transaction.timeout.ms", "300000",
                "linger.ms", "20",
                "batch.size", "131072"));
    batching.initTransactions();
    immediate = producer(Map.of("bootstrap.servers", brokers, "linger.ms", "0"));
  }

  /**
   * Sends requests that become visible all at once, spread evenly over the partitions.
   *
   * @return when the commit was requested, by {@link System#nanoTime()}
   */
  long sendAll(String topic, int first, int count) {
    int partitions = batching.partitionsFor(topic).size();
    batching.beginTransaction();
    for (int i = first; i < first + count; i++) {
      batching.send(new ProducerRecord<>(topic, i % partitions, null, value(i)));
    }
    batching.flush();
    long start = System.nanoTime();
    batching.commitTransaction();
    return start;
  }

  /** Sends one after the other at a steady pace, and notes when at the index of its number. */
  void sendPaced(String topic, int first, int count, double perSecond, long[] sentAt) {
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long due = start + (long) (i * 1e9 / perSecond);
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      sentAt[first + i] = System.nanoTime();
      immediate.send(new ProducerRecord<>(topic, value(first + i)));
    }
    immediate.flush();
  }

  @Override
  public void close() {
    batching.close();
    immediate.close();
  }

  private byte[] value(int number) {
    return ("{"
            + keyField.apply(keys.get(number))
            + ",\"request_id\":\""
            + number
            + "\",\"reason\":\"found in a public repository\",\"requested_by\":\"bench\"}")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
