package dev.revoker.config;

import static dev.revoker.config.Loading.load;
import static dev.revoker.config.Loading.problems;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kafka's own errors quote the value that is wrong; none of it may come out at start-up. */
class KafkaSecretsTest {
  private static final String PLAIN =
      "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" ";

  private static final String JAAS_SYNTAX =
      "sasl.jaas.config = ***: must be one login module: CLASS required username=\"...\""
          + " password=\"...\"; write \\ before a \" or \\ in a value (in a properties"
          + " file each \\ is written \\\\)";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        PLAIN + "password=\"Zq7x\"Wv9k\";",
        PLAIN + "password=\"Zq7xWv9k",
        PLAIN + "password=\"Zq7xWv9k\"",
        PLAIN + "password=Zq7x Wv9k;",
        "Zq7xWv9k",
        PLAIN + "password=\"a\"; Zq7xWv9k required;",
        "com.sun.security.auth.module.JndiLoginModule required password=\"Zq7xWv9k\";",
      })
  void aJaasTextThatKafkaCannotParseIsReportedInFixedWords(String jaas) {
    assertThat(problems("sasl.jaas.config=" + jaas)).containsExactly(JAAS_SYNTAX);
    assertThat(problems("producer.sasl.jaas.config=" + jaas))
        .containsExactly("producer." + JAAS_SYNTAX);
    assertThat(problems("consumer.sasl.jaas.config=" + jaas, "admin.sasl.jaas.config=" + jaas))
        .containsExactlyInAnyOrder("consumer." + JAAS_SYNTAX, "admin." + JAAS_SYNTAX);
    assertThat(problems("listener.name.client.plain.sasl.jaas.config=" + jaas))
        .hasSize(1)
        .noneMatch(line -> line.contains("Zq7x") || line.contains("Wv9k"));
  }

  @Test
  void aQuoteInAPasswordIsWrittenWithABackslash() {
    KafkaConfig kafka =
        Loading.config("sasl.jaas.config=" + PLAIN + "password=\"Zq7x\\\\\"Wv9k\";").kafka();

    assertThat(kafka.secrets()).contains("Zq7x\"Wv9k");
    assertThat(kafka.redact("expected zq7x\"wv but found 9k"))
        .isEqualTo("expected *** but found 9k");
  }

  @Test
  void aLoginModuleThatIsNotThereIsNotQuoted() {
    assertThat(problems("sasl.jaas.config=Zq7xWv9k required;"))
        .containsExactly(
            "sasl.jaas.config = ***: must begin with a login module that is on the class path");
  }

  @Test
  void aKeyStoreThatCannotBeLoadedIsReportedWithItsKeys() throws IOException {
    Path store = Files.writeString(folder.resolve("store"), "no key store");
    assertThat(
            problems(
                "security.protocol=SSL",
                "ssl.truststore.location=" + store,
                "ssl.truststore.password=Zq7xWv9k"))
        .hasSize(1)
        .allMatch(
            line ->
                line.startsWith(
                    "ssl.truststore.location, ssl.truststore.password: the key store or trust"
                        + " store cannot be loaded: "));
    assertThat(problems("security.protocol=SSL", "producer.ssl.truststore.location=/not/there.jks"))
        .hasSize(1)
        .allMatch(
            line ->
                line.startsWith("producer.ssl.truststore.location: ")
                    && line.contains("/not/there.jks"));
  }

  /** Secrets of every length and alphabet, in every setting that takes one. */
  @Test
  void noPartOfASecretIsInAnyStartUpError() throws IOException {
    Path store = Files.writeString(folder.resolve("store"), "no key store");
    List<String> templates =
        List.of(
            "sasl.jaas.config=" + PLAIN + "password=\"CANARY\";",
            "producer.sasl.jaas.config=" + PLAIN + "password=CANARY;",
            "consumer.sasl.jaas.config=CANARY required a=\"b\";",
            "admin.sasl.jaas.config=" + PLAIN + "CANARY=\"b\";",
            "ssl.keystore.type=PEM\nssl.keystore.key=CANARY\nssl.keystore.certificate.chain=CANARY",
            "ssl.keystore.type=PEM\nssl.keystore.key=-----BEGIN PRIVATE KEY-----CANARY-----END"
                + " PRIVATE KEY-----\nssl.keystore.certificate.chain=-----BEGIN"
                + " CERTIFICATE-----CANARY-----END CERTIFICATE-----",
            "ssl.truststore.type=PEM\nssl.truststore.certificates=CANARY",
            "ssl.truststore.type=PEM\nssl.truststore.certificates=-----BEGIN"
                + " CERTIFICATE-----CANARY-----END CERTIFICATE-----",
            "ssl.keystore.key=CANARY",
            "ssl.keystore.location=" + store + "\nssl.keystore.password=CANARY",
            "ssl.truststore.location=" + store + "\nssl.truststore.password=CANARY",
            "ssl.key.password=CANARY\nssl.keystore.location=" + store,
            "sasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.client.credentials.client.secret=CANARY");
    Random random = new Random(7);
    for (int round = 0; round < 10; round++) {
      String secret = secret(random);
      for (String template : templates) {
        String protocol = template.contains("ssl.") ? "SSL" : "SASL_PLAINTEXT";
        // As somebody would paste it: with the backslash that properties files want, or without.
        String pasted = random.nextBoolean() ? secret : secret.replace("\\", "\\\\");
        assertThat(
                errors("security.protocol=" + protocol + "\n" + template.replace("CANARY", pasted)))
            .as(template)
            .allSatisfy(error -> assertNoPart(error, secret));
      }
    }
  }

  /** What loading says, or what the three clients say where it found nothing wrong. */
  private static List<String> errors(String lines) {
    return switch (load(Loading.BROKERS, lines)) {
      case Loaded.Invalid invalid -> invalid.problems();
      case Loaded.Valid valid -> {
        KafkaConfig kafka = valid.config().kafka();
        List<String> errors = new ArrayList<>(valid.lines());
        errors.addAll(valid.warnings());
        describe(errors, kafka, () -> Admin.create(kafka.admin()).close());
        describe(
            errors,
            kafka,
            () ->
                new KafkaConsumer<>(
                        kafka.consumer(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                    .close());
        describe(
            errors,
            kafka,
            () ->
                new KafkaProducer<>(
                        kafka.producer(), new ByteArraySerializer(), new ByteArraySerializer())
                    .close());
        yield errors;
      }
    };
  }

  private static void describe(List<String> errors, KafkaConfig kafka, Runnable client) {
    try {
      client.run();
    } catch (KafkaException failed) {
      for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
        errors.add(kafka.redact(cause.getMessage()));
      }
    }
  }

  private static String secret(Random random) {
    String alphabet = "ABCXYZbkqvwxz0123456789\"\\;='$#@!-_ ";
    StringBuilder secret = new StringBuilder("Zq");
    for (int i = random.nextInt(6, 40); i > 0; i--) {
      secret.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return secret.append("7W").toString();
  }

  private static void assertNoPart(String error, String secret) {
    String shown = error.toLowerCase(Locale.ROOT);
    for (int at = 0; at + 4 <= secret.length(); at++) {
      assertThat(shown).doesNotContain(secret.substring(at, at + 4).toLowerCase(Locale.ROOT));
    }
  }
}
