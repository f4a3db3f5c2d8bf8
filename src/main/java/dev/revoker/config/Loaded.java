package dev.revoker.config;

import java.util.List;
import java.util.Locale;

/** The result of loading a configuration. No text in it shows a secret. */
public sealed interface Loaded {
  /**
   * A valid configuration.
   *
   * @param values the whole configuration, sorted by key
   * @param warnings what is allowed but probably not meant, one line each
   */
  record Valid(Config config, List<Value> values, List<String> warnings) implements Loaded {
    /** The whole configuration as {@code key = value (origin)}. */
    public List<String> lines() {
      return values.stream().map(Value::toString).toList();
    }
  }

  /**
   * One value of the configuration.
   *
   * @param value masked if it is or may be secret
   * @param origin {@code file}, {@code environment}, {@code default}, or {@code fixed} for a Kafka
   *     setting that the guarantees depend on
   */
  record Value(String key, String value, String origin) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s = %s (%s)", key, value, origin);
    }
  }

  /**
   * An invalid configuration.
   *
   * @param problems all of them, one line each: the key, its value (masked if it is or may be
   *     secret), and what is allowed
   */
  record Invalid(List<String> problems) implements Loaded {}
}
