package dev.revoker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.model.Source;
import dev.revoker.sandbox.ResultLog;
import dev.revoker.sandbox.Submitter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.testcontainers.lifecycle.Startables;

/** The image: its workers serve, survive disturbances, and are watched by Prometheus. */
@NeedsEngine
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkerContainerIT {
  /**
   * Longer than a worker's session. Shorter than the broker's own, 9 seconds, after which the
   * single broker would fence itself (docs/kafka-notes.md).
   */
  private static final Duration LONGER_THAN_A_SESSION = Duration.ofSeconds(6);

  /** A call whose worker was killed is repeated, and the key is then no longer found. */
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
    Startables.deepStart(first, second).join();
    results = around.results(Surroundings.RESULTS);
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
    first.awaitReady();
    second.awaitReady();
  }

  @AfterEach
  void noFaults() {
    around.faults("{\"latency_ms\":0,\"outage\":false}");
  }

  @Test
  void aRequestGetsItsResultAndItsKeyIsInactive() {
    List<Source> requests = new ArrayList<>(request(Surroundings.URGENT, 1));
    requests.addAll(request(Surroundings.STANDARD, 20));

    around.awaitAnswered(results, sent);
    around.assertEnded(results, requests, "revoked");
    assertThat(first.succeeds("/opt/revoker/bin/healthy", "/livez")).isTrue();
    assertThat(first.succeeds("/opt/revoker/bin/healthy", "/nothing")).isFalse();
  }

  @Test
  void aWorkerLogsInOverTls() {
    Map<String, String> settings = new HashMap<>(around.securedSettings());
    settings.put("REVOKER_GROUP_ID", "secured");
    settings.put("REVOKER_LANE_URGENT_TOPIC", "secured.urgent");
    settings.put("REVOKER_LANE_STANDARD_TOPIC", "secured.standard");
    settings.put("REVOKER_RESULTS_TOPIC", "secured.results");
    Box worker = around.worker("worker-3", settings);
    worker.start();
    try (ResultLog own = around.results("secured.results")) {
      List<Source> requests = around.request("secured.urgent", 5);
      around.awaitAnswered(own, requests);
      around.assertEnded(own, requests, "revoked");
    }
    worker.stop();
  }

  @Test
  void prometheusAlertsDuringAnOutage() throws IOException {
    try (Prometheus prometheus = new Prometheus(around, "worker-1", "worker-2")) {
      await()
          .atMost(Surroundings.PATIENCE)
          .until(() -> prometheus.query("sum(up{job=\"revoker\"})"), "2"::equals);
      // Before its first scrape, no worker was up.
      await().atMost(Surroundings.PATIENCE).until(() -> prometheus.firing().isEmpty());

      around.faults("{\"outage\":true}");
      List<Source> requests = request(Surroundings.URGENT, 50);
      await()
          .atMost(Surroundings.PATIENCE)
          .until(() -> prometheus.firing().contains("RevokerIntakePaused"));

      around.faults("{\"outage\":false}");
      around.awaitAnswered(results, sent);
      around.assertEnded(results, requests, "revoked");
      await().atMost(Surroundings.PATIENCE).until(() -> prometheus.firing().isEmpty());
    }
  }

  /** The codecs' native code must be unpacked although the root file system is read-only. */
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
  void aKilledWorkerThatStartsAgainLosesNoResult() {
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
  void sigtermStopsTheWorkerGracefully() {
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
  void theWorkersWaitForAFrozenBroker() {
    int before = results.count();
    around.faults("{\"latency_ms\":50}");
    List<Source> requests = request(Surroundings.STANDARD, 1000);
    awaitMore(before, 50);

    around.kafka().pause();
    try {
      letPass(LONGER_THAN_A_SESSION);
    } finally {
      around.kafka().unpause();
    }

    around.awaitAnswered(results, sent);
    around.assertEnded(results, requests, REPEATED);
  }

  @Test
  void theWorkersWaitForAKilledBroker() {
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
