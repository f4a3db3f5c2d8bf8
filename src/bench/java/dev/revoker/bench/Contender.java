package dev.revoker.bench;

import java.util.List;
import java.util.Map;

/**
 * Something that revokes keys in a process of its own: topic of requests in, topic of results out.
 */
interface Contender {
  /** Short, for the command line and the files. */
  String id();

  /** For the reader. */
  String title();

  /** Whether its run counts although it reports removed keys as failed. */
  default boolean maySayFailed() {
    return true;
  }

  /** Starts one process and does not wait for it. */
  Child start(Place place);

  /** All that are compared, ours first. */
  List<Contender> ALL =
      List.of(
          RevokerWorker.plain(),
          new Peer("pool", "Pool, batch by batch", "Pool", List.of()),
          new Peer(
              "pool-tx", "Pool, a transaction for each batch", "Pool", List.of("transactional")),
          new Peer("spring-kafka", "Spring Kafka, asynchronous listener", "SpringKafka", List.of()),
          new Peer(
              "parallel-consumer", "Confluent Parallel Consumer", "ParallelConsumer", List.of()));

  /** Pools that break one rule each: a harness that does not void their runs is worth nothing. */
  List<Contender> DECOYS =
      List.of(
          new Peer("loses", "Pool that loses results", "Pool", List.of("loses")),
          new Peer("repeats", "Pool that repeats results", "Pool", List.of("repeats")),
          new Peer("exceeds", "Pool that calls too many at a time", "Pool", List.of("exceeds")));

  /** What a peer is told by its environment. */
  static Map<String, String> environment(Place place) {
    return Map.of(
        "BENCH_BROKERS",
        place.brokers(),
        "BENCH_API",
        place.api().toString(),
        "BENCH_USER",
        AccountApi.USER,
        "BENCH_PASSWORD",
        AccountApi.PASSWORD,
        "BENCH_REQUESTS",
        String.join(",", place.requestTopics()),
        "BENCH_RESULTS",
        place.results(),
        "BENCH_GROUP",
        place.name(),
        "BENCH_CONCURRENCY",
        Integer.toString(place.concurrency()));
  }
}
