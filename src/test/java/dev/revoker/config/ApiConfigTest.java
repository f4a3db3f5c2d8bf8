package dev.revoker.config;

import static dev.revoker.config.Loading.config;
import static dev.revoker.config.Loading.problems;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and passwords go where {@code api.base.url} and {@code api.proxy} say. */
class ApiConfigTest {
  @ParameterizedTest
  @CsvSource({
    "https://api.cielo24.com,             https://api.cielo24.com",
    "https://api.cielo24.com/,            https://api.cielo24.com",
    "https://example.com:8443/proxy/c24//, https://example.com:8443/proxy/c24",
    "HTTPS://example.com,                 HTTPS://example.com",
    "http://localhost:8080,               http://localhost:8080",
    "http://LOCALHOST,                    http://LOCALHOST",
    "http://127.0.0.1:1,                  http://127.0.0.1:1",
    "http://127.255.255.254,              http://127.255.255.254",
    "http://[::1]:8080/,                  http://[::1]:8080",
  })
  void isAnHttpsUrlOrALoopbackOne(String written, String read) {
    assertThat(config("api.base.url=" + written).api().baseUrl()).hasToString(read);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://api.cielo24.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://127.example.com",
        "http://10.0.0.1",
        "http://[::2]",
        "http://0.0.0.0",
      })
  void plainHttpLeavesTheMachineOnlyIfAllowed(String url) {
    assertThat(problems("api.base.url=" + url))
        .containsExactly(
            "api.base.url = "
                + url
                + ": must begin with https: because it carries keys and passwords; http:"
                + " is allowed only to a loopback host, or with api.allow.http=true");
    assertThat(config("api.base.url=" + url, "api.allow.http=true").api().baseUrl())
        .hasToString(url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api.cielo24.com",
        "//api.cielo24.com",
        "https:///path",
        "https://",
        "https:example.com",
        "https://exa mple.com",
        "https://under_score.com",
        "https://example.com:0",
        "https://example.com:65536",
        "https://example.com?v=1",
        "https://example.com/#x",
        "https://me@example.com",
        "http://127.0.0.256",
        "ftp://localhost",
        "file:///etc/passwd",
        "jar:https://example.com",
      })
  void anythingElseIsRefused(String url) {
    assertThat(problems("api.base.url=" + url, "api.allow.http=true"))
        .singleElement()
        .asString()
        .startsWith("api.base.url = ")
        .endsWith(": must be " + ApiConfig.BASE_URL_ALLOWED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://me:CANARY@example.com",
        "https://me:CANARY@exa mple.com",
        "https://me:CAN/CANARY@example.com",
        "https://CANARY@CANARY@example.com",
        "me:CANARY@example.com",
        "https://example.com?api_token=CANARY",
        "https://example.com/#CANARY",
        "ftp://me:CANARY@example.com?CANARY#CANARY",
      })
  void credentialsInItAreNotRepeated(String url) {
    assertThat(problems("api.base.url=" + url))
        .singleElement()
        .asString()
        .contains("***")
        .doesNotContain("CANARY");
  }

  @Test
  void aDefaultFollowsAShorterTotal() {
    assertThat(config("api.request.timeout.ms=700").api().connectTimeoutMs()).isEqualTo(700);
  }

  @Test
  void aProxyHasAHostAPortAndPerhapsCredentials() {
    assertThat(config("api.proxy=http://proxy.example:3128").api().proxy())
        .isEqualTo(new ApiConfig.Proxy("proxy.example", 3128, null, null));
    assertThat(
            config(
                    "api.proxy=http://[::1]:8080/",
                    "api.proxy.username=me",
                    "api.proxy.password=it's me")
                .api()
                .proxy())
        .isEqualTo(new ApiConfig.Proxy("::1", 8080, "me", Secret.of("it's me")));
    assertThat(config().api().proxy()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          api.proxy=https://p:1            | api.proxy = https://p:1: must be http://HOST:PORT, without a path
          api.proxy=p:1                    | api.proxy = p:1: must be http://HOST:PORT, without a path
          api.proxy=http://p:1/x           | api.proxy = http://p:1/x: must be http://HOST:PORT, without a path
          api.proxy=http://me:CANARY@p:1   | api.proxy = http://***@p:1: must be http://HOST:PORT, without a path
          api.proxy=http://p               | api.proxy = http://p: must be http://HOST:PORT, without a path
          api.proxy=http://p:0             | api.proxy = http://p:0: must be http://HOST:PORT, without a path
          api.ssl.truststore.type=PEM      | api.ssl.truststore.type: needs api.ssl.truststore.location
          api.ssl.truststore.type=p12      | api.ssl.truststore.type = p12: must be JKS, PKCS12 or PEM
          api.ssl.key.password=CANARY      | api.ssl.key.password: needs api.ssl.keystore.location
          """)
  void anotherProxyOrAnIncompleteStoreIsRefused(String line, String problem) {
    assertThat(problems(line)).containsExactly(problem);
  }

  @Test
  void credentialsOfAProxyBelongTogether() {
    assertThat(problems("api.proxy=http://p:1", "api.proxy.username=me"))
        .containsExactly("api.proxy.username: needs api.proxy.password");
    assertThat(problems("api.proxy.username=me", "api.proxy.password=CANARY"))
        .containsExactly("api.proxy.username: needs api.proxy");
  }

  @Test
  void aStoreThatCannotBeLoadedIsReportedWithItsKeys(@TempDir Path folder) throws IOException {
    Path store = Files.writeString(folder.resolve("store"), "no key store");
    assertThat(
            problems(
                "api.ssl.keystore.location=" + store,
                "api.ssl.keystore.password=Zq7xWv9k",
                "api.ssl.truststore.location=" + store,
                "api.ssl.truststore.type=PEM"))
        .singleElement()
        .asString()
        .startsWith(
            "api.ssl.keystore.location, api.ssl.keystore.password, api.ssl.truststore.location,"
                + " api.ssl.truststore.type: the key store or trust store cannot be loaded: ")
        .doesNotContain("Zq7x");
  }

  @Test
  void commandsThatDoNotCallTheApiNeedNoneOfItsFiles(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("c"),
            "bootstrap.servers=b:1\napi.proxy=http://p:1\napi.proxy.username=u\n"
                + "api.proxy.password=${file:/not/there:x}\n"
                + "api.ssl.truststore.location=/not/there");
    assertThat(ConfigLoader.loadWithoutAccounts(file, Map.of())).isInstanceOf(Loaded.Valid.class);
    assertThat(ConfigLoader.load(file, Map.of())).isInstanceOf(Loaded.Invalid.class);
  }
}
