package dev.revoker.config;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The operator's settings for one client, by Kafka's names. The client's own settings override the
 * common ones.
 */
record KafkaSettings(KafkaClient client, Map<String, Setting> given) {
  KafkaSettings {
    given = new TreeMap<>(given);
  }

  @Nullable Setting setting(String name) {
    return given.get(name);
  }

  boolean has(String name) {
    return given.containsKey(name);
  }

  /** The text in lower case, or the default. */
  String word(String name, String byDefault) {
    Setting setting = given.get(name);
    return setting == null ? byDefault : setting.text().toLowerCase(Locale.ROOT);
  }

  /** The number, or the default if the setting is absent or not a number. */
  long number(String name, long byDefault) {
    Setting setting = given.get(name);
    return setting == null || !setting.text().matches("[0-9]{1,18}")
        ? byDefault
        : Long.parseLong(setting.text());
  }

  /** Whether the consumer uses KIP-848's group protocol. */
  boolean newGroupProtocol() {
    return word("group.protocol", "classic").equals("consumer");
  }
}
