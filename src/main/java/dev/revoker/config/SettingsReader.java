package dev.revoker.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the sections of the configuration read from. A section names each of its keys once, with its
 * default and what is allowed; that declares the key for the documentation and for the search for
 * unknown keys. A method that finds a wrong value reports it and returns the default, so that one
 * load finds all mistakes.
 */
final class SettingsReader {
  /**
   * A key as the documentation shows it.
   *
   * @param allowed to follow "must be" in an error message
   */
  record Key(String name, String byDefault, String allowed) {}

  static final String NONE = "none";
  static final long HOUR_MS = 3_600_000;
  static final long DAY_MS = 24 * HOUR_MS;

  private final Map<String, Setting> given = new LinkedHashMap<>();
  private final Set<String> known = new HashSet<>();
  private final Map<String, Key> declared = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final Set<String> blamed = new HashSet<>();
  private final SortedMap<String, Loaded.Value> values = new TreeMap<>();
  private final Set<String> warnings = new LinkedHashSet<>();

  /** Adds a setting. A variable overrides the file; otherwise a key may be set only once. */
  void add(Setting setting) {
    Setting earlier = given.put(setting.key(), setting);
    if (earlier == null || (earlier.variable() == null) != (setting.variable() == null)) {
      return;
    }
    boolean file = setting.variable() == null;
    note(
        file && !Redaction.showable(setting) ? "a key of the file" : setting.key(),
        String.format(
            Locale.ROOT,
            file
                ? "is set twice, in lines %s and %s; keep one"
                : "is set twice, by %s and %s; keep one",
            file ? earlier.line() : earlier.variable(),
            file ? setting.line() : setting.variable()));
  }

  /** Ignores the settings whose key matches. */
  void drop(Predicate<String> unwanted) {
    given.keySet().removeIf(unwanted);
  }

  /** Replaces references by what they lead to; reports a setting whose reference leads nowhere. */
  void resolve(References references) {
    given.replaceAll(
        (key, setting) ->
            switch (references.resolve(setting.written())) {
              case References.Value(String text) -> setting.withResolved(text);
              case References.Failure(String why) -> {
                blamed.add(key);
                // The key may be unknown and then a part of a secret.
                note(
                    Redaction.showable(setting) ? key + setting.where() : "line " + setting.line(),
                    "its reference cannot be resolved: " + why);
                yield setting;
              }
            });
  }

  // Mistakes, warnings and the report

  /** Reports a mistake that belongs to no key. */
  void note(String subject, String text) {
    problems.add(subject + ": " + text);
  }

  /** Reports a wrong value; the text says what is allowed. */
  void wrong(Setting setting, String text) {
    blamed.add(setting.key());
    note(setting + setting.where(), text);
  }

  /** Reports a mistake about a key without showing a value. */
  void wrong(String key, String text) {
    blamed.add(key);
    note(key, text);
  }

  /** Whether a mistake in one of these keys is reported; then skip the checks that depend on it. */
  boolean blamed(String... keys) {
    return List.of(keys).stream().anyMatch(blamed::contains);
  }

  void warn(String key, String text) {
    warnings.add(key + ": " + text);
  }

  /** Adds a setting to the report. */
  void show(Setting setting) {
    show(setting.key(), setting.shown(), setting.origin());
  }

