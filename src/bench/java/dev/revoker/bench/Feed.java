package dev.revoker.bench;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends requests. A request's id is its number in the run, and its key is the one of that number.
 */
final class Feed implements AutoCloseable {
  private final List<String> keys;
  private final KafkaProducer<byte[], byte[]> piles;
  private final KafkaProducer<byte[], byte[]> singles;

  Feed(String brokers, String name, List<String> keys) {
    this.keys = keys;
    piles =
        producer(
            Map.of(
                "bootstrap.servers", brokers,
                "transactional.id", name + "-feed",
                "transaction.timeout.ms", "300000",
                "linger.ms", "20",
                "batch.size", "131072"));
    piles.initTransactions();
    singles = producer(Map.of("bootstrap.servers", brokers, "linger.ms", "0"));
  }

  /**
   * Sends requests that become visible all at once, spread evenly over the partitions.
   *
   * @return when the order to show them went out, by {@link System#nanoTime()}
   */
  long pile(String topic, int first, int count) {
    int partitions = piles.partitionsFor(topic).size();
    piles.beginTransaction();
    for (int i = first; i < first + count; i++) {
      piles.send(new ProducerRecord<>(topic, i % partitions, null, value(i)));
    }
    piles.flush();
    long start = System.nanoTime();
    piles.commitTransaction();
    return start;
  }

  /** Sends one after the other at a steady pace, and notes when in the place of its number. */
  void pace(String topic, int first, int count, double perSecond, long[] sentAt) {
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long due = start + (long) (i * 1e9 / perSecond);
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      sentAt[first + i] = System.nanoTime();
      singles.send(new ProducerRecord<>(topic, value(first + i)));
    }
    singles.flush();
  }

  @Override
  public void close() {
    piles.close();
    singles.close();
  }

  private byte[] value(int number) {
    return ("{\"api_securekey\":\""
            + keys.get(number)
            + "\",\"request_id\":\""
            + number
            + "\",\"reason\":\"found in a public repository\",\"requested_by\":\"bench\"}")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
