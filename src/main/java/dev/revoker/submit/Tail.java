package dev.revoker.submit;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Reads topics from somewhere on, all partitions, in no group. Used by one thread; {@link #stop} by
 * any.
 */
final class Tail implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private final Consumer<byte[], byte[]> consumer;
  private final String brokers;
  private final String doing;
  private final Set<TopicPartition> partitions;
  private volatile boolean stopped;

  /** Where in each partition. */
  record Mark(Map<TopicPartition, Long> offsets) {}

  private Tail(
      Consumer<byte[], byte[]> consumer,
      Set<TopicPartition> partitions,
      String brokers,
      String doing) {
    this.consumer = consumer;
    this.partitions = partitions;
    this.brokers = brokers;
    this.doing = doing;
  }

  /** At the beginning of the topics, which must be there. */
  static Tail of(Brokers brokers, List<String> topics) throws Trouble {
    String doing = "reading " + String.join(", ", topics);
    Consumer<byte[], byte[]> consumer = brokers.consumer();
    try {
      Set<TopicPartition> partitions =
          topics.stream()
              .flatMap(topic -> consumer.partitionsFor(topic).stream())
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .collect(Collectors.toUnmodifiableSet());
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      return new Tail(consumer, partitions, brokers.addresses(), doing);
    } catch (KafkaException failed) {
      consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(CLOSE));
      throw Trouble.ofKafka(doing, failed, brokers.addresses());
    }
  }

  /** The end of what is committed now. */
  Mark end() throws Trouble {
    try {
      return new Mark(Map.copyOf(consumer.endOffsets(partitions)));
    } catch (KafkaException failed) {
      throw Trouble.ofKafka(doing, failed, brokers);
    }
  }

  /** Goes on from there. */
  void seek(Mark mark) {
    mark.offsets().forEach(consumer::seek);
  }

  /** Whether everything before the mark was read. */
  boolean reached(Mark mark) throws Trouble {
    try {
      return mark.offsets().entrySet().stream()
          .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    } catch (KafkaException failed) {
      throw Trouble.ofKafka(doing, failed, brokers);
    }
  }

  /** Hands on what comes within this time. */
  void poll(Duration longest, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> to)
      throws Trouble {
    if (stopped) {
      return;
    }
    try {
      consumer.poll(longest).forEach(to);
    } catch (WakeupException stop) {
      stopped = true;
    } catch (KafkaException failed) {
      throw Trouble.ofKafka(doing, failed, brokers);
    }
  }

  /** Reads all that is there now. */
  void drain(java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> to) throws Trouble {
    Mark end = end();
    while (!stopped && !reached(end)) {
      poll(Duration.ofMillis(500), to);
    }
  }

  /** Whether it has a broker to read from. */
  boolean connected() {
    return consumer.metrics().entrySet().stream()
        .filter(metric -> metric.getKey().name().equals("connection-count"))
        .anyMatch(metric -> metric.getValue().metricValue() instanceof Double count && count > 0);
  }

  /** Ends a poll; there are no more after it. Any thread. */
  void stop() {
    stopped = true;
    consumer.wakeup();
  }

  boolean stopped() {
    return stopped;
  }

  @Override
  public void close() {
    consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(CLOSE));
  }
}
