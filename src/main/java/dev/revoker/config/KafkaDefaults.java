package dev.revoker.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Kafka settings that differ from Kafka's own defaults, or must not drift with them. Each may be
 * overridden; those that hang together follow what was set of the others.
 */
final class KafkaDefaults {
  private static final String ASSIGNOR =
      "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";

  /** How soon a client sees a new partition. With Kafka's 5 minutes its requests wait so long. */
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
    // With the new protocol the broker decides these, and the client refuses to be told.
    if (!settings.newGroupProtocol()) {
      long sessionMs = settings.number("session.timeout.ms", 10_000);
      defaults.put("partition.assignment.strategy", ASSIGNOR);
      // A killed worker's partitions are taken over after this.
      defaults.put("session.timeout.ms", Long.toString(sessionMs));
      defaults.put("heartbeat.interval.ms", Long.toString(Math.clamp(sessionMs / 3, 1, 3_000)));
    }
    // Values are at most 64 KiB: no need for Kafka's 50 MiB in one fetch, nor for its MiB of each
    // partition, which the consumer holds besides what the lanes do. These two count what is
    // compressed; what it becomes is bounded by the number of records. A MiB of headers becomes 45
    // MB, and a poll may bring a fetch of each broker: so no fetch is larger than one record may
    // be.
    defaults.put("metadata.max.age.ms", METADATA_MAX_AGE_MS);
    defaults.put("max.poll.records", "200");
    defaults.put("fetch.max.bytes", Integer.toString(1 << 20));
    defaults.put("max.partition.fetch.bytes", Integer.toString(256 << 10));
    return defaults;
  }

  /**
   * A result that was not delivered while its transaction lived never will be, so the delivery ends
   * with the transaction; half of that for one request leaves time for a second try.
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
    // The loop stands still while a step of a transaction waits for its broker; with Kafka's 60
    // seconds a few steps in a row would take it out of its group.
    defaults.put("max.block.ms", "10000");
    // A transaction that follows at once finds the last one still being written down: this is how
    // soon it asks again.
    defaults.put("retry.backoff.ms", "5");
    defaults.put("compression.type", "none");
    defaults.put("metadata.max.age.ms", METADATA_MAX_AGE_MS);
    return defaults;
  }
}
