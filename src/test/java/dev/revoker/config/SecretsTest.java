package dev.revoker.config;

import static dev.revoker.config.Loading.load;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No text that comes out of loading shows a secret, wherever in the configuration it stood. */
class SecretsTest {
  private static final String CANARY = "c0ffeeCANARY1badcafe5eed";

  private static final List<String> RIGHT =
      List.of(
          "bootstrap.servers=localhost:9092",
          "accounts=a,b,c",
          "account.a.username=u",
          "account.a.password=" + CANARY,
          "account.b.username=u",
          "account.b.securekey=" + CANARY,
          "account.c.api.token=" + CANARY,
          "fingerprint.secret=" + CANARY,
          "security.protocol=SASL_PLAINTEXT",
          "sasl.mechanism=PLAIN",
          "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required"
              + " username=\"u\" password=\""
              + CANARY
              + "\";",
          "sasl.oauthbearer.client.credentials.client.secret=" + CANARY,
          "ssl.truststore.password=" + CANARY,
          "ssl.keystore.password=" + CANARY,
          "ssl.key.password=" + CANARY,
          "ssl.keystore.key=" + CANARY,
          "ssl.keystore.certificate.chain=" + CANARY,
          "producer.ssl.keystore.key=" + CANARY,
          "admin.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required"
              + " username=\"u\" password=\""
              + CANARY
              + "\";");

  @TempDir Path folder;

  @Test
  void notFromARightConfiguration() {
    Loaded loaded = load(RIGHT.toArray(String[]::new));

    assertThat(loaded).isInstanceOf(Loaded.Valid.class);
    assertNothingShown(loaded);
    KafkaConfig kafka = ((Loaded.Valid) loaded).config().kafka();
    assertThat(kafka.consumer().toString() + kafka.producer() + kafka.admin())
        .doesNotContain(CANARY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Typed into a key that does not exist.
        "account.a.pasword=CANARY",
        "acount.a.password=CANARY",
        "account.d.pin=CANARY",
        "pw=CANARY",
        "consumer.sasl.jass.config=CANARY",
        "sasl.something=CANARY",
        "lane.urgent.x=CANARY",
        "lane.urgent.x=CANARY ${env:NOT_SET}",
        "pw=CANARY\npw=CANARY",
        // Wrong in its own place.
        "fingerprint.secret=CANARY\nfingerprint.secret=\\u00zz",
        "account.a.password=CANARY ",
        "account.a.password=CANARY ${env:NOT_SET}",
        "account.a.password=CANARY ${CANARY:CANARY}",
        "account.e.password=CANARY",
        "account.a.api.token=CANARY",
        "api.base.url=https://u:CANARY@example.com",
        "api.proxy=http://u:CANARY@example.com:3128",
        "api.proxy=u:CANARY@example.com:3128",
        "api.base.url=http://example.com:80?CANARY",
        "sasl.oauthbearer.jwks.endpoint.url=https://u:CANARY@example.com\nmax.in.flight=x",
        "ssl.keystore.key=${CANARY:CANARY}",
        // A value that went on in the next line without a backslash, or lost its key.
        "CANARY",
        "CANARY=account.a.password",
        "CANARY=x\nCANARY=y",
        "  CANARYCANARYCANARYCANARYCANARYCANARY",
        "ssl.keystore.key=-----BEGIN PRIVATE KEY-----\n"
            + "MIIECANARY/CANARYCANARYCANARYCANARY\n"
            + "CANARY=",
        "MIIECANARYCANARYCANARYCANARYCANARYCANARYCANARY \\\n x",
        "CANARY/${env:CANARY}",
      })
  void notFromAWrongOne(String lines) {
    List<String> all = new ArrayList<>(RIGHT);
    all.add(lines.replace("CANARY", CANARY));
    all.add("hold.max.ms=this is certainly wrong");

    Loaded loaded = load(all.toArray(String[]::new));

    assertThat(loaded).isInstanceOf(Loaded.Invalid.class);
    assertNothingShown(loaded);
  }

  @Test
  void notWhatAReferenceLedTo() throws IOException {
    Files.writeString(folder.resolve("f"), CANARY);
    Files.writeString(folder.resolve("p"), "x=" + CANARY);
    Map<String, String> environment = Map.of("CLEAR", CANARY);
    String[] references = {"${env:CLEAR}", "${file:" + folder + "/p:x}", "${dir:" + folder + ":f}"};
    for (String reference : references) {
      Loaded right =
          load(
              environment,
              "bootstrap.servers=localhost:1",
              "group.id=" + reference,
              "client.id=" + reference,
              "results.topic=" + reference);
      assertThat(right).isInstanceOf(Loaded.Valid.class);
      assertThat(((Loaded.Valid) right).lines()).contains("group.id = " + reference + " (file)");
      assertThat(String.join("\n", ((Loaded.Valid) right).lines())).doesNotContain(CANARY);
      Loaded wrong =
          load(
              environment,
              "bootstrap.servers=" + reference,
              "max.in.flight=" + reference,
              "create.topics=" + reference,
              "default.account=" + reference,
              "api.base.url=" + reference,
              "ops.listen=" + reference,
              "consumer.max.poll.records=" + reference,
              "consumer.acks=" + reference,
              "producer.acks=" + reference,
              "security.protocol=" + reference);
      assertThat(((Loaded.Invalid) wrong).problems()).hasSize(10);
      assertNothingShown(wrong);
    }
  }

  @Test
  void notFromTheEnvironment() {
    Loaded loaded =
        load(
            Map.of("REVOKER_ACCOUNT_A_PASWORD", CANARY, "REVOKER_FINGERPRINT__SECRET", CANARY),
            RIGHT.toArray(String[]::new));

    assertThat(((Loaded.Invalid) loaded).problems())
        .containsExactly(
            "REVOKER_ACCOUNT_A_PASWORD (account.a.pasword): unknown key; did you mean"
                + " REVOKER_ACCOUNT_A_PASSWORD?",
            "REVOKER_FINGERPRINT__SECRET (fingerprint_secret): unknown key; did you mean"
                + " REVOKER_FINGERPRINT_SECRET?");
  }

  @Test
  void aPastedBlockIsOneProblemThatShowsNoneOfIt() {
    assertThat(
            Loading.problems(
                "ssl.keystore.key=-----BEGIN PRIVATE KEY-----",
                "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7",
                "VJTUt9Us8cKjMzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNb",
                "ab3=",
                "-----END PRIVATE KEY-----"))
        .containsExactly(
            "lines 3, 4, 5, 6: unknown key, not shown because it may be part"
                + " of a secret; a value continues in the next line only after a \\");
  }

  private static void assertNothingShown(Loaded loaded) {
    assertThat(loaded.toString()).doesNotContain(CANARY);
    switch (loaded) {
      case Loaded.Valid valid -> {
        assertThat(String.join("\n", valid.lines())).doesNotContain(CANARY);
        assertThat(String.join("\n", valid.warnings())).doesNotContain(CANARY);
      }
      case Loaded.Invalid invalid ->
          assertThat(String.join("\n", invalid.problems())).contains(": ").doesNotContain(CANARY);
    }
  }
}
