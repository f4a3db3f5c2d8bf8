package dev.revoker.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.contract.Exchange;
import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import dev.revoker.sandbox.Broker;
import dev.revoker.sandbox.Faults;
import dev.revoker.sandbox.Faults.Outage;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.ResultLog;
import dev.revoker.sandbox.SharedBroker;
import dev.revoker.sandbox.Submitter;
import dev.revoker.sandbox.WorkerProcess;
import dev.revoker.time.SystemTime;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;

/**
 * One test's topics and group on a real broker, its sandbox API, its workers in child processes,
 * and the requests that it sent, to compare with the results.
 */
final class Scene implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(90);

  private final SystemTime time = new SystemTime();
  private final LocalStack stack;
  private final String name = "t" + UUID.randomUUID().toString().substring(0, 8);
  private final Submitter submitter;
  private final Map<String, String> settings = new HashMap<>();
  private final Map<String, Secret> keys = new LinkedHashMap<>();
  private final List<String> sources = new ArrayList<>();
  private int workers;

  final ResultLog results;

  /** On the broker that all scenes share. */
  Scene(Map<String, String> settings) {
    this(settings, SharedBroker.get());
  }

  /** On these brokers, which the test may kill. */
  Scene(Map<String, String> settings, Broker brokers) {
    stack = LocalStack.start(time, brokers);
    stack.broker().createTopic(topic("urgent"), 2, Map.of());
    stack.broker().createTopic(topic("standard"), 3, Map.of());
    stack.broker().createTopic(name + "-results", 2, Map.of());
    submitter = new Submitter(stack.broker().bootstrapServers());
    results = new ResultLog(stack.broker().bootstrapServers(), name + "-results");
    this.settings.putAll(
        Map.of(
            "group.id",
            name,
            "lane.urgent.topic",
            topic("urgent"),
            "lane.standard.topic",
            topic("standard"),
            "results.topic",
            name + "-results",
            "breaker.open.wait.ms",
            "1000",
            "producer.transaction.timeout.ms",
            "3000",
            "producer.delivery.timeout.ms",
            "3000",
            "producer.request.timeout.ms",
            "2000"));
    if (!"consumer".equals(settings.get("consumer.group.protocol"))) {
      this.settings.put("consumer.session.timeout.ms", "3000");
      this.settings.put("consumer.heartbeat.interval.ms", "1000");
    }
    this.settings.putAll(settings);
  }

  LocalStack stack() {
    return stack;
  }

  String topic(String lane) {
    return name + "-" + lane;
  }

  String results() {
    return name + "-results";
  }

  Map<String, String> workerSettings() {
    Map<String, String> all = new HashMap<>(stack.workerSettings());
    all.putAll(settings);
    return all;
  }

  WorkerProcess worker() {
    return stack.startWorker("worker-" + ++workers, settings);
  }

  void faults(Faults faults) {
    stack.api().faults(faults);
  }

  void outage(Outage outage) {
    stack.api().outage(outage);
  }

  /** Creates keys and sends a request for each. */
  List<Secret> submitKeys(String lane, int count, Map<String, ?> fields) {
    List<Secret> fresh = stack.api().generateKeys(LocalStack.ACCOUNT, count);
    submit(lane, fresh, fields);
    return fresh;
  }

  void submit(String lane, List<Secret> fresh, Map<String, ?> fields) {
    List<Source> sent =
        submitter.send(
            topic(lane), fresh.stream().map(key -> Submitter.request(key, fields)).toList());
    for (int i = 0; i < sent.size(); i++) {
      keys.put(sent.get(i).toString(), fresh.get(i));
      sources.add(sent.get(i).toString());
    }
  }

  void submitRaw(String lane, List<String> values) {
    submitter.send(topic(lane), values).forEach(source -> sources.add(source.toString()));
  }

  int sent() {
    return sources.size();
  }

  /** The key that the request at these coordinates is about. */
  Secret key(String source) {
    return keys.get(source);
  }

  Collection<Secret> keys() {
    return keys.values();
  }

  void awaitResults(int count) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .untilAsserted(() -> assertThat(results.count()).isGreaterThanOrEqualTo(count));
  }

  /** Waits for all results; then each request has exactly one, and there are no others. */
  void awaitExactlyOneResultEach() {
    awaitResults(sent());
    Map<String, List<ResultLog.Entry>> bySource = results.bySource();
    assertThat(bySource.keySet()).containsExactlyInAnyOrderElementsOf(sources);
    assertThat(bySource.values()).allSatisfy(entries -> assertThat(entries).hasSize(1));
  }

  void awaitUntil(Callable<Boolean> condition) {
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(condition);
  }

  /** The values of a meter, one for each set of labels. */
  List<Double> metrics(WorkerProcess worker, String meter)
      throws IOException, InterruptedException {
    return get(worker, "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(meter + "{") || line.startsWith(meter + " "))
        .map(line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)))
        .toList();
  }

  Map<String, Long> outcomes() {
    Map<String, Long> counts = new HashMap<>();
    results.all().forEach(result -> counts.merge(result.outcome(), 1L, Long::sum));
    return counts;
  }

  /** No result says {@code inactive} of a key that the API's ledger says is active. */
  void assertTruthful() {
    assertThat(results.all())
        .allSatisfy(
            result -> {
              Secret key = key(result.source());
              if (key != null && result.value().get("key_state").asString().equals("inactive")) {
                assertThat(stack.api().ledger().isActive(key)).as(result.source()).isFalse();
              }
              assertThat(result.value().get("status").asString())
                  .isEqualTo(result.outcome().endsWith("revoked") ? "success" : "error");
            });
  }

  void awaitReady(WorkerProcess worker) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(() -> get(worker, "/readyz").statusCode() == 200);
  }

  HttpResponse<String> get(WorkerProcess worker, String path)
      throws IOException, InterruptedException {
    URI uri = worker.ops().resolve(path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Override
  public void close() {
    Exchange.assertAsPublished(
        stack.broker().bootstrapServers(), List.of(topic("urgent"), topic("standard")), results);
    results.close();
    submitter.close();
    stack.close();
    time.close();
  }
}
