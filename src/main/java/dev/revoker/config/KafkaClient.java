package dev.revoker.config;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

/** The three Kafka clients and Kafka's definitions of their settings. */
enum KafkaClient {
  CONSUMER("consumer."),
  PRODUCER("producer."),
  ADMIN("admin.");

  private static final Map<KafkaClient, Map<String, ConfigDef.ConfigKey>> DEFINITIONS =
      Map.of(
          CONSUMER, ConsumerConfig.configDef().configKeys(),
          PRODUCER, ProducerConfig.configDef().configKeys(),
          ADMIN, AdminClientConfig.configDef().configKeys());

  private final String prefix;

  KafkaClient(String prefix) {
    this.prefix = prefix;
  }

  /** The key prefix of settings for this client only. */
  String prefix() {
    return prefix;
  }

  /** The names of all its settings. */
  Set<String> names() {
    return definitions().keySet();
  }

  ConfigDef.@Nullable ConfigKey definition(String name) {
    return definitions().get(name);
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

  private Map<String, ConfigDef.ConfigKey> definitions() {
    return DEFINITIONS.getOrDefault(this, Map.of());
  }
}
