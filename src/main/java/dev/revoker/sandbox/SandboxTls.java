package dev.revoker.sandbox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.apache.kafka.common.utils.Utils;

/**
 * TLS of the sandbox.
 *
 * @param context its certificate, and whom it trusts
 * @param clientsNeedACertificate whether it refuses clients without one
 */
record SandboxTls(SSLContext context, boolean clientsNeedACertificate) {
  private static final String CLIENT_AUTH = "ssl.client.auth";
  private static final ConfigDef SETTINGS =
      new ConfigDef()
          .withClientSslSupport()
          .define(
              CLIENT_AUTH,
              ConfigDef.Type.STRING,
              "none",
              ConfigDef.ValidString.in("none", "required"),
              ConfigDef.Importance.LOW,
              "");

  /**
   * Loads stores as Kafka does.
   *
   * @param file properties: Kafka's {@code ssl.keystore.*}, {@code ssl.truststore.*}, {@code
   *     ssl.key.password} and {@code ssl.client.auth}
   * @throws IOException naming the file and what is wrong with it; it shows no password
   */
  static SandboxTls load(Path file) throws IOException {
    Map<String, String> settings = Utils.propsToStringMap(Utils.loadProps(file.toString()));
    TreeSet<String> unknown = new TreeSet<>(settings.keySet());
    unknown.removeAll(SETTINGS.names());
    if (!unknown.isEmpty()) {
      throw new IOException(file + ": unknown settings " + unknown);
    }
    if (!settings.keySet().stream().anyMatch(key -> key.startsWith("ssl.keystore."))) {
      throw new IOException(file + ": ssl.keystore.location is required");
    }
    try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
      Map<String, Object> parsed = new HashMap<>(SETTINGS.parse(settings));
      factory.configure(parsed);
      return new SandboxTls(factory.sslContext(), "required".equals(parsed.get(CLIENT_AUTH)));
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(file + ": " + cause.getMessage(), e);
    }
  }
}
