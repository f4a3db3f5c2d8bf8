package dev.revoker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.model.Source;
import dev.revoker.sandbox.ResultLog;
import dev.revoker.sandbox.Submitter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The image at work, while its surroundings do what surroundings do. */
@NeedsEngine
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkerContainerIT {
  /**
   * Of a worker. Not of the lone broker with its controller, 9 seconds without its last heartbeat:
   * it would fence itself, and lose what nobody can keep then (docs/kafka-notes.md).
   */
  private static final Duration OUTLASTS_A_SESSION = Duration.ofSeconds(6);

  /** A call whose answer was lost with its worker is made again: the key is gone by then. */
  private static final String[] REPEATED = {"revoked", "not_found"};

  private Surroundings around;
  private Box first;
  private Box second;
  private ResultLog results;
  private final List<Source> sent = new ArrayList<>();

  @BeforeAll
  void start() {
    around = new Surroundings();
    first = around.worker("worker-1", Map.of());
    second = around.worker("worker-2", Map.of());
    results = around.results();
  }

  @AfterAll
  void end() {
    if (results != null) {
      results.close();
    }
    if (around != null) {
      around.close();
    }
  }

  @BeforeEach
  void ready() {
    first.awaitHealthy();
    second.awaitHealthy();
  }

  @AfterEach
  void noFaults() {
    around.faults("{\"latency_ms\":0}");
  }

  @Test
  void aRequestGetsItsResultAndItsKeyIsDead() {
    List<Source> requests = new ArrayList<>(request(Surroundings.URGENT, 1));
    requests.addAll(request(Surroundings.STANDARD, 20));

    around.awaitAnswered(results, sent);
    around.assertEnded(results, requests, "revoked");
  }

  /** The codecs' native code has to be unpacked to a root file system that is read-only. */
  @ParameterizedTest
  @ValueSource(strings = {"zstd", "snappy", "lz4", "gzip"})
  void compressedRequestsAreRead(String codec) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", around.bootstrapServers(), "compression.type", codec),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      String request = Submitter.request(around.keys(1).getFirst(), Map.of());
      byte[] value = request.getBytes(StandardCharsets.UTF_8);
      RecordMetadata at = producer.send(new ProducerRecord<>(Surroundings.URGENT, value)).get();
      sent.add(new Source(at.topic(), at.partition(), at.offset()));
    }

    around.awaitAnswered(results, sent);
    around.assertEnded(results, List.of(sent.getLast()), "revoked");
  }

  @Test
  void aWorkerThatIsKilledAndStartedAgainLosesAndRepeatsNothing() {
    int before = results.count();
    around.faults("{\"latency_ms\":200}");
    List<Source> requests = request(Surroundings.STANDARD, 600);
    awaitMore(before, 50);

    first.kill();
    first.restart();

    around.awaitAnswered(results, sent);
    around.assertEnded(results, requests, REPEATED);
  }

  @Test
  void sigtermReachesTheWorkerWhichEndsInOrder() {
    int before = results.count();
    around.faults("{\"latency_ms\":200}");
    List<Source> requests = request(Surroundings.STANDARD, 400);
    awaitMore(before, 50);

    assertThat(second.stopped(Duration.ofSeconds(30))).isZero();
    assertThat(second.getLogs()).contains("stopped");
    second.restart();

    around.awaitAnswered(results, sent);
    around.assertEnded(results, requests, "revoked");
  }

  @Test
  void aBrokerThatStandsStillIsWaitedFor() {
    int before = results.count();
    around.faults("{\"latency_ms\":50}");
    List<Source> requests = request(Surroundings.STANDARD, 1000);
    awaitMore(before, 50);

    around.kafka().pause();
    try {
      letPass(OUTLASTS_A_SESSION);
    } finally {
      around.kafka().unpause();
    }

    around.awaitAnswered(results, sent);
    around.assertEnded(results, requests, REPEATED);
  }

  @Test
  void aBrokerThatGoesAndComesBackIsWaitedFor() {
    int before = results.count();
    around.faults("{\"latency_ms\":50}");
    List<Source> requests = request(Surroundings.STANDARD, 1000);
    awaitMore(before, 50);

    around.kafka().kill();
    letPass(Duration.ofSeconds(3));
    around.kafka().restart();

    around.awaitAnswered(results, sent);
    around.assertEnded(results, requests, REPEATED);
  }

  private List<Source> request(String topic, int count) {
    List<Source> requests = around.request(topic, count);
    sent.addAll(requests);
    return requests;
  }

  private static void letPass(Duration time) {
    await().pollDelay(time).atMost(time.plusSeconds(30)).until(() -> true);
  }

  private void awaitMore(int before, int count) {
    await().atMost(Surroundings.PATIENCE).until(() -> results.count() >= before + count);
  }
}
