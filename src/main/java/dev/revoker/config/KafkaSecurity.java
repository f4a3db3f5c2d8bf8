package dev.revoker.config;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * Parses {@code sasl.jaas.config} and loads key stores and trust stores when the configuration is
 * loaded. A Kafka client would do so later, and its error quotes the text at the mistake: if a
 * password contains {@code "}, that text is the rest of the password.
 */
final class KafkaSecurity {
  /** Options of Kafka's login modules whose values are not secret. */
  private static final Set<String> PUBLIC_OPTIONS =
      Set.of("username", "serviceName", "principal", "keyTab", "useKeyTab", "storeKey");

  private static final ConfigDef SSL = new ConfigDef();

  static {
    SslConfigs.addClientSslSupport(SSL);
  }

  private KafkaSecurity() {}

  /** What is wrong with a JAAS text, without quoting it; null if Kafka can use it. */
  static @Nullable String jaasMistake(String text) {
    JaasContext context = jaas(text);
    if (context == null) {
      return "must be one login module: CLASS required username=\"...\" password=\"...\"; write \\"
          + " before a \" or \\ in a value (in a properties file each \\ is written \\\\)";
    }
    try {
      String module = context.configurationEntries().getFirst().getLoginModuleName();
      ConfigDef.parseType(SaslConfigs.SASL_JAAS_CONFIG, module, ConfigDef.Type.CLASS);
      return null;
    } catch (ConfigException | LinkageError notThere) {
      return "must begin with a login module that is on the class path";
    }
  }

  /** The option values of a JAAS text that may be secret; the whole text if it cannot be parsed. */
  static List<String> jaasSecrets(String text) {
    JaasContext context = jaas(text);
    return context == null
        ? List.of(text)
        : context.configurationEntries().stream()
            .flatMap(entry -> entry.getOptions().entrySet().stream())
            .filter(option -> !PUBLIC_OPTIONS.contains(option.getKey()))
            .map(option -> String.valueOf(option.getValue()))
            .toList();
  }

  private static @Nullable JaasContext jaas(String text) {
    try {
      return JaasContext.loadClientContext(
          Map.of(SaslConfigs.SASL_JAAS_CONFIG, new Password(text)));
    } catch (RuntimeException quotesTheText) {
      return null;
    }
  }

  /**
   * What is wrong with a client's TLS settings, or null if the client can use them. Each setting
   * must be valid by itself.
   *
   * @param secrets values of which the text must not show any part
   */
  static @Nullable String tlsMistake(Map<String, Object> settings, Collection<String> secrets) {
    Object protocol = settings.getOrDefault("security.protocol", "PLAINTEXT");
    boolean tls = String.valueOf(protocol).toUpperCase(Locale.ROOT).endsWith("SSL");
    if (!tls || settings.containsKey(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG)) {
      return null;
    }
    return storeMistake(settings, secrets);
  }

  /** What is wrong with stores whose passwords are the only secrets; null if they can be loaded. */
  static @Nullable String storeMistake(Map<String, Object> settings) {
    return storeMistake(
        settings,
        settings.values().stream()
            .filter(Password.class::isInstance)
            .map(value -> ((Password) value).value())
            .toList());
  }

  private static @Nullable String storeMistake(
      Map<String, Object> settings, Collection<String> secrets) {
    try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
      factory.configure(tlsSettings(settings));
      return null;
    } catch (KafkaException failed) {
      Throwable root = failed;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      String why = root.getClass().getSimpleName() + ": " + root.getMessage();
      return "the key store or trust store cannot be loaded: " + Redaction.redact(why, secrets);
    }
  }

  /** With Kafka's defaults for what is missing. */
  static Map<String, Object> tlsSettings(Map<String, Object> settings) {
    return SSL.parse(settings);
  }
}
