package dev.revoker.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Merges the file's settings and the environment's, which take precedence. */
final class Sources {
  private Sources() {}

  /** The settings by key, in the order of the file and then of the variables' names. */
  static Map<String, Setting> merged(
      List<Setting> file, List<Setting> environment, Problems problems) {
    Map<String, Setting> merged = new LinkedHashMap<>();
    for (Setting setting : file) {
      Setting earlier = merged.put(setting.key(), setting);
      if (earlier != null) {
        problems.note(
            Redaction.showable(setting) ? setting.key() : "a key of the file",
            String.format(
                Locale.ROOT,
                "is set twice, in lines %d and %d; keep one",
                earlier.line(),
                setting.line()));
      }
    }
    for (Setting setting : environment) {
      Setting earlier = merged.put(setting.key(), setting);
      if (earlier != null && earlier.variable() != null) {
        problems.note(
            setting.key(),
            String.format(
                Locale.ROOT,
                "is set twice, by %s and %s; keep one",
                earlier.variable(),
                setting.variable()));
      }
    }
    return merged;
  }
}
