package dev.revoker.submit;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Reads all partitions of some topics, without a group. One thread uses it; any thread may call
 * {@link #stop}.
 */
final class TopicReader implements AutoCloseable {
  private static final Duration CLOSE = Duration.ofSeconds(1);

  private final Consumer<byte[], byte[]> consumer;
  private final String brokers;
  private final String doing;
  private final Set<TopicPartition> partitions;
  private volatile boolean stopped;

  /** An offset for each partition. */
  record Mark(Map<TopicPartition, Long> offsets) {
    /** The same with these offsets. */
    Mark with(Map<TopicPartition, Long> others) {
      Map<TopicPartition, Long> both = new HashMap<>(offsets);
      both.putAll(others);
      return new Mark(both);
    }
  }

  private TopicReader(
      Consumer<byte[], byte[]> consumer,
      Set<TopicPartition> partitions,
      String brokers,
      String doing) {
    this.consumer = consumer;
    this.partitions = partitions;
    this.brokers = brokers;
    this.doing = doing;
  }

  /** Starts at the beginning of the topics, which must exist. */
  static TopicReader of(KafkaClients clients, List<String> topics) throws CommandException {
    String doing = "reading " + String.join(", ", topics);
    Consumer<byte[], byte[]> consumer = clients.consumer();
    try {
      Set<TopicPartition> partitions =
          topics.stream()
              .flatMap(topic -> consumer.partitionsFor(topic).stream())
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .collect(Collectors.toUnmodifiableSet());
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      return new TopicReader(consumer, partitions, clients.addresses(), doing);
    } catch (KafkaException failed) {
      consumer.close(CloseOptions.timeout(CLOSE));
      throw CommandException.ofKafka(doing, failed, clients.addresses());
    }
  }

  /** The end of the committed records. */
  Mark end() throws CommandException {
    try {
      return new Mark(Map.copyOf(consumer.endOffsets(partitions)));
    } catch (KafkaException failed) {
      throw CommandException.ofKafka(doing, failed, brokers);
    }
  }

  /** The first records that are still there. */
  Mark beginning() throws CommandException {
    try {
      return new Mark(Map.copyOf(consumer.beginningOffsets(partitions)));
    } catch (KafkaException failed) {
      throw CommandException.ofKafka(doing, failed, brokers);
    }
  }

  /** The first records with this timestamp or a later one. */
  Mark at(Instant time) throws CommandException {
    try {
      Map<TopicPartition, Long> times = new HashMap<>();
      partitions.forEach(partition -> times.put(partition, time.toEpochMilli()));
      Map<TopicPartition, Long> offsets = new HashMap<>(end().offsets());
      consumer
          .offsetsForTimes(times)
          .forEach(
              (partition, found) -> {
                if (found != null) {
                  offsets.put(partition, found.offset());
                }
              });
      return new Mark(offsets);
    } catch (KafkaException failed) {
      throw CommandException.ofKafka(doing, failed, brokers);
    }
  }

  /** Continues from there. */
  void seek(Mark mark) {
    mark.offsets().forEach(consumer::seek);
  }

  /** Whether everything before the mark has been read. */
  boolean reached(Mark mark) throws CommandException {
    try {
      return mark.offsets().entrySet().stream()
          .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    } catch (KafkaException failed) {
      throw CommandException.ofKafka(doing, failed, brokers);
    }
  }

  /** Hands on the records that arrive within this time. */
  void poll(Duration longest, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> to)
      throws CommandException {
    if (stopped) {
      return;
    }
    try {
      consumer.poll(longest).forEach(to);
    } catch (WakeupException stop) {
      stopped = true;
    } catch (KafkaException failed) {
      throw CommandException.ofKafka(doing, failed, brokers);
    }
  }

  /** Reads everything up to the present end. */
  void drain(java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> to)
      throws CommandException {
    Mark end = end();
    while (!stopped && !reached(end)) {
      poll(Duration.ofMillis(500), to);
    }
  }

  /** Reads what is before the mark, and stops early when asked. */
  void drain(
      Mark end,
      java.util.function.BooleanSupplier enough,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> to)
      throws CommandException {
    while (!stopped && !enough.getAsBoolean() && !reached(end)) {
      poll(
          Duration.ofMillis(500),
          record -> {
            Long first = end.offsets().get(new TopicPartition(record.topic(), record.partition()));
            if (first != null && record.offset() < first) {
              to.accept(record);
            }
          });
    }
  }

  /** Where it continues. */
  Mark position() throws CommandException {
    try {
      return new Mark(partitions.stream().collect(Collectors.toMap(at -> at, consumer::position)));
    } catch (KafkaException failed) {
      throw CommandException.ofKafka(doing, failed, brokers);
    }
  }

  /** While paused, {@link #poll} keeps the connection and returns no records. */
  void pause(boolean paused) {
    if (paused) {
      consumer.pause(partitions);
    } else {
      consumer.resume(consumer.paused());
    }
  }

  /** Whether there is a connection to a broker. */
  boolean connected() {
    return consumer.metrics().entrySet().stream()
        .filter(metric -> metric.getKey().name().equals("connection-count"))
        .anyMatch(metric -> metric.getValue().metricValue() instanceof Double count && count > 0);
  }

  /** Ends the present poll; later ones return at once. Any thread. */
  void stop() {
    stopped = true;
    consumer.wakeup();
  }

  boolean stopped() {
    return stopped;
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(CLOSE));
  }
}
