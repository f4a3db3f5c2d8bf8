package dev.revoker.config;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
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
 * own providers. A reference that Kafka would leave unresolved is a problem here.
 */
final class References {
  private final Map<String, ConfigProvider> providers;
  private final ConfigTransformer transformer;

  private References(Map<String, String> environment) {
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

  /** Resolves the references in all settings; reports a setting whose reference fails. */
  static Map<String, Setting> resolve(
      Map<String, Setting> settings, Map<String, String> environment, Problems problems) {
    References references = new References(environment);
    Map<String, Setting> resolved = new LinkedHashMap<>();
    settings.forEach((key, setting) -> resolved.put(key, references.resolve(setting, problems)));
    return resolved;
  }

  private Setting resolve(Setting setting, Problems problems) {
    String written = setting.written();
    for (Reference reference : Reference.in(written)) {
      String why = unresolvable(reference);
      if (why != null) {
        // The key may be unknown and then a part of a secret, so its value is not shown.
        String shown = Redaction.showable(setting) ? setting.key() : "line " + setting.line();
        problems.unresolved(setting, shown, why);
        return setting;
      }
    }
    String value = transformer.transform(Map.of("", written)).data().getOrDefault("", written);
    return setting.withResolved(value);
  }

  private @Nullable String unresolvable(Reference reference) {
    String why = reference.cannotWork();
    ConfigProvider provider = providers.get(reference.provider());
    if (why != null || provider == null) {
      return why;
    }
    try {
      Set<String> wanted = Set.of(reference.key());
      boolean there = provider.get(reference.path(), wanted).data().containsKey(reference.key());
      return there ? null : reference.notThere();
    } catch (ConfigException | IllegalArgumentException unreadable) {
      return "the provider cannot read it";
    }
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