  /** Adds a value to the report. */
  void show(String key, String value, String origin) {
    values.put(key, new Loaded.Value(key, value, origin));
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  List<Loaded.Value> values() {
    return List.copyOf(values.values());
  }

  List<String> warnings() {
    return List.copyOf(warnings);
  }

  // Reading

  /** Whether the key was set, valid or not. */
  boolean has(String key) {
    return given.containsKey(key);
  }

  /** The setting, or null if it was not set. Marks the key as known. */
  @Nullable Setting take(String key) {
    known.add(key);
    return given.get(key);
  }

  /** The settings whose key matches, in order. Marks their keys as known. */
  List<Setting> takeAll(Predicate<String> fits) {
    List<Setting> taken = given.values().stream().filter(s -> fits.test(s.key())).toList();
    taken.forEach(s -> known.add(s.key()));
    return taken;
  }

  /** The keys that were set and match, sorted. */
  List<String> keys(Predicate<String> fits) {
    return given.keySet().stream().filter(fits).sorted().toList();
  }

  boolean taken(String key) {
    return known.contains(key);
  }

  /** The settings that no section knows, in order. */
  List<Setting> unknown() {
    return given.values().stream().filter(s -> !taken(s.key())).toList();
  }

  /** All keys that were declared, in order. */
  Collection<Key> declared() {
    return declared.values();
  }

  long whole(String key, long byDefault, long min, long max) {
    return whole(key, byDefault, min, max, byDefault);
  }

  int integer(String key, int byDefault, int min, int max) {
    return (int) whole(key, byDefault, min, max);
  }

  /**
   * A whole number that may not exceed another key's value, which was read before. The default is
   * lowered to that value, so only two explicit settings can contradict each other.
   */
  long atMost(String higher, long value, String key, long byDefault, long max) {
    long read = whole(key, byDefault, 1, max, Math.min(byDefault, value));
    Setting setting = given.get(key);
    if (setting != null && read > value && !blamed(key, higher)) {
      wrong(setting, "must not be more than " + shown(higher, value));
    }
    return read;
  }

  private long whole(String key, long documented, long min, long max, long byDefault) {
    Long value =
        parsed(
            key,
            String.format(Locale.ROOT, "a whole number from %d to %d", min, max),
            Long.toString(documented),
            Long.toString(byDefault),
            text -> {
              // Eighteen digits fit a long.
              Long number = text.matches("-?[0-9]{1,18}") ? Long.valueOf(text) : null;
              return number != null && number >= min && number <= max ? number : null;
            });
    return value == null ? byDefault : value;
  }

  /** A percentage; decimals are allowed. */
  float percent(String key, int byDefault) {
    return read(
        key,
        "a number from 1 to 100",
        Integer.toString(byDefault),
        (float) byDefault,
        text -> {
          Float value = text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?") ? Float.valueOf(text) : null;
          return value != null && value >= 1 && value <= 100 ? value : null;
        });
  }

  boolean flag(String key, boolean byDefault) {
    return Boolean.parseBoolean(
        text(key, Boolean.toString(byDefault), "true or false", t -> t.matches("true|false")));
  }

  /** A text with a default. */
  String text(String key, String byDefault, String allowed, Predicate<String> fits) {
    return read(key, allowed, byDefault, byDefault, t -> fits.test(t) ? t : null);
  }

  /** A text that may be left out; null if it was left out or is wrong. */
  @Nullable String optional(String key, String allowed, Predicate<String> fits) {
    return parsed(key, allowed, t -> fits.test(t) ? t : null);
  }

  /** A value that may be left out; {@code parse} returns null for a wrong text. */
  <T> @Nullable T parsed(String key, String allowed, Function<String, @Nullable T> parse) {
    return parsed(key, allowed, NONE, NONE, parse);
  }

  /** A value with a default; {@code parse} returns null for a wrong text. */
  <T> T read(
      String key,
      String allowed,
      String shownDefault,
      T byDefault,
      Function<String, @Nullable T> parse) {
    T value = parsed(key, allowed, shownDefault, shownDefault, parse);
    return value == null ? byDefault : value;
  }

  private <T> @Nullable T parsed(
      String key,
      String allowed,
      String documented,
      String shownDefault,
      Function<String, @Nullable T> parse) {
    declare(key, documented, allowed);
    Setting setting = usable(key, shownDefault);
    if (setting == null) {
      return null;
    }
    T value = parse.apply(setting.text());
    if (value == null) {
      wrong(setting, "must be " + allowed);
    }
    return value;
  }

  /** Declares a key that the section reads by itself. */
  void declare(String key, String byDefault, String allowed) {
    declared.putIfAbsent(key, new Key(key, byDefault, allowed));
  }

  /**
   * The setting if it was set, is not empty and has no reported mistake; else null. Adds it or the
   * default to the report.
   */
  @Nullable Setting usable(String key, String byDefault) {
    Setting setting = take(key);
    if (setting == null) {
      show(key, byDefault, "default");
      return null;
    }
    if (blamed(key)) {
      return null;
    }
    if (setting.text().isEmpty()) {
      wrong(setting, "must not be empty; leave the key out for its default");
      return null;
    }
    show(setting);
    return setting;
  }

  /** The key with its value, for an error message about another key. */
  String shown(String key, Object value) {
    Setting setting = given.get(key);
    return setting == null
        ? String.format(Locale.ROOT, "%s (%s, the default)", key, value)
        : String.format(Locale.ROOT, "%s (%s)", key, setting.shown());
  }

  // Lists of names, and the keys of each name: <prefix><name>.<rest>

  /** The names in order, or null if the text is not a list of at most so many different names. */
  static @Nullable List<String> names(String text, Pattern name, int most) {
    Set<String> names = new LinkedHashSet<>();
    for (String part : text.split(",", -1)) {
      if (!name.matcher(part.strip()).matches() || !names.add(part.strip())) {
        return null;
      }
    }
    return names.size() <= most ? List.copyOf(names) : null;
  }

  /** Reports each name that has keys but is not in the list, once. */
  void wrongIfUnlisted(String prefix, List<String> names, String rests, String complaint) {
    Set<String> reported = new HashSet<>(names);
    Pattern keys = Pattern.compile(Pattern.quote(prefix) + "([^.]*)\\.(?:" + rests + ")");
    takeAll(key -> keys.matcher(key).matches())
        .forEach(
            setting -> {
              if (reported.add(keys.matcher(setting.key()).replaceFirst("$1"))) {
                wrong(setting, complaint);
              }
            });
  }
}
