package dev.revoker.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** A key pair of the broker with its certificate, made by the JDK's keytool, and a password. */
record Certificate(byte[] keyStore, String pem) {
  static final String PASSWORD = "a-password-for-this-test-only";

  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required"
          + " username=\"revoker\" password=\"%s\"%s;";

  static Certificate create() {
    try {
      Path folder = Files.createTempDirectory("revoker-certificate");
      Path store = folder.resolve("kafka.p12");
      Path pem = folder.resolve("ca.pem");
      keytool(store, "-genkeypair", "-keyalg", "EC", "-dname", "CN=kafka", "-ext", "san=dns:kafka");
      keytool(store, "-exportcert", "-rfc", "-file", pem.toString());
      Certificate made = new Certificate(Files.readAllBytes(store), Files.readString(pem));
      Files.delete(store);
      Files.delete(pem);
      Files.delete(folder);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the broker's listener needs to know the only user. */
  String brokerLogin() {
    return LOGIN.formatted(PASSWORD, " user_revoker=\"" + PASSWORD + "\"");
  }

  /** The settings of a worker that trusts the certificate and logs in. */
  Map<String, String> clientSettings() {
    return Map.of(
        "REVOKER_SECURITY_PROTOCOL", "SASL_SSL",
        "REVOKER_SASL_MECHANISM", "PLAIN",
        "REVOKER_SASL_JAAS_CONFIG", LOGIN.formatted(PASSWORD, ""),
        "REVOKER_SSL_TRUSTSTORE_TYPE", "PEM",
        "REVOKER_SSL_TRUSTSTORE_CERTIFICATES", pem);
  }

  private static void keytool(Path store, String command, String... more) {
    String[] all = {
      Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
      command,
      "-alias",
      "kafka",
      "-keystore",
      store.toString(),
      "-storetype",
      "PKCS12",
      "-storepass",
      PASSWORD
    };
    Cli.run(Map.of(), Stream.of(all, more).flatMap(Stream::of).toArray(String[]::new));
  }
}
