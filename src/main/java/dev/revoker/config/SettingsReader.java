package dev.revoker.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings by key. Keeps track of the keys that were read, of mistakes, and of the report. A
 * method that finds a wrong value reports it and returns the default, so that one load finds all
 * mistakes.
 */
final class SettingsReader {
  private final Map<String, Setting> given;
  private final Map<String, Setting> left;
  private final Problems problems;
  private final ConfigReport report = new ConfigReport();

  SettingsReader(Map<String, Setting> given, Problems problems) {
    this.given = given;
    this.left = new HashMap<>(given);
    this.problems = problems;
  }

  Problems problems() {
    return problems;
  }

  ConfigReport report() {
    return report;
  }

  /** Whether the key was set, valid or not. */
  boolean has(String key) {
    return given.containsKey(key);
  }

  /** The setting, or null if it was not set. Marks the key as known. */
  @Nullable Setting take(String key) {
    left.remove(key);
    return given.get(key);
  }

  /** The settings whose key matches, in order. Marks their keys as known. */
  List<Setting> takeAll(Predicate<String> fits) {
    List<Setting> taken = given.values().stream().filter(s -> fits.test(s.key())).toList();
    taken.forEach(s -> left.remove(s.key()));
    return taken;
  }

  /** The keys that were set and match, sorted. */
  List<String> keys(Predicate<String> fits) {
    return given.keySet().stream().filter(fits).sorted().toList();
  }

  /** Whether the key is marked as known. */
  boolean taken(String key) {
    return !left.containsKey(key);
  }

  /** The settings whose keys are not marked as known, in order. */
  Collection<Setting> unknown() {
    Collection<Setting> unknown = new ArrayList<>(given.values());
    unknown.removeIf(s -> taken(s.key()));
    return unknown;
  }

  /**
   * The setting if it was set, is not empty and has no reported mistake; else null. Adds it to the
   * report.
   */
  @Nullable Setting usable(String key) {
    Setting setting = take(key);
    if (setting == null || problems.has(key)) {
      return null;
    }
    if (setting.text().isEmpty()) {
      problems.wrong(setting, "must not be empty; leave the key out for its default");
      return null;
    }
    report.given(setting);
    return setting;
  }

  /** The key with its value, for an error message about another key. */
  String shown(Key key, Object value) {
    Setting setting = given.get(key.name());
    return setting == null
        ? String.format(Locale.ROOT, "%s (%s, the default)", key.name(), value)
        : String.format(Locale.ROOT, "%s (%s)", key.name(), setting.shown());
  }

  String text(Key.Text key, Predicate<String> allowed) {
    Setting setting = usable(key.name());
    if (setting == null) {
      if (!has(key.name())) {
        report.byDefault(key.name(), key.byDefault());
      }
      return key.byDefault();
    }
    if (!allowed.test(setting.text())) {
      problems.wrong(setting, "must be " + key.allowed());
    }
    return setting.text();
  }

  boolean flag(Key.Flag key) {
    Setting setting = usable(key.name());
    if (setting == null) {
      report.byDefault(key.name(), key.byDefault());
      return key.value();
    }
    String text = setting.text();
    if (!text.equals("true") && !text.equals("false")) {
      problems.wrong(setting, "must be " + key.allowed());
    }
    return text.equals("true");
  }

  long whole(Key.Whole key) {
    return whole(key, key.value());
  }

  /** As {@link #whole(Key.Whole)}, with a default that follows from other keys. */
  long whole(Key.Whole key, long byDefault) {
    Setting setting = usable(key.name());
    if (setting == null) {
      report.byDefault(key.name(), Long.toString(byDefault));
      return byDefault;
    }
    // Eighteen digits fit a long.
    if (setting.text().matches("-?[0-9]{1,18}")) {
      long value = Long.parseLong(setting.text());
      if (value >= key.min() && value <= key.max()) {
        return value;
      }
    }
    problems.wrong(setting, "must be " + key.allowed());
    return byDefault;
  }

  float decimal(Key.Decimal key) {
    Setting setting = usable(key.name());
    if (setting == null) {
      report.byDefault(key.name(), key.byDefault());
      return key.value();
    }
    if (setting.text().matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
      float value = Float.parseFloat(setting.text());
      if (value >= key.min() && value <= key.max()) {
        return value;
      }
    }
    problems.wrong(setting, "must be " + key.allowed());
    return key.value();
  }

  /** Reports a contradiction if the lower value exceeds the higher; both must have been read. */
  void notMore(Key.Whole lower, long lowerValue, Key.Whole higher, long higherValue) {
    Setting setting = given.get(lower.name());
    if (setting != null && lowerValue > higherValue && !problems.has(lower.name(), higher.name())) {
      problems.wrong(setting, "must not be more than " + shown(higher, higherValue));
    }
  }
}
