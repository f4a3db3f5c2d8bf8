package dev.revoker.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.RawClient.Got;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The requests of the vendor's own clients, byte for byte in what matters to a server. */
class VendorClientsTest {
  private static final String KEY = "968a8b637a5040159424872fffdb895b";

  private SandboxApi sandbox;
  private RawClient client;

  @BeforeEach
  void start() throws IOException {
    SandboxAccount account = new SandboxAccount("acme", Secret.of("p&=%"), List.of(Secret.of(KEY)));
    sandbox =
        SandboxApi.start(
            SandboxApi.Options.defaults().withAccounts(List.of(account)), new SharedTime());
    client = new RawClient(sandbox.url());
  }

  @AfterEach
  void stop() {
    sandbox.close();
  }

  /** The clients of 2022, generated from the vendor's OpenAPI document. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"username\": \"acme\", \"password\": \"p&=%\"}",
        "{\"username\":\"acme\",\"securekey\":\"" + KEY + "\"}"
      })
  void theCurrentClientsLogInVerifyAndLogOut(String login) {
    String token = token(json("/api/account/login?v=1", login));
    String session = "?v=1&api_token=" + token;

    Got verified = get("/api/account/verify_key" + session);
    assertThat(verified.status()).isEqualTo(200);
    assertThat(verified.body()).isEqualTo("{\"name\":\"acme\"}");
    Got settings = get("/api/account/get_settings" + session);
    assertThat(settings.status()).isEqualTo(200);
    assertThat(settings.body()).startsWith("{").contains("acme");

    Got loggedOut =
        client.exchange(
            "POST /api/account/logout%s HTTP/1.1\r\nHost: api\r\nAccept: application/json\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                .formatted(session));
    assertThat(loggedOut.status()).isEqualTo(204);
    assertThat(get("/api/account/verify_key" + session).body()).contains("BAD_API_TOKEN");
    assertThat(get("/api/account/get_settings" + session).body()).contains("BAD_API_TOKEN");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[\"acme\"]", "{\"username\": ", "{\"username\": 5}", ""})
  void aLoginWithoutItsJsonFieldsMissesAParameter(String body) {
    assertThat(json("/api/account/login?v=1", body).body())
        .contains("MISSING_PARAMETER", "username");
  }

  /** The older clients: everything in the body, v included, and no Content-Type. */
  @Test
  void theOlderClientsChangeThePasswordByAFormWithoutContentType() {
    String token = token(get("/api/account/login?v=1&username=acme&password=p%26%3D%25"));
    String form = "v=1&api_token=" + token + "&new_password=ne%20w";
    Got changed =
        client.exchange(
            "POST /api/account/update_password HTTP/1.1\r\nHost: api\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                .formatted(form.length(), form));
    assertThat(changed.status()).isEqualTo(204);
    token(get("/api/account/login?v=1&username=acme&password=ne%20w"));
  }

  /** The vendor's own test of remove_api_key. */
  @Test
  void theOlderClientsRemoveTheKeyThatTheyLoggedInWith() {
    String headers = "x-auth-user: acme\r\nx-auth-securekey: " + KEY + "\r\n";
    String login =
        "GET /api/account/login?v=1 HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n";
    String session = "?v=1&api_token=" + token(client.exchange(login));

    Got removed = get("/api/account/remove_api_key" + session + "&api_securekey=" + KEY);

    assertThat(removed.head()).startsWith("HTTP/1.1 204 OK");
    assertThat(get("/api/account/logout" + session).status()).isEqualTo(204);
    assertThat(client.exchange(login).body()).contains("ACCOUNT_UNPRIVILEGED");
  }

  private Got get(String path) {
    return client.get(path);
  }

  private Got json(String path, String body) {
    return client.post(path, "application/json", body);
  }

  private static String token(Got got) {
    assertThat(got.status()).as(got.text()).isEqualTo(200);
    return got.body().split("\"")[3];
  }
}
