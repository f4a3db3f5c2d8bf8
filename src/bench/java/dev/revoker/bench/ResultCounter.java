package dev.revoker.bench;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Counts the results that a read_committed reader sees, and when. For use by one thread. */
final class ResultCounter implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final int[] seen;
  private final long[] seenAt;
  private int distinct;
  private int repeated;
  private int failed;

  ResultCounter(String brokers, String topic, int total) {
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                brokers,
                "isolation.level",
                "read_committed",
                "max.poll.records",
                10_000),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    seen = new int[total];
    seenAt = new long[total];
  }

  /**
   * Reads until this many different requests have a result.
   *
   * @param going whether more results can come
   * @return whether they have
   */
  boolean await(int count, Duration quietAtMost, BooleanSupplier going) {
    long quietSince = System.nanoTime();
    while (distinct < count) {
      if (read() > 0) {
        quietSince = System.nanoTime();
      } else if (System.nanoTime() - quietSince > quietAtMost.toNanos() || !going.getAsBoolean()) {
        return false;
      }
    }
    return true;
  }

  /** Reads for some time longer, because repeated results come late. */
  void linger(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      read();
    }
  }

  /** When the result of a request was seen first, by {@link System#nanoTime()}. */
  long seenAt(int number) {
    return seenAt[number];
  }

  /** When the results of a range of requests were seen, in order. */
  long[] sortedTimes(int first, int count) {
    long[] times = Arrays.copyOfRange(seenAt, first, first + count);
    Arrays.sort(times);
    return times;
  }

  /** The faults of the results; empty if each request has exactly one. */
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    if (distinct < seen.length) {
      faults.add("lost " + (seen.length - distinct));
    }
    if (repeated > 0) {
      faults.add("repeated " + repeated);
    }
    return faults;
  }

  /** The number of results that report a removed key as failed. */
  int failed() {
    return failed;
  }

  @Override
  public void close() {
    consumer.close();
  }

  private int read() {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
    // The results of one poll have the same time.
    long now = System.nanoTime();
    records.forEach(record -> note(record, now));
    return records.count();
  }

  private void note(ConsumerRecord<byte[], byte[]> record, long now) {
    int number = Integer.parseInt(new String(record.key(), StandardCharsets.ISO_8859_1));
    if (seen[number]++ > 0) {
      repeated++;
      return;
    }
    distinct++;
    seenAt[number] = now;
    // Neither Revoker's nor the peers' results have a space there.
    if (!new String(record.value(), StandardCharsets.ISO_8859_1)
        .contains("\"status\":\"success\"")) {
      failed++;
    }
  }
}
