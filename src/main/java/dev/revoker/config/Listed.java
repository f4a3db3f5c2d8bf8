package dev.revoker.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keys of a named thing, {@code <prefix><name>.<rest>}, whose names stand in a list elsewhere. */
final class Listed {
  private Listed() {}

  /**
   * Tells of keys that would be right if their name stood in the list: once for each name, however
   * many keys it has. Others are left alone.
   */
  static void tellUnlisted(
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
