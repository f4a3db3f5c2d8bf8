package dev.revoker.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import org.apache.kafka.common.config.ConfigTransformer;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a value between <code>${</code> and <code>}</code>: where to find a part of the
 * value. The names in it are no secrets; what it leads to is.
 */
record Reference(String provider, String path, String key) {
  /** All that Kafka would see as one in this value. */
  static List<Reference> in(String value) {
    List<Reference> found = new ArrayList<>();
    Matcher matcher = ConfigTransformer.DEFAULT_PATTERN.matcher(value);
    while (matcher.find()) {
      String path = matcher.group(3) == null ? "" : matcher.group(3);
      found.add(new Reference(matcher.group(1), path, matcher.group(4)));
    }
    return found;
  }

  /**
   * Why there is no sense in asking the provider, or null where it may be asked. Kafka's providers
   * log what is missing, some with a stack trace, before they say so; so look first.
   */
  @Nullable String cannotWork() {
    return switch (provider) {
      case "env" -> path.isEmpty() ? null : "${env:NAME} takes a name and no path";
      case "file" -> path.isEmpty() ? "${file:PATH:KEY} takes a path and a key" : unreadable();
      case "dir" -> path.isEmpty() ? "${dir:PATH:FILE} takes a path and a file" : unreadable();
      default -> "only ${env:NAME}, ${file:PATH:KEY} and ${dir:PATH:FILE} are known";
    };
  }

  /** What is missing if the provider has nothing. */
  String notThere() {
    String name = shown(key);
    return switch (provider) {
      case "env" -> String.format(Locale.ROOT, "the variable %s is not set", name);
      case "dir" -> String.format(Locale.ROOT, "the folder %s has no file %s", shown(path), name);
      default -> String.format(Locale.ROOT, "the file %s has no key %s", shown(path), name);
    };
  }

  private @Nullable String unreadable() {
    try {
      Path place = Path.of(path);
      return provider.equals("dir") ? unreadableFolder(place) : unreadableFile(place);
    } catch (InvalidPathException e) {
      return shown(path) + " is no path";
    }
  }

  private @Nullable String unreadableFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      return String.format(Locale.ROOT, "the folder %s does not exist", shown(path));
    }
    if (!Files.isReadable(folder)) {
      return String.format(Locale.ROOT, "the folder %s can not be read", shown(path));
    }
    Path file = folder.resolve(key);
    return Files.isRegularFile(file) ? unreadableFile(file) : null;
  }

  private static @Nullable String unreadableFile(Path file) {
    if (!Files.exists(file)) {
      return String.format(Locale.ROOT, "the file %s does not exist", shown(file.toString()));
    }
    return Files.isReadable(file) && !Files.isDirectory(file)
        ? null
        : String.format(Locale.ROOT, "the file %s can not be read", shown(file.toString()));
  }

  private static String shown(String name) {
    return Redaction.value("", name);
  }
}
