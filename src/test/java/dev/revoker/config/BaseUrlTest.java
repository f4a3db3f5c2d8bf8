package dev.revoker.config;

import static dev.revoker.config.Loading.config;
import static dev.revoker.config.Loading.problems;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and passwords go where {@code api.base.url} says, so it is read with care. */
class BaseUrlTest {
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
}
