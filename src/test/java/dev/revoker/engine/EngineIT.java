package dev.revoker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.TopicSetup;
import dev.revoker.config.Config;
import dev.revoker.message.Fingerprints;
import dev.revoker.message.RequestReader;
import dev.revoker.message.ResultWriter;
import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.resilience.RequestProcessor;
import dev.revoker.sandbox.Broker;
import dev.revoker.sandbox.SharedBroker;
import dev.revoker.sandbox.Signals;
import dev.revoker.time.SystemTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The loop against a real broker, with both of Kafka's group protocols: one result per request. */
@Timeout(180)
class EngineIT {
  private static final int PARTITIONS = 4;

  private static Broker broker;
  private static SystemTime time;

  /** How often each request was called. */
  private final Map<String, Integer> calls = new ConcurrentHashMap<>();

  private int longestCallMs = 40;
  private String topic;
  private String results;

  @BeforeAll
  static void start() {
    broker = SharedBroker.get();
    time = new SystemTime();
  }

  @AfterAll
  static void stop() {
    time.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void aRollingRestartAnswersEachRequestOnceAndCallsItOnce(String protocol) {
    topics("rolling-" + protocol);
    produce(0, 2500);
    try (CommittedResults reader = new CommittedResults(broker.bootstrapServers(), results);
        Worker second = new Worker(protocol, 2)) {
      try (Worker first = new Worker(protocol, 1)) {
        reader.awaitAtLeast(1000);
        assertThat(first.stop()).isTrue();
      }
      produce(2500, 2500);
      try (Worker third = new Worker(protocol, 3)) {
        reader.awaitAtLeast(5000);
        assertThat(third.stop()).isTrue();
      }
      assertThat(second.link.up()).as(second.link.why()).isTrue();
      assertThat(second.stop()).isTrue();
      reader.awaitQuiet();

      reader.assertOneEach(5000);
      assertThat(calls).hasSize(5000);
      assertThat(calls.values()).as("no call is repeated").containsOnly(1);
    }
  }

  /**
   * For longer than the transaction timeout: commits end unknown, transactions are aborted,
   * producers fenced.
   */
  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void brokersThatStopForAWhileCostNoResultAndRepeatNone(String protocol) {
    topics("frozen-" + protocol);
    longestCallMs = 2000;
    try (CommittedResults reader = new CommittedResults(broker.bootstrapServers(), results);
        Worker first = new Worker(protocol, 1);
        Worker second = new Worker(protocol, 2)) {
      produce(0, 1500);
      reader.awaitAtLeast(200);
      Signals.freeze(broker);
      try {
        await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
      } finally {
        Signals.thaw(broker);
      }
      assertOneEachInTheEnd(reader, first, second);
    }
  }

  private void assertOneEachInTheEnd(CommittedResults reader, Worker first, Worker second) {
    produce(1500, 500);
    reader.awaitAtLeast(2000);
    reader.awaitQuiet();

    reader.assertOneEach(2000);
    await().atMost(Duration.ofSeconds(10)).until(() -> first.loop.commitProblem().isEmpty());
    assertThat(second.stop()).isTrue();
  }

  /** Producers with transactions leave a marker at the end of each partition. */
  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void theLagReachesZeroBehindTransactionalProducers(String protocol) {
    topics("lag-" + protocol);
    produce(0, 200);
    try (CommittedResults reader = new CommittedResults(broker.bootstrapServers(), results);
        Worker worker = new Worker(protocol, 1)) {
      reader.awaitAtLeast(200);

      await().atMost(Duration.ofSeconds(20)).untilAsserted(this::assertNoLag);
      assertThat(worker.stop()).isTrue();
    }
  }

  @Test
  void committedMetadataThatBelongsElsewhereSkipsNoRequest() throws Exception {
    topics("moved");
    produce(0, 400);
    try (Admin admin = admin()) {
      Uuid id = admin.describeTopics(Set.of(topic)).allTopicNames().get().get(topic).topicId();
      admin
          .alterConsumerGroupOffsets(
              topic,
              Map.of(
                  new TopicPartition(topic, 0), moved(id, 0, 7),
                  new TopicPartition(topic, 1), moved(id, 2, 0),
                  new TopicPartition(topic, 2), moved(Uuid.ONE_UUID, 2, 0),
                  new TopicPartition(topic, 3), new OffsetAndMetadata(0, "1:AQAA_38")))
          .all()
          .get();
    }
    try (CommittedResults reader = new CommittedResults(broker.bootstrapServers(), results);
        Worker worker = new Worker("classic", 1)) {
      reader.awaitAtLeast(400);
      reader.awaitQuiet();

      reader.assertOneEach(400);
      await().atMost(Duration.ofSeconds(20)).untilAsserted(this::assertNoLag);
      assertThat(worker.stop()).isTrue();
    }
  }

  /** Offset 0, with metadata of another partition or offset that calls 50 requests answered. */
  private OffsetAndMetadata moved(Uuid topicId, int partition, long offset) {
    OffsetMap map = new OffsetMap(offset, offset + 51, List.of(offset));
    TopicPartition owner = new TopicPartition(topic, partition);
    return new OffsetAndMetadata(
        0, OffsetMapCodec.encode(map, new TopicIdPartition(topicId, owner)));
  }

  private void assertNoLag() throws Exception {
    Map<TopicPartition, Long> committed = new HashMap<>();
    Map<TopicPartition, Long> ends = new HashMap<>();
    try (Admin admin = admin()) {
      admin
          .listConsumerGroupOffsets(topic)
          .partitionsToOffsetAndMetadata()
          .get()
          .forEach((partition, offset) -> committed.put(partition, offset.offset()));
      Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        asked.put(new TopicPartition(topic, partition), OffsetSpec.latest());
      }
      admin
          .listOffsets(asked)
          .all()
          .get()
          .forEach((partition, end) -> ends.put(partition, end.offset()));
    }
    assertThat(committed).isEqualTo(ends);
  }

