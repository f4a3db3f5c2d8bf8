package dev.revoker.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.revoker.sandbox.Broker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a real broker's transactions look like to it. */
@Timeout(120)
class ResultsReaderIT {
  private static Broker broker;
  private static int topics;

  private final ResultsReader reader = new ResultsReader(ResultsReaderIT::consumer);
  private String topic;

  @BeforeAll
  static void start() {
    broker = Broker.start(Broker.Options.with(Map.of("log.cleaner.backoff.ms", "50")));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @BeforeEach
  void topic() {
    topic = "results-" + topics++;
    broker.createTopic(topic, 2, Map.of());
  }

  @Test
  void itTellsWhatWasCommittedFromWhatWasAborted() throws Exception {
    Map<TopicPartition, Set<Long>> aborted;
    try (Producer<byte[], byte[]> producer = producer("one")) {
      producer.initTransactions();
      final Map<TopicPartition, Set<Long>> committed = send(producer, true);
      aborted = send(producer, false);
      final Map<TopicPartition, Set<Long>> more = send(producer, true);

      assertThat(reader.aborted(committed)).isEmpty();
      assertThat(reader.aborted(more)).isEmpty();
    }
    // Also where nothing comes after it.
    assertThat(reader.aborted(aborted)).isEqualTo(aborted);

    Map<TopicPartition, Set<Long>> both = new HashMap<>();
    aborted.forEach((partition, those) -> both.put(partition, withTheFirst(those)));
    assertThat(reader.aborted(both)).isEqualTo(aborted);
  }

  @Test
  void itSaysThatWhatIsNotDecidedCannotBeTold() throws Exception {
    try (Producer<byte[], byte[]> producer = producer("two")) {
      producer.initTransactions();
      producer.beginTransaction();
      Map<TopicPartition, Set<Long>> open = append(producer);

      assertThatThrownBy(() -> reader.aborted(open)).isInstanceOf(TimeoutException.class);
      producer.commitTransaction();
      assertThat(reader.aborted(open)).isEmpty();
    }
  }

  /** Its reader had it, and another result has taken its place since. */
  @Test
  void itDoesNotTakeWhatWasCompactedAwayForAborted() throws Exception {
    topic = "compacted";
    broker.createTopic(
        topic,
        2,
        Map.of(
            "cleanup.policy", "compact", "segment.ms", "100", "min.cleanable.dirty.ratio", "0.01"));
    try (Producer<byte[], byte[]> producer = producer("three")) {
      producer.initTransactions();
      Map<TopicPartition, Set<Long>> first = send(producer, true);
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(200))
          .until(
              () -> {
                send(producer, true);
                return firstOffsetLeft() > 5;
              });

      assertThat(reader.aborted(first)).isEmpty();
    }
  }

  private long firstOffsetLeft() {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(IsolationLevel.READ_COMMITTED)) {
      TopicPartition partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      return consumer.poll(Duration.ofSeconds(5)).records(partition).getFirst().offset();
    }
  }

  private Map<TopicPartition, Set<Long>> send(Producer<byte[], byte[]> producer, boolean commit)
      throws ExecutionException, InterruptedException {
    producer.beginTransaction();
    Map<TopicPartition, Set<Long>> offsets = append(producer);
    if (commit) {
      producer.commitTransaction();
    } else {
      producer.abortTransaction();
    }
    return offsets;
  }

  private Map<TopicPartition, Set<Long>> append(Producer<byte[], byte[]> producer)
      throws ExecutionException, InterruptedException {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (int record = 0; record < 6; record++) {
      sent.add(producer.send(new ProducerRecord<>(topic, record % 2, new byte[1], new byte[10])));
    }
    producer.flush();
    Map<TopicPartition, Set<Long>> offsets = new HashMap<>();
    for (Future<RecordMetadata> one : sent) {
      RecordMetadata metadata = one.get();
      offsets
          .computeIfAbsent(new TopicPartition(topic, metadata.partition()), p -> new HashSet<>())
          .add(metadata.offset());
    }
    return offsets;
  }

  private static Set<Long> withTheFirst(Set<Long> offsets) {
    Set<Long> more = new HashSet<>(offsets);
    more.add(0L);
    return more;
  }

  private static KafkaProducer<byte[], byte[]> producer(String id) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", id),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private static KafkaConsumer<byte[], byte[]> consumer(IsolationLevel isolation) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "isolation.level",
            isolation.toString(),
            "auto.offset.reset",
            "none",
            "enable.auto.commit",
            "false"),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}
