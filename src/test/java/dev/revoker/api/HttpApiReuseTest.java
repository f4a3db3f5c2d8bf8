package dev.revoker.api;

import static dev.revoker.api.ApiFixture.REMOVE;
import static dev.revoker.api.ApiFixture.next;
import static dev.revoker.api.ScriptedServer.answer;
import static dev.revoker.api.ScriptedServer.send;
import static dev.revoker.api.ScriptedServer.sendAndHang;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.config.ApiConfig;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections are kept as long as that is safe, and never longer. */
class HttpApiReuseTest {
  private static final ScriptedServer.Act DONE = send("HTTP/1.1 204 OK\r\n\r\n");

  private static int connectionsForTwoCalls(ScriptedServer.Act first) throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(first, DONE);
        ApiFixture fixture = ApiFixture.patient(server.url())) {
      fixture.ask(REMOVE);
      assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done());
      assertThat(server.requests()).hasSize(2);
      return server.connections();
    }
  }

  static Stream<ScriptedServer.Act> whole() {
    return Stream.of(
        DONE,
        send("HTTP/1.1 204 OK\r\nContent-Length: 0\r\nKeep-Alive: timeout=5, max=9\r\n\r\n"),
        answer(400, "{\"ErrorType\":\"X\"}"),
        answer(400, "not JSON"),
        send("HTTP/1.1 400 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
        answer(503, ""),
        answer(503, "<html>sorry</html>"),
        send("HTTP/1.1 503 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"));
  }

  @ParameterizedTest
  @MethodSource("whole")
  void aConnectionWhoseAnswerIsWholeIsUsedAgain(ScriptedServer.Act first) throws IOException {
    assertThat(connectionsForTwoCalls(first)).isEqualTo(1);
  }

  static Stream<ScriptedServer.Act> notToBeUsedAgain() {
    return Stream.of(
        send("HTTP/1.1 204 OK\r\nConnection: Close\r\n\r\n"),
        send("HTTP/1.1 204 OK\r\nConnection: x, close\r\n\r\n"),
        send("HTTP/1.0 204 OK\r\n\r\n"),
        send("HTTP/1.1 204 OK\r\nKeep-Alive: timeout=0\r\n\r\n"),
        send("HTTP/1.1 204 OK\r\n\r\nHTTP/1.1 204 OK\r\n\r\n"),
        send("HTTP/1.1 204 OK\r\nContent-Length: 5\r\n\r\n"),
        send("HTTP/1.1 204 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        send("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
        send("HTTP/1.1 400 x\r\nContent-Length: 2\r\n\r\n{}{}"),
        send(
            "HTTP/1.1 400 x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\n{}\r\n0\r\n\r\n"),
        answer(503, "x".repeat(5000)),
        sendAndHang("HTTP/1.1 503 x\r\nContent-Length: 9\r\n\r\n"),
        sendAndHang("HTTP/1.1 503 x\r\n\r\n"));
  }

  @ParameterizedTest
  @MethodSource("notToBeUsedAgain")
  void aConnectionWithAnIncompleteAnswerIsNotUsedAgain(ScriptedServer.Act first)
      throws IOException {
    assertThat(connectionsForTwoCalls(first)).isEqualTo(2);
  }

  @Test
  void aConnectionThatIsNotKeptIsClosedAtOnce() throws IOException {
    HandTime time = new HandTime();
    try (ScriptedServer server =
            ScriptedServer.playing(send("HTTP/1.1 204 OK\r\nConnection: close\r\n\r\n"));
        HttpApi api = new HttpApi(new ApiConfig(server.url(), 1, 1), 8, time)) {
      ask(api);
      await().until(() -> server.openConnections() == 0);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aConnectionThatTheServerEndedWhileIdleCostsNoAnswer(boolean farewell) throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(DONE);
        ApiFixture fixture = ApiFixture.patient(server.url())) {
      for (int round = 1; round <= 20; round++) {
        assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done());
        if (farewell) {
          server.writeUnasked("HTTP/1.1 408 Request Timeout\r\n\r\n");
        }
        server.closeConnections();
        await().until(() -> server.openConnections() == 0);
        assertThat(server.connections()).isEqualTo(round);
      }
      assertThat(server.requests()).hasSize(20);
    }
  }

  @Test
  void unrequestedBytesAreNoAnswerToTheNextCall() throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(answer(503, ""), answer(404, ""));
        ApiFixture fixture = ApiFixture.patient(server.url())) {
      fixture.ask(REMOVE);
      server.writeUnasked("HTTP/1.1 204 OK\r\n\r\n");
      assertThat(fixture.ask(REMOVE)).isInstanceOf(ApiAnswer.Unexpected.class);
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void thereAreNeverMoreConnectionsThanAllowed() throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(DONE);
        ApiFixture fixture = new ApiFixture(server.url(), 10_000, 10_000, 3, null)) {
      var calls = Stream.generate(() -> fixture.start(REMOVE)).limit(300).toList();
      for (BlockingQueue<ApiAnswer> answers : calls) {
        assertThat(next(answers)).isEqualTo(new ApiAnswer.Done());
      }
      assertThat(server.requests()).hasSize(300);
      assertThat(server.connections()).isBetween(1, 3);
    }
  }

  @Test
  void theServersKeepAliveTimeIsKept() throws IOException {
    HandTime time = new HandTime();
    try (ScriptedServer server =
            ScriptedServer.playing(send("HTTP/1.1 204 OK\r\nKeep-Alive: timeout=5\r\n\r\n"));
        HttpApi api = new HttpApi(new ApiConfig(server.url(), 1, 1), 8, time)) {
      ask(api);
      time.pass(4_400);
      ask(api);
      assertThat(server.connections()).isEqualTo(1);
      time.pass(4_600);
      ask(api);
      assertThat(server.connections()).as("half a second before the server's end").isEqualTo(2);
    }
  }

  private static void ask(HttpApi api) {
    BlockingQueue<ApiAnswer> answers = new LinkedBlockingQueue<>();
    api.call(REMOVE, answers::add);
    assertThat(next(answers)).isEqualTo(new ApiAnswer.Done());
  }

  @Test
  void aConnectionThatIsIdleForHalfAMinuteIsClosed() throws IOException {
    HandTime time = new HandTime();
    try (ScriptedServer server = ScriptedServer.playing(DONE);
        HttpApi api = new HttpApi(new ApiConfig(server.url(), 1, 1), 8, time)) {
      ask(api);
      time.pass(29_000);
      ask(api);
      time.pass(29_000);
      assertThat(server.connections()).isEqualTo(1);
      assertThat(server.openConnections()).isEqualTo(1);
      await()
          .untilAsserted(
              () -> {
                time.pass(5_000);
                assertThat(server.openConnections()).isZero();
              });
    }
  }

  @Test
  void closingClosesTheConnections() throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(DONE)) {
      try (ApiFixture fixture = ApiFixture.patient(server.url())) {
        fixture.ask(REMOVE);
        assertThat(server.openConnections()).isEqualTo(1);
      }
      await().until(() -> server.openConnections() == 0);
    }
  }
}
