package dev.revoker.container;

import dev.revoker.model.Source;
import dev.revoker.sandbox.ResultLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that asks for TLS and a password. */
@NeedsEngine
class SecuredContainerIT {
  private static final String PASSWORD = "a-password-for-this-test-only";
  private static final String LOGIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required"
          + " username=\"revoker\" password=\"%s\"%s;";

  @Test
  void aWorkerLogsInOverTlsAndWorks(@TempDir Path folder) throws IOException {
    Path store = folder.resolve("kafka.p12");
    keytool("-genkeypair", store, "-keyalg", "EC", "-dname", "CN=kafka", "-ext", "san=dns:kafka");
    Path certificate = folder.resolve("ca.pem");
    keytool("-exportcert", store, "-rfc", "-file", certificate.toString());

    try (Surroundings around = new Surroundings(secured(Files.readAllBytes(store)))) {
      around.worker(
          "worker",
          Map.of(
              "REVOKER_SECURITY_PROTOCOL", "SASL_SSL",
              "REVOKER_SASL_MECHANISM", "PLAIN",
              "REVOKER_SASL_JAAS_CONFIG", LOGIN.formatted(PASSWORD, ""),
              "REVOKER_SSL_TRUSTSTORE_TYPE", "PEM",
              "REVOKER_SSL_TRUSTSTORE_CERTIFICATES", Files.readString(certificate)));
      try (ResultLog results = around.results()) {
        List<Source> sent = around.request(Surroundings.URGENT, 5);
        around.awaitAnswered(results, sent);
        around.assertEnded(results, sent, "revoked");
      }
    }
  }

  private static KafkaBox secured(byte[] store) {
    return new KafkaBox(
        Map.of(
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
            "INSIDE:SASL_SSL,HOST:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "KAFKA_LISTENER_NAME_INSIDE_SASL_ENABLED_MECHANISMS",
            "PLAIN",
            "KAFKA_LISTENER_NAME_INSIDE_PLAIN_SASL_JAAS_CONFIG",
            LOGIN.formatted(PASSWORD, " user_revoker=\"" + PASSWORD + "\""),
            "KAFKA_LISTENER_NAME_INSIDE_SSL_KEYSTORE_TYPE",
            "PKCS12",
            "KAFKA_LISTENER_NAME_INSIDE_SSL_KEYSTORE_LOCATION",
            "/etc/kafka/secrets/kafka.p12",
            "KAFKA_LISTENER_NAME_INSIDE_SSL_KEYSTORE_PASSWORD",
            PASSWORD,
            "KAFKA_LISTENER_NAME_INSIDE_SSL_KEY_PASSWORD",
            PASSWORD),
        Map.of("/etc/kafka/secrets/kafka.p12", store));
  }

  private static void keytool(String command, Path store, String... more) {
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
