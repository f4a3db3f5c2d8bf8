package dev.revoker.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Collects every mistake in the configuration, one line each, to report all of them at once. */
final class Problems {
  private final List<String> lines = new ArrayList<>();
  private final Set<String> blamed = new HashSet<>();

  /** Reports a wrong value; the text says what is allowed. */
  void wrong(Setting setting, String text) {
    blamed.add(setting.key());
    lines.add(String.format(Locale.ROOT, "%s%s: %s", setting, from(setting), text));
  }

  /** Reports a mistake about a key without showing a value. */
  void wrong(String key, String text) {
    blamed.add(key);
    lines.add(key + ": " + text);
  }

  /** Reports a setting whose reference leads to no value. */
  void unresolved(Setting setting, String shownKey, String why) {
    blamed.add(setting.key());
    lines.add(
        String.format(
            Locale.ROOT,
            "%s%s: its reference cannot be resolved: %s",
            shownKey,
            from(setting),
            why));
  }

  /** Reports a mistake that belongs to no key. */
  void note(String subject, String text) {
    lines.add(subject + ": " + text);
  }

  /** Whether a mistake in one of these keys is already reported; then skip dependent checks. */
  boolean has(String... keys) {
    return List.of(keys).stream().anyMatch(blamed::contains);
  }

  private static String from(Setting setting) {
    return setting.variable() == null ? "" : " (" + setting.variable() + ")";
  }

  boolean isEmpty() {
    return lines.isEmpty();
  }

  List<String> lines() {
    return List.copyOf(lines);
  }
}
