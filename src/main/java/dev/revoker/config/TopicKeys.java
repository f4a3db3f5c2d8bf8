package dev.revoker.config;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the topic names: valid for Kafka, with our defaults, and no two the same. */
final class TopicKeys {
  static final String LEGAL = "a topic name: 1 to 249 of A-Z, a-z, 0-9, dot, - and _";

  private static final Map<String, String> BY_LANE =
      Map.of("urgent", "key-revocations.urgent", "standard", "key-revocations");

  private TopicKeys() {}

  static boolean legal(String name) {
    return name.matches("[A-Za-z0-9._-]{1,249}") && !name.equals(".") && !name.equals("..");
  }

  static String keyOf(String lane) {
    return "lane." + lane + ".topic";
  }

  /** The topic of a lane. Only the lanes urgent and standard have a default. */
  static String ofLane(SettingsReader in, String lane) {
    String key = keyOf(lane);
    String byDefault = BY_LANE.get(lane);
    if (byDefault == null && !in.has(key)) {
      in.problems()
          .wrong(
              key, "is required, because only the lanes urgent and standard have a default topic");
      return "";
    }
    return in.text(new Key.Text(key, byDefault == null ? "" : byDefault, LEGAL), TopicKeys::legal);
  }

  /** Reads {@code results.topic} and reports topics that are used twice. */
  static String results(SettingsReader in, List<Config.Lane> lanes) {
    String results = in.text(Keys.RESULTS_TOPIC, TopicKeys::legal);
    Map<String, String> keys = new HashMap<>();
    keys.put(results, Keys.RESULTS_TOPIC.name());
    for (Config.Lane lane : lanes) {
      String key = keyOf(lane.name());
      String other = keys.putIfAbsent(lane.topic(), key);
      if (other != null && !in.problems().has(key, other)) {
        same(in, key, other);
      }
    }
    return results;
  }

  private static void same(SettingsReader in, String key, String other) {
    // Report the key that the operator set.
    String blamed = in.has(key) ? key : other;
    Setting setting = in.take(blamed);
    String text =
        String.format(
            Locale.ROOT, "must not be the topic of %s too", blamed.equals(key) ? other : key);
    if (setting != null) {
      in.problems().wrong(setting, text);
    }
  }
}
