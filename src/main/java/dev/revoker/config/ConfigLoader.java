package dev.revoker.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Loads the configuration: reads a properties file, applies the environment over it, resolves
 * references, and validates. Reports all mistakes at once. Reads only files; has no state, so any
 * thread may call it.
 */
public final class ConfigLoader {
  private static final String PREFIX = "REVOKER_";
  private static final String FILE_VARIABLE = "REVOKER_CONFIG";

  /** Variables that are not keys. */
  private static final Set<String> OTHERS =
      Set.of(
          FILE_VARIABLE,
          "REVOKER_LOG_FORMAT",
          "REVOKER_LOG_LEVEL",
          "REVOKER_JAVA_OPTS",
          "REVOKER_HOME");

  /** Kubernetes sets these in every container of a namespace with a Service {@code revoker...}. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "REVOKER_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

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
      String why = PropertiesFile.read(path, in);
      if (why != null) {
        // The rest cannot be checked without the file's settings.
        String from = file == null ? FILE_VARIABLE + " = " : "";
        in.note(from + Redaction.value("", path), "the file " + why);
        return new Loaded.Invalid(in.problems());
      }
    }
    List<String> serviceLinks = new ArrayList<>();
    new TreeMap<>(environment)
        .forEach(
            (variable, value) -> {
              if (isServiceLink(variable, value)) {
                serviceLinks.add(variable);
              } else if (variable.startsWith(PREFIX) && !OTHERS.contains(variable)) {
                in.add(new Setting(keyOf(variable), value, 0, variable));
              }
            });
    if (!withAccounts) {
      in.drop(key -> Accounts.owns(key) || ApiConfig.owns(key));
    }
    in.resolve(new References(environment));
    if (!serviceLinks.isEmpty()) {
      in.warn(
          serviceLinks.getFirst(),
          String.format(
              Locale.ROOT,
              "ignored, and %d more variables like it: Kubernetes sets them for a Service"
                  + " (enableServiceLinks)",
              serviceLinks.size() - 1));
    }
    Config config = Config.read(in, withAccounts);
    UnknownKeys.report(in);
    return in.problems().isEmpty()
        ? new Loaded.Valid(config, in.values(), in.warnings())
        : new Loaded.Invalid(in.problems());
  }

  private static boolean isServiceLink(String variable, String value) {
    return SERVICE_LINK.matcher(variable).matches()
        || (variable.matches("REVOKER_(.+_)?PORT") && value.matches("(tcp|udp|sctp)://.*"));
  }

  /**
   * The key that a variable sets, as in Kafka's own images: {@code _} stands for a dot, {@code __}
   * for an underscore and {@code ___} for a dash, read from the left, and the case does not count.
   */
  static String keyOf(String variable) {
    return variable
        .substring(PREFIX.length())
        .toLowerCase(Locale.ROOT)
        .replace("___", "-")
        .replace("__", "\0")
        .replace('_', '.')
        .replace('\0', '_');
  }

  /** The variable that sets a key. */
  public static String variableOf(String key) {
    return PREFIX
        + key.replace("_", "__").replace("-", "___").replace('.', '_').toUpperCase(Locale.ROOT);
  }
}
