package dev.revoker.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

/**
 * The three Kafka clients: Kafka's definitions of their settings, our defaults, and the settings
 * that the guarantees depend on.
 */
@SuppressWarnings("ImmutableEnumChecker") // Nobody changes the maps and lists.
enum KafkaClient {
  CONSUMER(
      "consumer.",
      ConsumerConfig.configDef(),
      never("group.id", "the key for it is group.id"),
      never("key.deserializer", "the worker reads bytes"),
      never("value.deserializer", "the worker reads bytes"),
      never("share.acknowledgement.mode", "the worker is no share consumer"),
      never("share.acquire.mode", "the worker is no share consumer"),
      only(
          "enable.auto.commit",
          "progress commits together with the results, or not at all",
          "false"),
      only(
          "isolation.level",
          "a request in an aborted transaction does not count",
          "read_committed"),
      only("auto.offset.reset", "any other value would skip requests", "earliest", "none"),
      only("allow.auto.create.topics", "only create.topics creates topics", "false")),
  PRODUCER(
      "producer.",
      ProducerConfig.configDef(),
      never("key.serializer", "the worker writes bytes"),
      never("value.serializer", "the worker writes bytes"),
      never("transactional.id", "the worker names its transactions itself"),
      only(
          "transaction.two.phase.commit.enable",
          "results and progress commit in one transaction of the worker's own",
          "false"),
      only("enable.idempotence", "a retried send must not write a result twice", "true"),
      only("acks", "a result must outlive the loss of a broker", "all", "-1"),
      only("retries", "delivery.timeout.ms ends the retries, not their number", "2147483647"),
      only(
          "max.in.flight.requests.per.connection",
          "an idempotent producer keeps the order of records only up to 5",
          "5",
          "4",
          "3",
          "2",
          "1")),
  ADMIN(
      "admin.",
      AdminClientConfig.configDef(),
      never("bootstrap.controllers", "all clients use the brokers of bootstrap.servers"));

  /**
   * A setting that the guarantees depend on.
   *
   * @param name as Kafka has it
   * @param allowed the allowed values, the default first; empty if only the code may set it
   * @param why the reason, to follow "because" in an error message
   */
  record FixedSetting(String name, List<String> allowed, String why) {
    boolean allows(String value) {
      return allowed.contains(value.toLowerCase(Locale.ROOT));
    }

    /** The error text for any other value. */
    String demand() {
      return allowed.isEmpty()
          ? "must not be set, because " + why
          : String.format(Locale.ROOT, "must be %s, because %s", String.join(" or ", allowed), why);
    }
  }

  /** The operator's settings for one client, by Kafka's names. */
  record Given(Map<String, Setting> byName) {
    Given {
      byName = new TreeMap<>(byName);
    }

    @Nullable Setting get(String name) {
      return byName.get(name);
    }

    boolean has(String name) {
      return byName.containsKey(name);
    }

    /** The text in lower case, or the default. */
    String word(String name, String byDefault) {
      Setting setting = byName.get(name);
      return setting == null ? byDefault : setting.text().toLowerCase(Locale.ROOT);
    }

    /** The number, or the default if the setting is absent or not a number. */
    long number(String name, long byDefault) {
      Setting setting = byName.get(name);
      return setting == null || !setting.text().matches("[0-9]{1,18}")
          ? byDefault
          : Long.parseLong(setting.text());
    }

    /** Whether the consumer uses KIP-848's group protocol. */
    boolean newGroupProtocol() {
      return word("group.protocol", "classic").equals("consumer");
    }
  }

  /** How soon a client sees a new partition. With Kafka's default its requests wait 5 minutes. */
  private static final String METADATA_MAX_AGE_MS = "10000";

  private static final List<FixedSetting> OF_ALL =
      List.of(
          never("bootstrap.servers", "all clients use the brokers of bootstrap.servers"),
          never("config.providers", "${env:..}, ${file:..} and ${dir:..} are resolved already"));

  private final String prefix;
  private final Map<String, ConfigDef.ConfigKey> definitions;
  private final List<FixedSetting> fixed;

  KafkaClient(String prefix, ConfigDef definitions, FixedSetting... fixed) {
    this.prefix = prefix;
    this.definitions = definitions.configKeys();
    this.fixed = List.of(fixed);
  }

  private static FixedSetting never(String name, String why) {
    return new FixedSetting(name, List.of(), why);
  }

  private static FixedSetting only(String name, String why, String... allowed) {
    return new FixedSetting(name, List.of(allowed), why);
  }

  /** The key prefix of settings for this client only. */
  String prefix() {
    return prefix;
  }

  /** The names of all its settings. */
  Set<String> names() {
    return definitions.keySet();
  }

  ConfigDef.@Nullable ConfigKey definition(String name) {
    return definitions.get(name);
  }

  List<FixedSetting> fixed() {
    return Stream.concat(OF_ALL.stream(), fixed.stream()).toList();
  }

  @Nullable FixedSetting fixed(String name) {
    return fixed().stream().filter(one -> one.name().equals(name)).findFirst().orElse(null);
  }

  /** Whether the key, with or without a client's prefix, is a setting that Kafka itself hides. */
  static boolean holdsSecret(String key) {
    for (KafkaClient client : values()) {
      String name = key.startsWith(client.prefix) ? key.substring(client.prefix.length()) : key;
      ConfigDef.ConfigKey definition = client.definition(name);
      if (definition != null && definition.type == ConfigDef.Type.PASSWORD) {
        return true;
      }
    }
    return false;
  }

  /** Whether the key is a Kafka setting that goes to every client. All three clients know it. */
  static boolean common(String key) {
    return ADMIN.names().contains(key) && commonShape(key);
  }

  /** Whether the key has the form of a common setting, known to Kafka or not. */
  static boolean commonShape(String key) {
    return key.equals("security.protocol")
        || key.equals("client.id")
        || key.startsWith("sasl.")
        || key.startsWith("ssl.");
  }

  /**
   * Defaults that differ from Kafka's own, or that must not change with a new Kafka version. The
   * operator may override each of them. A default that depends on another setting follows it.
   */
  Map<String, String> defaults(Given given) {
    return switch (this) {
      case CONSUMER -> consumer(given);
      case PRODUCER -> producer(given);
      case ADMIN -> Map.of();
    };
  }

  private static Map<String, String> consumer(Given given) {
    Map<String, String> defaults = new LinkedHashMap<>();
    // With the new protocol the broker sets these, and the client rejects them.
    if (!given.newGroupProtocol()) {
      long sessionMs = given.number("session.timeout.ms", KafkaConfig.DEFAULT_SESSION_TIMEOUT_MS);
      defaults.put(
          "partition.assignment.strategy",
          "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
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
  private static Map<String, String> producer(Given given) {
    long transactionMs = given.number("transaction.timeout.ms", 10_000);
    long lingerMs = given.number("linger.ms", 0);
    long deliveryMs = given.number("delivery.timeout.ms", Math.min(10_000, transactionMs));
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
