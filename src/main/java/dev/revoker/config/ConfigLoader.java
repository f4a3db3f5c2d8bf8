package dev.revoker.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Loads the configuration: reads a properties file, applies the environment over it, resolves
 * references, and validates. Reports all mistakes at once. Reads only files; has no state, so any
 * thread may call it.
 */
public final class ConfigLoader {
  private static final String FILE_VARIABLE = "REVOKER_CONFIG";

  private ConfigLoader() {}

  /**
   * Loads and checks everything.
   *
   * @param file the properties file in UTF-8; null for the file that the variable {@code
   *     REVOKER_CONFIG} names, or, without it, for the environment and the defaults alone
   * @param environment the process's variables; those that begin with {@code REVOKER_} are
   *     configuration
   * @return the configuration, or every problem found; an unreadable file is a problem too
   */
  public static Loaded load(@Nullable Path file, Map<String, String> environment) {
    return load(file, environment, true);
  }

  /**
   * As {@link #load}, for commands that only talk to the brokers. Ignores the accounts, the API's
   * proxy and the API's TLS settings, so that a machine that sends requests needs none of their
   * secrets.
   */
  public static Loaded loadWithoutAccounts(@Nullable Path file, Map<String, String> environment) {
    return load(file, environment, false);
  }

  private static Loaded load(
      @Nullable Path file, Map<String, String> environment, boolean withAccounts) {
    SettingsReader in = new SettingsReader();
    String named = environment.getOrDefault(FILE_VARIABLE, "");
    String path = file == null ? named : file.toString();
    if (!path.isEmpty()) {
      switch (PropertiesFile.read(path)) {
        case PropertiesFile.Unreadable(String why) -> {
          // The rest cannot be checked without the file's settings.
          String from = file == null ? FILE_VARIABLE + " = " : "";
          in.note(from + Redaction.value("", path), "the file " + why);
          return new Loaded.Invalid(in.problems());
        }
        case PropertiesFile.Read(List<Setting> settings, List<Integer> brokenLines) -> {
          brokenLines.forEach(
              line -> in.note("line " + line, "a \\u must be followed by four hex digits"));
          settings.forEach(in::add);
        }
      }
    }
    Environment.settings(environment).forEach(in::add);
    if (!withAccounts) {
      in.drop(key -> Accounts.owns(key) || ApiConfig.owns(key));
    }
    in.resolve(new References(environment));
    warnOfServiceLinks(in, Environment.serviceLinks(environment));
    Config config = Config.read(in, withAccounts);
    UnknownKeys.report(in);
    return in.problems().isEmpty()
        ? new Loaded.Valid(config, in.values(), in.warnings())
        : new Loaded.Invalid(in.problems());
  }

  private static void warnOfServiceLinks(SettingsReader in, List<String> variables) {
    if (!variables.isEmpty()) {
      in.warn(
          variables.getFirst(),
          String.format(
              Locale.ROOT,
              "ignored, and %d more variables like it: Kubernetes sets them for a Service"
                  + " (enableServiceLinks)",
              variables.size() - 1));
    }
  }
}
