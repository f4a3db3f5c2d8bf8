package dev.revoker.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trust and client certificate for the API's connections, from files that Kafka's own loader reads.
 * A file that was replaced is loaded again, so a renewed certificate needs no restart. If the new
 * file cannot be loaded, the old content stays in use, with a warning, until the file changes once
 * more. Any thread.
 */
public final class TlsContext {
  private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);

  /** The files cannot be loaded. The text shows no secret. */
  public static final class CannotLoad extends IOException {
    private static final long serialVersionUID = 1L;

    private CannotLoad(String why) {
      super(why);
    }
  }

  private final Map<String, Object> given;
  private final Map<String, Object> settings;
  private @Nullable SSLContext loaded;

  /** The files' times and sizes before they were read last, loaded or not. */
  private @Nullable List<Map<String, Object>> seen;

  /**
   * Loads nothing yet.
   *
   * @param given as {@link ApiConfig#tls}; empty for the JVM's own trust
   */
  public TlsContext(Map<String, Object> given) {
    this.given = given;
    this.settings = KafkaSecurity.tlsSettings(given);
  }

  /** The context for the next connection. */
  public synchronized SSLContext current() throws CannotLoad {
    if (given.isEmpty()) {
      return systemTrust();
    }
    List<Map<String, Object>> now = files();
    SSLContext before = loaded;
    if (before != null && now.equals(seen)) {
      return before;
    }
    // Taken before the files are read, so a change during the reading is seen the next time.
    seen = now;
    DefaultSslEngineFactory renewed = new DefaultSslEngineFactory();
    try {
      renewed.configure(settings);
      loaded = renewed.sslContext();
      return renewed.sslContext();
    } catch (KafkaException failed) {
      String why = String.valueOf(KafkaSecurity.storeMistake(given));
      if (before == null) {
        throw new CannotLoad(why);
      }
      LOG.atWarn()
          .addKeyValue("why", why)
          .log("a changed file of api.ssl.* is not used; keeping the certificates before it");
      return before;
    }
  }

  /** Without reading them: to load a store takes longer than to connect. */
  private List<Map<String, Object>> files() {
    return given.entrySet().stream()
        .filter(setting -> setting.getKey().endsWith(".location"))
        .map(setting -> file(Path.of(String.valueOf(setting.getValue()))))
        .toList();
  }

  private static Map<String, Object> file(Path path) {
    try {
      return Files.readAttributes(path, "lastModifiedTime,size,fileKey");
    } catch (IOException missing) {
      return Map.of();
    }
  }

  private static SSLContext systemTrust() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException broken) {
      throw new IllegalStateException("this JVM has no usable TLS", broken);
    }
  }
}
