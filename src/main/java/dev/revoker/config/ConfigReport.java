package dev.revoker.config;

import dev.revoker.model.Secret;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The configuration as it is printed: masked, sorted, with where each value comes from. */
final class ConfigReport {
  private final SortedMap<String, String> lines = new TreeMap<>();
  private final Set<String> warnings = new LinkedHashSet<>();

  void given(Setting setting) {
    lines.put(setting.key(), String.format(Locale.ROOT, "%s (%s)", setting, setting.origin()));
  }

  /** A setting that neither Revoker nor Kafka knows: its value may be a secret, so it is masked. */
  void hidden(Setting setting) {
    lines.put(
        setting.key(),
        String.format(Locale.ROOT, "%s = %s (%s)", setting.key(), Secret.MASK, setting.origin()));
  }

  void byDefault(String key, String value) {
    lines.put(
        key, String.format(Locale.ROOT, "%s = %s (default)", key, Redaction.value(key, value)));
  }

  /** A setting that has no default and was not set. */
  void unset(String key) {
    lines.put(key, String.format(Locale.ROOT, "%s = none (default)", key));
  }

  void fixed(String key, String value) {
    lines.put(key, String.format(Locale.ROOT, "%s = %s (fixed)", key, Redaction.value(key, value)));
  }

  void warn(String key, String text) {
    warnings.add(key + ": " + text);
  }

  List<String> lines() {
    return List.copyOf(lines.values());
  }

  List<String> warnings() {
    return List.copyOf(warnings);
  }
}
