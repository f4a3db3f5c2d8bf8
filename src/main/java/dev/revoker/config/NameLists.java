package dev.revoker.config;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lists of names ({@code lanes}, {@code accounts}) and the keys of each name, {@code
 * <prefix><name>.<rest>}.
 */
final class NameLists {
  private NameLists() {}

  /** The names in order, or null if the text is not such a list. */
  static @Nullable List<String> parse(String text, Pattern name, int most) {
    Set<String> names = new LinkedHashSet<>();
    for (String part : text.split(",", -1)) {
      if (!name.matcher(part.strip()).matches() || !names.add(part.strip())) {
        return null;
      }
    }
    return names.size() <= most ? List.copyOf(names) : null;
  }

  /**
   * Reports each name that has keys but is not in the list, once. Keys that no name can have are
   * left to {@link UnknownKeys}.
   */
  static void reportUnlisted(
      SettingsReader in, String prefix, List<String> names, String rests, String complaint) {
    Map<String, Setting> first = new LinkedHashMap<>();
    in.takeAll(
            key ->
                key.startsWith(prefix)
                    && key.indexOf('.', prefix.length()) > 0
                    && key.substring(key.indexOf('.', prefix.length()) + 1).matches(rests)
                    && !names.contains(nameIn(key, prefix)))
        .forEach(setting -> first.putIfAbsent(nameIn(setting.key(), prefix), setting));
    first.values().forEach(setting -> in.problems().wrong(setting, complaint));
  }

  private static String nameIn(String key, String prefix) {
    return key.substring(prefix.length(), key.indexOf('.', prefix.length()));
  }
}
