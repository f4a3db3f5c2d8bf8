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
 * The real worker as it is delivered: target/revoker/bin/revoker.
 *
 * @param javaOptions beyond its own
 */
record RevokerWorker(String id, String title, String javaOptions) implements Contender {
  static final String CACHED = "revoker-cached";

  /** Outlasts the longest answer of the long-tailed latency, as the peers' time-out does. */
  private static final String REQUEST_TIMEOUT_MS = "60000";

  static RevokerWorker plain() {
    return new RevokerWorker("revoker", "Revoker", "");
  }

  /** It starts from what {@link #leaving} left. */
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
  public Child start(Place place) {
    try {
      Path config = Files.createTempFile(place.folder(), "revoker", ".properties");
      Files.writeString(
          config,
          settings(place).entrySet().stream()
              .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
              .collect(Collectors.joining()));
      return Child.start(
          List.of(Bench.target("revoker/bin/revoker"), "worker", "--config", config.toString()),
          Map.of("JAVA_HOME", System.getProperty("java.home"), "REVOKER_JAVA_OPTS", javaOptions),
          place.folder().resolve("revoker.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> settings(Place place) throws IOException {
    Map<String, String> all = new TreeMap<>();
    all.put("bootstrap.servers", place.brokers());
    all.put("group.id", place.name());
    all.put("lanes", place.urgent() ? "urgent,standard" : "standard");
    all.put("lane.standard.topic", place.requests());
    if (place.urgent()) {
      all.put("lane.urgent.topic", place.urgentRequests());
    } else {
      // A lone lane has nobody to reserve anything against.
      all.put("lane.standard.reserved", "0");
    }
    all.put("results.topic", place.results());
    all.put("api.base.url", place.api().toString());
    all.put("api.request.timeout.ms", REQUEST_TIMEOUT_MS);
    all.put("accounts", AccountApi.USER);
    all.put("account." + AccountApi.USER + ".username", AccountApi.USER);
    all.put("account." + AccountApi.USER + ".password", AccountApi.PASSWORD);
    all.put("max.in.flight", Integer.toString(place.concurrency()));
    all.put("ops.listen", "127.0.0.1:" + AccountApi.freePort());
    return all;
  }
}
