package dev.revoker.bench.peer;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tools.jackson.databind.json.JsonMapper;

/** The account API by the JDK's HTTP client, with one session for all calls. Any thread. */
final class AccountClient {
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final URI api;
  private final String token;

  AccountClient(Settings settings) throws IOException, InterruptedException {
    api = settings.api();
    token = login(settings);
  }

  String token() {
    return token;
  }

  /** Returns the status. */
  int remove(String key) throws IOException, InterruptedException {
    String query = "?v=1&api_token=" + token + "&api_securekey=" + key;
    return http.send(get("/api/account/remove_api_key" + query), BodyHandlers.ofString())
        .statusCode();
  }

  private String login(Settings settings) throws IOException, InterruptedException {
    String query = "?v=1&username=" + settings.user() + "&password=" + settings.password();
    String body = http.send(get("/api/account/login" + query), BodyHandlers.ofString()).body();
    return new JsonMapper().readTree(body).required("ApiToken").stringValue();
  }

  private HttpRequest get(String pathAndQuery) {
    return HttpRequest.newBuilder(api.resolve(pathAndQuery))
        .timeout(Duration.ofSeconds(60))
        .build();
  }
}
