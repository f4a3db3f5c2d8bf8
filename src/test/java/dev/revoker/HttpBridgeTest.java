package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.revoker.contract.Published;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command in INTEGRATE sends a bridge what it and the worker accept. */
class HttpBridgeTest {
  private static final String KEY = "968a8b637a5040159424872fffdb895b";

  @TempDir Path temp;

  private record Call(String path, String type, JsonNode body) {}

  @Test
  void theRequestIsTheValueOfARecord() throws Exception {
    assumeTrue(has("jq") && has("curl"), "there is no jq or curl here");
    String command =
        Markdown.commands(Path.of("docs/INTEGRATE.md"), "http://bridge:8080/").getFirst();
    Files.writeString(temp.resolve("leaked.txt"), KEY + "\n");
    CompletableFuture<Call> received = new CompletableFuture<>();
    HttpServer bridge =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    bridge.createContext(
        "/",
        exchange -> {
          received.complete(
              new Call(
                  exchange.getRequestURI().getPath(),
                  exchange.getRequestHeaders().getFirst("content-type"),
                  new JsonMapper().readTree(exchange.getRequestBody().readAllBytes())));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    bridge.start();
    try {
      String typed = command.replace("bridge:8080", "127.0.0.1:" + bridge.getAddress().getPort());
      Process shell =
          new ProcessBuilder("/bin/sh", "-c", typed).directory(temp.toFile()).inheritIO().start();
      assertThat(shell.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(shell.exitValue()).isZero();
    } finally {
      bridge.stop(0);
    }
    Call call = received.get(5, TimeUnit.SECONDS);
    assertThat(call.path()).isEqualTo("/topics/key-revocations.urgent");
    assertThat(call.type()).isEqualTo("application/vnd.kafka.json.v2+json");
    JsonNode value = call.body().path("records").path(0).path("value");
    assertThat(Published.faultsOfRequest(value)).isEmpty();
    assertThat(value.path("api_securekey").asString()).isEqualTo(KEY);
  }

  private static boolean has(String program) throws IOException, InterruptedException {
    return new ProcessBuilder("/bin/sh", "-c", "command -v " + program)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }
}
