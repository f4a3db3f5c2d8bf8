package dev.revoker.bench;

import java.util.List;
import java.util.Map;

/** A program that revokes keys in its own process: topic of requests in, topic of results out. */
interface Implementation {
  /** Short, for the command line and the files. */
  String id();

  /** The name in reports. */
  String title();

  /** Whether its run counts even if it reports removed keys as failed. */
  default boolean maySayFailed() {
    return true;
  }

  /** The field of a request that has the key. */
  default String keyField(String key) {
    return "\"api_securekey\":\"" + key + "\"";
  }

  /** Starts one process and does not wait for it. */
  Child start(RunParameters parameters);

  /** All implementations, ours first. */
  List<Implementation> ALL =
      List.of(
          RevokerWorker.plain(),
          new Peer("pool", "Pool, batch by batch", "Pool", List.of()),
          new Peer(
              "pool-tx", "Pool, a transaction for each batch", "Pool", List.of("transactional")),
          new Peer("spring-kafka", "Spring Kafka, asynchronous listener", "SpringKafka", List.of()),
          new Peer(
              "parallel-consumer", "Confluent Parallel Consumer", "ParallelConsumer", List.of()));

  /** Pools that break one rule each, to prove that the harness voids their runs. */
  List<Implementation> DECOYS =
      List.of(
          new Peer("loses", "Pool that loses results", "Pool", List.of("loses")),
          new Peer("repeats", "Pool that repeats results", "Pool", List.of("repeats")),
          new Peer("exceeds", "Pool that calls too many at a time", "Pool", List.of("exceeds")));

  /** The environment variables of a peer. */
  static Map<String, String> environment(RunParameters parameters) {
    return Map.of(
        "BENCH_BROKERS",
        parameters.brokers(),
        "BENCH_API",
        parameters.api().toString(),
        "BENCH_USER",
        AccountApi.USER,
        "BENCH_PASSWORD",
        AccountApi.PASSWORD,
        "BENCH_REQUESTS",
        String.join(",", parameters.requestTopics()),
        "BENCH_RESULTS",
        parameters.results(),
        "BENCH_GROUP",
        parameters.name(),
        "BENCH_CONCURRENCY",
        Integer.toString(parameters.concurrency()));
  }
}
