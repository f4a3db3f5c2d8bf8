package dev.revoker.api;

import static dev.revoker.api.ApiFixture.REMOVE;
import static dev.revoker.api.ScriptedServer.drip;
import static dev.revoker.api.ScriptedServer.flood;
import static dev.revoker.api.ScriptedServer.send;
import static dev.revoker.api.ScriptedServer.sendAndClose;
import static dev.revoker.api.ScriptedServer.sendAndHang;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.config.ApiConfig;
import dev.revoker.model.Secret;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A proxy that lies in its answer to CONNECT gets no request, and ends no thread. */
@Timeout(60)
class HostileProxyTest {
  private static final String OK = "HTTP/1.1 200 OK\r\n";

  static Stream<Named<ScriptedServer.Act>> lies() {
    return Stream.of(
        Named.of("garbage after 200", send(OK + "\r\n" + "garbage ".repeat(1_000))),
        Named.of("garbage without end after 200", flood(OK + "\r\n", "garbage ".repeat(1_000))),
        Named.of("an answer of the API after 200", send(OK + "\r\nHTTP/1.1 204 OK\r\n\r\n")),
        Named.of("an answer of the API", send("HTTP/1.1 204 OK\r\n\r\n")),
        Named.of("half a TLS record", sendAndHang(OK + "\r\n\u0016\u0003\u0003\u003f\u00ff")),
        Named.of(
            "a dripping TLS record", drip(OK + "\r\n\u0016\u0003\u0003\u003f\u00ff", "\u0002")),
        Named.of("closed after 200", sendAndClose(OK + "\r\n")),
        Named.of("headers without end", flood(OK, "X: y\r\n")),
        Named.of("a header without end", flood(OK + "X: ", "y".repeat(1_000))),
        Named.of("a dripping header", drip(OK + "X: ", "y")),
        Named.of("folded lines without end", flood(OK + "X: y\r\n", " y\r\n")),
        Named.of("empty lines without end", flood("", "\r\n")),
        Named.of("interim answers without end", flood("", "HTTP/1.1 100 Continue\r\n\r\n")),
        Named.of("interim answers that drip", drip("", "HTTP/1.1 103 Early Hints\r\n\r\n")),
        Named.of("another protocol", send("HTTP/1.1 101 Switching Protocols\r\n\r\n")),
        Named.of("no status", send("HTTP/1.1 999999999999 OK\r\n\r\n")),
        Named.of("a negative status", send("HTTP/1.1 -200 OK\r\n\r\n")),
        Named.of("not HTTP", send("ICY 200 OK\r\n\r\n")),
        Named.of("407 with a body without end", flood("HTTP/1.1 407 No\r\n\r\n", "x".repeat(999))),
        Named.of("nothing", sendAndHang("")));
  }

  @ParameterizedTest
  @MethodSource("lies")
  void itIsNoConnection(ScriptedServer.Act lie) throws IOException {
    try (ScriptedServer proxy = ScriptedServer.playing(lie)) {
      ApiConfig config =
          new ApiConfig(
              URI.create("https://api.example"),
              500,
              30_000,
              new ApiConfig.Proxy("localhost", proxy.port(), "worker", Secret.of("Pr0xy-Passw0rd")),
              Map.of());
      try (ApiFixture fixture = new ApiFixture(config)) {
        ApiAnswer answer = fixture.ask(REMOVE);

        assertThat(answer).isInstanceOf(ApiAnswer.NoConnection.class);
        assertThat(answer.toString()).doesNotContain("Pr0xy", "y".repeat(10), "garbage");
        assertThat(proxy.requests()).allSatisfy(head -> assertThat(head).startsWith("CONNECT "));
      }
    }
  }
}
