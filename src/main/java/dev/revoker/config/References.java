package dev.revoker.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import org.apache.kafka.common.config.ConfigData;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigTransformer;
import org.apache.kafka.common.config.provider.ConfigProvider;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Resolves {@code ${env:NAME}}, {@code ${file:PATH:KEY}} and {@code ${dir:PATH:FILE}} with Kafka's
 * own providers. A reference that Kafka would leave unresolved is a mistake here. The reference
 * itself is not secret; the value that it leads to is.
 */
final class References {
  /** A value with its references resolved, or why one of them cannot be. */
  sealed interface Resolved {}

  record Value(String text) implements Resolved {}

  record Failure(String why) implements Resolved {}

  private final Map<String, ConfigProvider> providers;
  private final ConfigTransformer transformer;

  References(Map<String, String> environment) {
    EnvVarConfigProvider env = new EnvVarConfigProvider(environment);
    // This is the default, but the provider logs a line if it is not set.
    env.configure(Map.of(EnvVarConfigProvider.ALLOWLIST_PATTERN_CONFIG, "(?s).*"));
    FileConfigProvider file = new FileConfigProvider();
    file.configure(Map.of());
    DirectoryConfigProvider dir = new Folder();
    dir.configure(Map.of());
    providers = Map.of("env", env, "file", file, "dir", dir);
    transformer = new ConfigTransformer(providers);
  }

  Resolved resolve(String written) {
    Matcher found = ConfigTransformer.DEFAULT_PATTERN.matcher(written);
    while (found.find()) {
      String why =
          mistake(found.group(1), Objects.requireNonNullElse(found.group(3), ""), found.group(4));
      if (why != null) {
        return new Failure(why);
      }
    }
    return new Value(transformer.transform(Map.of("", written)).data().getOrDefault("", written));
  }

  private @Nullable String mistake(String name, String path, String key) {
    ConfigProvider provider = providers.get(name);
    if (provider == null) {
      return "only ${env:NAME}, ${file:PATH:KEY} and ${dir:PATH:FILE} are known";
    }
    String why = cannotWork(name, path, key);
    if (why != null) {
      return why;
    }
    try {
      return provider.get(path, Set.of(key)).data().containsKey(key)
          ? null
          : notThere(name, shown(path), shown(key));
    } catch (ConfigException | IllegalArgumentException unreadable) {
      return "the provider cannot read it";
    }
  }

  /** Checked first because Kafka's providers log a missing file, some with a stack trace. */
  private static @Nullable String cannotWork(String provider, String path, String key) {
    try {
      return switch (provider) {
        case "env" -> path.isEmpty() ? null : "${env:NAME} takes a name and no path";
        case "file" ->
            path.isEmpty() ? "${file:PATH:KEY} takes a path and a key" : file(Path.of(path));
        default -> path.isEmpty() ? "${dir:PATH:FILE} takes a path and a file" : folder(path, key);
      };
    } catch (InvalidPathException e) {
      return shown(path) + " is not a path";
    }
  }

  private static String notThere(String provider, String path, String key) {
    return switch (provider) {
      case "env" -> String.format(Locale.ROOT, "the variable %s is not set", key);
      case "file" -> String.format(Locale.ROOT, "the file %s has no key %s", path, key);
      default -> String.format(Locale.ROOT, "the folder %s has no file %s", path, key);
    };
  }

  private static @Nullable String folder(String path, String name) {
    Path folder = Path.of(path);
    if (!Files.isDirectory(folder) || !Files.isReadable(folder)) {
      return String.format(
          Locale.ROOT,
          "the folder %s %s",
          shown(path),
          Files.isDirectory(folder) ? "cannot be read" : "does not exist");
    }
    Path file = folder.resolve(name);
    return Files.isRegularFile(file) ? file(file) : null;
  }

  private static @Nullable String file(Path file) {
    boolean readable = Files.isReadable(file) && !Files.isDirectory(file);
    return readable
        ? null
        : String.format(
            Locale.ROOT,
            "the file %s %s",
            shown(file.toString()),
            Files.exists(file) ? "cannot be read" : "does not exist");
  }

  private static String shown(String name) {
    return Redaction.value("", name);
  }

  /** Removes the line break at the end of a file, which is not part of the value. */
  private static final class Folder extends DirectoryConfigProvider {
    @Override
    public ConfigData get(String path, Set<String> keys) {
      Map<String, String> trimmed = new HashMap<>(super.get(path, keys).data());
      trimmed.replaceAll((name, text) -> text.replaceFirst("\\R\\z", ""));
      return new ConfigData(trimmed);
    }
  }
}
