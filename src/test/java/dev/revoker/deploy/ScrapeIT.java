package dev.revoker.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.SharedBroker;
import dev.revoker.sandbox.Submitter;
import dev.revoker.sandbox.WorkerProcess;
import dev.revoker.time.SystemTime;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every metric that an alert rule or a panel uses is in the scrape of a worker. */
class ScrapeIT {
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void rulesAndDashboardUseMetricsThatExist() throws Exception {
    Map<String, String> asked = new TreeMap<>(Watching.alerts());
    asked.putAll(Watching.panels());
    try (SystemTime time = new SystemTime();
        LocalStack stack = LocalStack.start(time, SharedBroker.get());
        Submitter submitter = new Submitter(stack.broker().bootstrapServers())) {
      WorkerProcess worker = stack.startWorker("worker", Map.of("create.topics", "true"));
      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .until(() -> !lines(worker).isEmpty());
      submitter.send(
          LocalStack.URGENT,
          stack.api().generateKeys(LocalStack.ACCOUNT, 3).stream()
              .map(key -> Submitter.request(key, Map.of()))
              .toList());

      await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .untilAsserted(() -> assertThat(lines(worker)).contains(done(3)));
      assertThat(asked).hasSizeGreaterThan(30);
      // The binder looks for new meters, such as those of partitions, once a minute.
      await()
          .atMost(Duration.ofSeconds(90))
          .pollInterval(Duration.ofSeconds(2))
          .untilAsserted(() -> allThere(asked, names(worker)));
    }
  }

  private static void allThere(Map<String, String> asked, Set<String> there) {
    asked.forEach(
        (where, expression) ->
            assertThat(PromQl.metrics(expression)).as(where).isNotEmpty().isSubsetOf(there));
  }

  private static String done(int requests) {
    return "revoker_requests_total{lane=\"urgent\",outcome=\"revoked\"} " + requests + ".0";
  }

  private Set<String> names(WorkerProcess worker) throws Exception {
    return lines(worker).stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("[{ ]", 2)[0])
        .collect(Collectors.toSet());
  }

  private List<String> lines(WorkerProcess worker) throws Exception {
    URI metrics = worker.ops().resolve("/metrics");
    return http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
        .body()
        .lines()
        .toList();
  }
}
