package dev.revoker.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A list of different names, separated by commas. */
final class Names {
  private Names() {}

  /** The names in order, or null where there is no such list in the text. */
  static @Nullable List<String> parse(String text, Pattern name, int most) {
    Set<String> names = new LinkedHashSet<>();
    for (String part : text.split(",", -1)) {
      if (!name.matcher(part.strip()).matches() || !names.add(part.strip())) {
        return null;
      }
    }
    return names.size() <= most ? List.copyOf(names) : null;
  }
}
