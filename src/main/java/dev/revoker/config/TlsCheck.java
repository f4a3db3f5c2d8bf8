package dev.revoker.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * Loads a client's key store and trust store when the configuration is loaded, as the client itself
 * does later. A wrong password or a broken PEM text is then a configuration problem that names the
 * key and shows no part of a secret.
 */
final class TlsCheck {
  private static final ConfigDef SSL = new ConfigDef();

  static {
    SslConfigs.addClientSslSupport(SSL);
  }

  private TlsCheck() {}

  /**
   * What is wrong, or null if the client can use these settings. Each setting must be valid by
   * itself.
   *
   * @param secrets values of which the text must not show any part
   */
  static @Nullable String mistake(Map<String, Object> settings, Collection<String> secrets) {
    Object protocol = settings.getOrDefault("security.protocol", "PLAINTEXT");
    boolean tls = String.valueOf(protocol).toUpperCase(Locale.ROOT).endsWith("SSL");
    if (!tls || settings.containsKey(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG)) {
      return null;
    }
    try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
      factory.configure(SSL.parse(settings));
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
}
