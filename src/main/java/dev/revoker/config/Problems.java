package dev.revoker.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Collects what is wrong, one line each, so that all of it is told at once. */
final class Problems {
  private final List<String> lines = new ArrayList<>();
  private final Set<String> blamed = new HashSet<>();

  /** The value of a setting is wrong; the text says what is allowed. */
  void wrong(Setting setting, String text) {
    blamed.add(setting.key());
    lines.add(String.format(Locale.ROOT, "%s%s: %s", setting, from(setting), text));
  }

  /** Something is wrong about a key that has no value, or has one that must not be shown. */
  void wrong(String key, String text) {
    blamed.add(key);
    lines.add(key + ": " + text);
  }

  /** A setting has no value, because what it refers to is not there. */
  void unresolved(Setting setting, String shownKey, String why) {
    blamed.add(setting.key());
    lines.add(
        String.format(
            Locale.ROOT,
            "%s%s: its reference can not be resolved: %s",
            shownKey,
            from(setting),
            why));
  }

  /** Something is wrong beside any value; whatever value there is may still be looked at. */
  void note(String subject, String text) {
    lines.add(subject + ": " + text);
  }

  /** Whether one of these is wrong already, so that what follows from it need not be told. */
  boolean blame(String... keys) {
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
