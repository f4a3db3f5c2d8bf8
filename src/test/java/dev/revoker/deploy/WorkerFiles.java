package dev.revoker.deploy;

import dev.revoker.config.Config;
import dev.revoker.config.ConfigLoader;
import dev.revoker.config.Loaded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Loads a worker's configuration as a pod would see it, from a folder that stands in for its. */
final class WorkerFiles {
  /** Where the pod has the files of its Secret. */
  static final String SECRETS = "/etc/revoker/secrets";

  private static final Pattern SECRET = Pattern.compile(Pattern.quote(SECRETS) + "[:/]([\\w.-]+)");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:(\\w+)}");

  private WorkerFiles() {}

  /** The configuration, which must load without a problem or a warning. */
  static Config load(Path properties, Map<String, String> environment, Path folder)
      throws IOException {
    String text = Files.readString(properties);
    Path secrets = Files.createDirectories(folder.resolve("secrets"));
    for (String name : secrets(properties)) {
      Files.writeString(secrets.resolve(name), name.endsWith(".pem") ? certificate() : "sesame");
    }
    for (String variable : variables(properties)) {
      // The provider reads the JVM's own environment, which a test can't change.
      text = text.replace("${env:" + variable + "}", "sesame");
    }
    Path file = folder.resolve("revoker.properties");
    Files.writeString(file, text.replace(SECRETS, secrets.toString()));
    return valid(ConfigLoader.load(file, environment));
  }

  /** One that this JVM trusts, in PEM. */
  private static String certificate() {
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init((KeyStore) null);
      byte[] der =
          ((X509TrustManager) trust.getTrustManagers()[0]).getAcceptedIssuers()[0].getEncoded();
      return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
          .formatted(Base64.getMimeEncoder().encodeToString(der));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static Config valid(Loaded loaded) {
    return switch (loaded) {
      case Loaded.Valid valid when valid.warnings().isEmpty() -> valid.config();
      case Loaded.Valid valid -> throw new AssertionError(valid.warnings());
      case Loaded.Invalid invalid -> throw new AssertionError(invalid.problems());
    };
  }

  /** The files of the Secret that the configuration names. */
  static Set<String> secrets(Path properties) throws IOException {
    return found(SECRET, properties);
  }

  /** The environment variables that the configuration names. */
  static Set<String> variables(Path properties) throws IOException {
    return found(VARIABLE, properties);
  }

  private static Set<String> found(Pattern pattern, Path properties) throws IOException {
    Set<String> names = new TreeSet<>();
    Matcher matcher = pattern.matcher(Files.readString(properties));
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }
}