  private Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  private void topics(String name) {
    topic = name;
    results = name + ".results";
    broker.createTopic(topic, PARTITIONS, Map.of());
    broker.createTopic(results, 1, Map.of());
  }

  /** In transactions, so that the offsets have holes. */
  private void produce(int first, int count) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "transactional.id",
            topic + "-" + first);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.initTransactions();
      for (int i = first; i < first + count; i += 100) {
        producer.beginTransaction();
        for (int j = i; j < i + 100; j++) {
          var unused = producer.send(new ProducerRecord<>(topic, j % PARTITIONS, null, request(j)));
        }
        // A commit alone may leave out what was sent last (docs/kafka-notes.md).
        producer.flush();
        producer.commitTransaction();
      }
    }
  }

  private static byte[] request(int number) {
    return "{\"api_securekey\":\"%032x\",\"request_id\":\"r-%d\"}"
        .formatted(number, number)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Answers after a few milliseconds. */
  private final class QuickWork implements RequestProcessor {
    @Override
    public void rateShare(double ofGroup, long forMs) {}

    @Override
    public int intakeRoom() {
      return Integer.MAX_VALUE;
    }

    @Override
    public void admit(Request.Valid request, RequestProcessor.Caller caller) {
      calls.merge(request.echo().requestId(), 1, Integer::sum);
      Result result =
          new Result(request, Outcome.REVOKED, KeyState.INACTIVE, 204, null, 1, 0, time.now());
      CompletableFuture.delayedExecutor(
              ThreadLocalRandom.current().nextInt(1, longestCallMs), TimeUnit.MILLISECONDS)
          .execute(() -> caller.answered(result));
    }

    @Override
    public void withdraw(Collection<? extends RequestProcessor.Caller> callers) {
      // All are being called: each ends with its call.
    }
  }

  /** A loop on a thread of its own. */
  private final class Worker implements AutoCloseable {
    final RequestLoop loop;
    final ConsumerHealth link;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Admin admin;
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

    Worker(String protocol, int number) {
      Config config =
          Rig.config(
              Map.of(
                  "REVOKER_BOOTSTRAP_SERVERS",
                  broker.bootstrapServers(),
                  "REVOKER_GROUP_ID",
                  topic,
                  "REVOKER_LANES",
                  "standard",
                  "REVOKER_LANE_STANDARD_TOPIC",
                  topic,
                  "REVOKER_RESULTS_TOPIC",
                  results,
                  "REVOKER_CONSUMER_GROUP_PROTOCOL",
                  protocol,
                  "REVOKER_PRODUCER_TRANSACTION_TIMEOUT_MS",
                  "3000",
                  "REVOKER_PRODUCER_MAX_BLOCK_MS",
                  "1000"));
      Map<String, Object> producing = new HashMap<>(config.kafka().producer());
      producing.put("transactional.id", topic + "-worker-" + number);
      consumer =
          new KafkaConsumer<>(
              config.kafka().consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
      link = new ConsumerHealth(consumer);
      admin = Admin.create(config.kafka().admin());
      TransactionalPublisher publisher =
          new TransactionalPublisher(
              () ->
                  new KafkaProducer<>(
                      producing, new ByteArraySerializer(), new ByteArraySerializer()),
              new ResultWriter("w-" + number, topic),
              results);
      loop =
          new RequestLoop(
              config,
              consumer,
              publisher,
              names -> TopicSetup.ids(admin, names),
              new RequestReader(Set.of("acme"), "acme", new Fingerprints(null)),
              new QuickWork(),
              link::heartbeatAgeMs,
              (committed, nanos) -> {},
              WakeupSignal.betweenThreads(),
              time);
      Thread.ofPlatform().name("loop-" + number).start(this::run);
    }

    private void run() {
      try {
        boolean complete = loop.run();
        consumer.close();
        admin.close();
        loop.closeProducer(Duration.ofSeconds(5));
        ended.complete(complete);
      } catch (RuntimeException failed) {
        ended.completeExceptionally(failed);
      }
    }

    /** Whether it left nothing behind. */
    boolean stop() {
      loop.stop();
      return ended.orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
      stop();
    }
  }
}
