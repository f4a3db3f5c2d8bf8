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
 * A reference <code>${provider:path:key}</code> in a value. The reference itself is not secret; the
 * value that it leads to is.
 */
record Reference(String provider, String path, String key) {
  /** The references that Kafka would find in this value. */
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
   * Why the provider cannot resolve this reference, or null if it may be able to. Checked first
   * because Kafka's providers log a missing file themselves, some with a stack trace.
   */
  @Nullable String cannotWork() {
    return switch (provider) {
      case "env" -> path.isEmpty() ? null : "${env:NAME} takes a name and no path";
      case "file" -> path.isEmpty() ? "${file:PATH:KEY} takes a path and a key" : unreadable();
      case "dir" -> path.isEmpty() ? "${dir:PATH:FILE} takes a path and a file" : unreadable();
      default -> "only ${env:NAME}, ${file:PATH:KEY} and ${dir:PATH:FILE} are known";
    };
  }

  /** The error text if the provider finds nothing. */
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
      return shown(path) + " is not a path";
    }
  }

  private @Nullable String unreadableFolder(Path folder) {
    if (!Files.isDirectory(folder)) {
      return String.format(Locale.ROOT, "the folder %s does not exist", shown(path));
    }
    if (!Files.isReadable(folder)) {
      return String.format(Locale.ROOT, "the folder %s cannot be read", shown(path));
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
        : String.format(Locale.ROOT, "the file %s cannot be read", shown(file.toString()));
  }

  private static String shown(String name) {
    return Redaction.value("", name);
  }
}
