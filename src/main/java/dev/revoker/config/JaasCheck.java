package dev.revoker.config;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.jspecify.annotations.Nullable;

/**
 * Parses {@code sasl.jaas.config} with Kafka's own parser when the configuration is loaded. A Kafka
 * client would parse it later, and its error quotes the text at the mistake: if a password contains
 * {@code "}, that text is the rest of the password.
 */
final class JaasCheck {
  private static final String SYNTAX =
      "must be one login module: CLASS required username=\"...\" password=\"...\"; write \\ before"
          + " a \" or \\ in a value (in a properties file each \\ is written \\\\)";

  private static final String NO_CLASS = "must begin with a login module that is on the class path";

  /** Options of Kafka's login modules whose values are not secret. */
  private static final Set<String> PUBLIC_OPTIONS =
      Set.of("username", "serviceName", "principal", "keyTab", "useKeyTab", "storeKey");

  private JaasCheck() {}

  static boolean concerns(ConfigDef.ConfigKey definition) {
    return definition.name.equals(SaslConfigs.SASL_JAAS_CONFIG);
  }

  /** The mistake, without quoting the text; null if Kafka can use it. */
  static @Nullable String mistake(String text) {
    JaasContext context = parse(text);
    if (context == null) {
      return SYNTAX;
    }
    try {
      String module = context.configurationEntries().getFirst().getLoginModuleName();
      ConfigDef.parseType(SaslConfigs.SASL_JAAS_CONFIG, module, ConfigDef.Type.CLASS);
      return null;
    } catch (ConfigException | LinkageError notThere) {
      return NO_CLASS;
    }
  }

  /** The option values that may be secret; the whole text if it cannot be parsed. */
  static List<String> secrets(String text) {
    JaasContext context = parse(text);
    if (context == null) {
      return List.of(text);
    }
    return context.configurationEntries().stream()
        .flatMap(entry -> entry.getOptions().entrySet().stream())
        .filter(option -> !PUBLIC_OPTIONS.contains(option.getKey()))
        .map(option -> String.valueOf(option.getValue()))
        .toList();
  }

  private static @Nullable JaasContext parse(String text) {
    try {
      return JaasContext.loadClientContext(
          Map.of(SaslConfigs.SASL_JAAS_CONFIG, new Password(text)));
    } catch (RuntimeException quotesTheText) {
      return null;
    }
  }
}
