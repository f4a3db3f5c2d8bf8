package dev.revoker.bench;

import dev.revoker.sandbox.Broker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What all implementations share: one real broker and one API, each in a process of its own. */
final class TestBed implements AutoCloseable {
  /**
   * A single broker that gets no CPU for two seconds would be fenced by its own controller, and its
   * partitions would have no leaders. That must not count against an implementation.
   */
  private static final Broker.Options PATIENT =
      Broker.Options.with(Map.of("broker.session.timeout.ms", "60000"));

  private final Broker broker;
  private final AccountApi api;
  private final Path folder;

  private final Duration quietAtMost;
  private final AtomicInteger runs = new AtomicInteger();

  private TestBed(Broker broker, AccountApi api, Path folder, Duration quietAtMost) {
    this.broker = broker;
    this.api = api;
    this.folder = folder;
    this.quietAtMost = quietAtMost;
  }

  /**
   * Starts both and waits until they are ready.
   *
   * @param quietAtMost the time without a result after which a run ends
   */
  static TestBed start(Path logs, Duration quietAtMost) throws IOException, InterruptedException {
    Files.createDirectories(logs);
    Broker broker = Broker.start(PATIENT);
    try {
      AccountApi api = AccountApi.start(Files.createTempDirectory(logs, "testBed"));
      return new TestBed(broker, api, logs, quietAtMost);
    } catch (IOException | InterruptedException | RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  Duration quietAtMost() {
    return quietAtMost;
  }

  /** The folder of this benchmark's files. */
  Path folder() {
    return folder;
  }

  Broker broker() {
    return broker;
  }

  /** User and system time of the broker so far; seconds. */
  double brokerCpuSeconds() {
    return broker.nodes().stream().mapToDouble(node -> Child.cpuSeconds(node.pid())).sum();
  }

  AccountApi api() {
    return api;
  }

  /** New parameters, with topics that no run has used. */
  RunParameters parameters(String implementation, boolean urgent, int concurrency)
      throws IOException {
    String name = "run-%03d-%s".formatted(runs.incrementAndGet(), implementation);
    return new RunParameters(
        broker.bootstrapServers(),
        api.url(),
        name,
        urgent,
        concurrency,
        Files.createDirectories(folder.resolve(name)));
  }

  /**
   * Copies the broker's log, results, offsets and transactions of a run into the run's folder, so
   * that the reason of a void run can be found later, for example with {@code
   * kafka.tools.DumpLogSegments}.
   */
  void keepEvidence(RunParameters parameters) throws IOException {
    Path log = broker.nodes().getFirst().log();
    Path kept = Files.createDirectories(parameters.folder().resolve("broker"));
    Files.copy(log, kept.resolve(log.getFileName()));
    try (Stream<Path> partitions = Files.list(log.resolveSibling("data"))) {
      for (Path partition : partitions.filter(of(parameters)).toList()) {
        copy(partition, kept.resolve(partition.getFileName()));
      }
    }
  }

  private static Predicate<Path> of(RunParameters parameters) {
    List<String> topics =
        List.of(parameters.results(), "__consumer_offsets", "__transaction_state");
    return partition ->
        topics.stream().anyMatch(topic -> partition.getFileName().toString().startsWith(topic));
  }

  private static void copy(Path partition, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(partition)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  @Override
  public void close() {
    api.close();
    broker.close();
  }
}
