package dev.revoker.bench;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.Faults.Latency;
import dev.revoker.sandbox.SandboxAccount;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The sandbox's account API in a process of its own. */
final class AccountApi implements AutoCloseable {
  static final String USER = "bench";
  static final String PASSWORD = "0b5c1e7a9d";

  private static final Duration START = Duration.ofMinutes(1);
  private static final JsonMapper JSON = new JsonMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Child process;
  private final URI url;

  private AccountApi(Child process, URI url) {
    this.process = process;
    this.url = url;
  }

  /**
   * The API's counts since the last reset.
   *
   * @param removed how many keys it removed
   * @param maxInFlight the largest number of concurrent calls
   */
  record State(int removed, int maxInFlight) {}

  static AccountApi start(Path folder) throws IOException, InterruptedException {
    Path accounts = folder.resolve("accounts.json");
    SandboxAccount.writeFile(
        accounts, List.of(new SandboxAccount(USER, Secret.of(PASSWORD), List.of())));
    String listen = "127.0.0.1:" + freePort();
    List<String> command =
        new java.util.ArrayList<>(
            Child.java(System.getProperty("java.class.path"), "dev.revoker.App", "1g"));
    command.addAll(List.of("sandbox", "--listen", listen, "--accounts", accounts.toString()));
    Child process = Child.start(command, Map.of(), folder.resolve("api.log"));
    AccountApi api = new AccountApi(process, URI.create("http://" + listen));
    Awaitility.await()
        .atMost(START)
        .pollInterval(Duration.ofMillis(50))
        .failFast("the API did not start: its log is api.log", () -> !process.alive())
        .until(api::answers);
    return api;
  }

  URI url() {
    return url;
  }

  /** Removes everything and creates this many keys. */
  List<String> reset(int keys) throws IOException, InterruptedException {
    post("reset", Map.of());
    JsonNode made = post("accounts", Map.of("username", USER, "password", PASSWORD, "keys", keys));
    return made.required("keys").valueStream().map(JsonNode::stringValue).toList();
  }

  /**
   * Sets the latency of removals and how many of them fail. The random seed is the same each time.
   */
  void behave(Latency latency, int everyNth) throws IOException, InterruptedException {
    post(
        "faults",
        Map.of(
            "endpoint",
            "remove_api_key",
            "latency_ms",
            Map.of("median_ms", latency.medianMs(), "p99_ms", latency.p99Ms()),
            "every_nth",
            everyNth,
            "seed",
            42));
  }

  State state() throws IOException, InterruptedException {
    JsonNode state = send(HttpRequest.newBuilder(url.resolve("/_sandbox/state")).build());
    return new State(
        state.required("keys_removed").intValue(), state.required("max_in_flight").intValue());
  }

  @Override
  public void close() {
    http.close();
    process.close();
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private boolean answers() throws InterruptedException {
    try {
      state();
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private JsonNode post(String path, Map<String, ?> body) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(url.resolve("/_sandbox/" + path))
            .POST(BodyPublishers.ofString(JSON.writeValueAsString(body)))
            .build());
  }

  private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(request.uri().getPath() + ": " + answer.body());
    }
    return JSON.readTree(answer.body());
  }
}
