package dev.revoker.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Environment variables as configuration, named as in Kafka's own images: after the prefix {@code
 * _} stands for a dot, {@code __} for an underscore and {@code ___} for a dash, read from the left,
 * and the case does not count.
 */
final class Environment {
  private static final String PREFIX = "REVOKER_";

  /** Variables that the loader, the start script and the logging read; they are not keys. */
  private static final Set<String> OTHERS =
      Set.of(
          "REVOKER_LOG_FORMAT",
          "REVOKER_LOG_LEVEL",
          "REVOKER_JAVA_OPTS",
          "REVOKER_HOME",
          "REVOKER_CONFIG");

  /**
   * Variables that Kubernetes sets in every container of a namespace that has a Service called
   * {@code revoker} or {@code revoker-...}.
   */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "REVOKER_(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

  private Environment() {}

  /** The settings among the variables, sorted by the variable's name. */
  static List<Setting> settings(Map<String, String> environment) {
    List<Setting> settings = new ArrayList<>();
    new TreeMap<>(environment)
        .forEach(
            (variable, value) -> {
              if (variable.startsWith(PREFIX)
                  && !OTHERS.contains(variable)
                  && !serviceLink(variable, value)) {
                settings.add(Setting.fromEnvironment(keyOf(variable), value, variable));
              }
            });
    return settings;
  }

  /** The variables with our prefix that Kubernetes set for a Service, sorted. */
  static List<String> serviceLinks(Map<String, String> environment) {
    return environment.entrySet().stream()
        .filter(e -> serviceLink(e.getKey(), e.getValue()))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  private static boolean serviceLink(String variable, String value) {
    return SERVICE_LINK.matcher(variable).matches()
        || (variable.matches("REVOKER_(.+_)?PORT") && value.matches("(tcp|udp|sctp)://.*"));
  }

  static String keyOf(String variable) {
    return variable
        .substring(PREFIX.length())
        .toLowerCase(Locale.ROOT)
        .replace("___", "-")
        .replace("__", "\0")
        .replace('_', '.')
        .replace('\0', '_');
  }

  static String variableOf(String key) {
    return PREFIX
        + key.replace("_", "__").replace("-", "___").replace('.', '_').toUpperCase(Locale.ROOT);
  }
}
