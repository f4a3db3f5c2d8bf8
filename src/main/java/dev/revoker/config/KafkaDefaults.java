package dev.revoker.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Defaults that differ from Kafka's own, or that must not change with a new Kafka version. The
 * operator may override each of them. A default that depends on another setting follows it.
 */
final class KafkaDefaults {
  private static final String ASSIGNOR =
      "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";

  /** How soon a client sees a new partition. With Kafka's default its requests wait 5 minutes. */
  private static final String METADATA_MAX_AGE_MS = "10000";

  private KafkaDefaults() {}

  static Map<String, String> of(KafkaSettings settings) {
    return switch (settings.client()) {
      case CONSUMER -> consumer(settings);
      case PRODUCER -> producer(settings);
      case ADMIN -> Map.of();
    };
  }

  private static Map<String, String> consumer(KafkaSettings settings) {
    Map<String, String> defaults = new LinkedHashMap<>();
    // With the new protocol the broker sets these, and the client rejects them.
    if (!settings.newGroupProtocol()) {
      long sessionMs = settings.number("session.timeout.ms", 10_000);
      defaults.put("partition.assignment.strategy", ASSIGNOR);
      // After this time another worker gets the partitions of a killed one.
      defaults.put("session.timeout.ms", Long.toString(sessionMs));
      defaults.put("heartbeat.interval.ms", Long.toString(Math.clamp(sessionMs / 3, 1, 3_000)));
    }
    defaults.put("metadata.max.age.ms", METADATA_MAX_AGE_MS);
    // Requests are at most 64 KiB, so Kafka's defaults (50 MiB a fetch, 1 MiB a partition) would
    // only use heap. The two fetch limits count compressed bytes; max.poll.records bounds what is
    // decompressed at a time. 1 MiB of headers needs 45 MB of heap, and a poll may return one fetch
    // of each broker, so a fetch is no larger than a single record may be.
    defaults.put("max.poll.records", "200");
    defaults.put("fetch.max.bytes", Integer.toString(1 << 20));
    defaults.put("max.partition.fetch.bytes", Integer.toString(256 << 10));
    return defaults;
  }

  /**
   * A result cannot be delivered after its transaction has timed out, so {@code
   * delivery.timeout.ms} is no longer than {@code transaction.timeout.ms}. A request times out
   * sooner, which leaves time for a retry.
   */
  private static Map<String, String> producer(KafkaSettings settings) {
    long transactionMs = settings.number("transaction.timeout.ms", 10_000);
    long lingerMs = settings.number("linger.ms", 0);
    long deliveryMs = settings.number("delivery.timeout.ms", Math.min(10_000, transactionMs));
    Map<String, String> defaults = new LinkedHashMap<>();
    defaults.put("transaction.timeout.ms", Long.toString(transactionMs));
    defaults.put("delivery.timeout.ms", Long.toString(deliveryMs));
    defaults.put("request.timeout.ms", Long.toString(Math.clamp(deliveryMs - lingerMs, 1, 5_000)));
    defaults.put("linger.ms", Long.toString(lingerMs));
    // The loop blocks while a transaction call waits for its broker. With Kafka's default of 60 s
    // a few such calls would exceed max.poll.interval.ms, and the worker would leave its group.
    defaults.put("max.block.ms", "10000");
    // A transaction that begins right after another finds the earlier one not yet completed; the
    // producer retries after this time.
    defaults.put("retry.backoff.ms", "5");
    defaults.put("compression.type", "none");
    defaults.put("metadata.max.age.ms", METADATA_MAX_AGE_MS);
    return defaults;
  }
}
