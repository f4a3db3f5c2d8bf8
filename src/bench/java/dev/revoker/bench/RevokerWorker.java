package dev.revoker.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The worker of the distribution folder: target/revoker/bin/revoker.
 *
 * @param javaOptions in addition to those of bin/revoker
 */
record RevokerWorker(String id, String title, String javaOptions) implements Implementation {
  static final String CACHED = "revoker-cached";

  /** Outlasts the longest answer of the long-tailed latency, as the peers' time-out does. */
  private static final String REQUEST_TIMEOUT_MS = "60000";

  /** Without the cache of the build. */
  static RevokerWorker plain() {
    return new RevokerWorker("revoker", "Revoker", "-XX:AOTMode=off");
  }

  /** It starts from the AOT cache that {@link #leaving} wrote. */
  static RevokerWorker from(Path cache) {
    return new RevokerWorker(CACHED, "Revoker, from an AOT cache", "-XX:AOTCache=" + cache);
  }

  static RevokerWorker leaving(Path cache) {
    return new RevokerWorker("trains", "Revoker, leaving a cache", "-XX:AOTCacheOutput=" + cache);
  }

  @Override
  public boolean maySayFailed() {
    return false;
  }

  @Override
  public Child start(RunParameters parameters) {
    return start(parameters, Map.of());
  }

  /** With more settings than every run has. */
  Child start(RunParameters parameters, Map<String, String> more) {
    try {
      Path config = Files.createTempFile(parameters.folder(), "revoker", ".properties");
      Files.writeString(
          config,
          settings(parameters, more).entrySet().stream()
              .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
              .collect(Collectors.joining()));
      return Child.start(
          List.of(Bench.target("revoker/bin/revoker"), "worker", "--config", config.toString()),
          Map.of("JAVA_HOME", System.getProperty("java.home"), "REVOKER_JAVA_OPTS", javaOptions),
          parameters.folder().resolve("revoker.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> settings(RunParameters parameters, Map<String, String> more)
      throws IOException {
    Map<String, String> all = new TreeMap<>(more);
    all.put("bootstrap.servers", parameters.brokers());
    all.put("group.id", parameters.name());
    all.put("lanes", parameters.urgent() ? "urgent,standard" : "standard");
    all.put("lane.standard.topic", parameters.requests());
    if (parameters.urgent()) {
      all.put("lane.urgent.topic", parameters.urgentRequests());
    } else {
      // A single lane cannot reserve slots.
      all.put("lane.standard.reserved", "0");
    }
    all.put("results.topic", parameters.results());
    all.put("api.base.url", parameters.api().toString());
    all.put("api.request.timeout.ms", REQUEST_TIMEOUT_MS);
    all.put("accounts", AccountApi.USER);
    all.put("account." + AccountApi.USER + ".username", AccountApi.USER);
    all.put("account." + AccountApi.USER + ".password", AccountApi.PASSWORD);
    all.put("max.in.flight", Integer.toString(parameters.concurrency()));
    all.put("ops.listen", "127.0.0.1:" + AccountApi.freePort());
    return all;
  }
}
