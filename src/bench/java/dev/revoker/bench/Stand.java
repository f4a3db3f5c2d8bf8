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

/** What all contenders share: one real broker and one API, each in a process of its own. */
final class Stand implements AutoCloseable {
  /**
   * A lone broker that gets no CPU for two seconds would fence itself, and has no leaders then:
   * what comes of that is no figure of a contender's.
   */
  private static final Broker.Options PATIENT =
      Broker.Options.with(Map.of("broker.session.timeout.ms", "60000"));

  private final Broker broker;
  private final AccountApi api;
  private final Path folder;

  private final Duration quietAtMost;
  private final AtomicInteger runs = new AtomicInteger();

  private Stand(Broker broker, AccountApi api, Path folder, Duration quietAtMost) {
    this.broker = broker;
    this.api = api;
    this.folder = folder;
    this.quietAtMost = quietAtMost;
  }

  /**
   * Starts both and waits until they serve.
   *
   * @param quietAtMost after which silence a run is given up
   */
  static Stand start(Path logs, Duration quietAtMost) throws IOException, InterruptedException {
    Files.createDirectories(logs);
    Broker broker = Broker.start(PATIENT);
    try {
      AccountApi api = AccountApi.start(Files.createTempDirectory(logs, "stand"));
      return new Stand(broker, api, logs, quietAtMost);
    } catch (IOException | InterruptedException | RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  Duration quietAtMost() {
    return quietAtMost;
  }

  /** For files of this run of the benchmark. */
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

  /** A place that nobody has worked at. */
  Place place(String contender, boolean urgent, int concurrency) throws IOException {
    String name = "run-%03d-%s".formatted(runs.incrementAndGet(), contender);
    return new Place(
        broker.bootstrapServers(),
        api.url(),
        name,
        urgent,
        concurrency,
        Files.createDirectories(folder.resolve(name)));
  }

  /**
   * Copies what the broker has of the place's results, of offsets and of transactions, and its log,
   * into the place's folder: what made a run void can be looked up once all else is gone, by {@code
   * kafka.tools.DumpLogSegments} for one.
   */
  void keepEvidence(Place place) throws IOException {
    Path log = broker.nodes().getFirst().log();
    Path kept = Files.createDirectories(place.folder().resolve("broker"));
    Files.copy(log, kept.resolve(log.getFileName()));
    try (Stream<Path> partitions = Files.list(log.resolveSibling("data"))) {
      for (Path partition : partitions.filter(of(place)).toList()) {
        copy(partition, kept.resolve(partition.getFileName()));
      }
    }
  }

  private static Predicate<Path> of(Place place) {
    List<String> topics = List.of(place.results(), "__consumer_offsets", "__transaction_state");
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
