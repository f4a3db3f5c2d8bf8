package dev.revoker.api;

import static dev.revoker.api.ApiFixture.LOGIN;
import static dev.revoker.api.ApiFixture.LOGOUT;
import static dev.revoker.api.ApiFixture.REMOVE;
import static dev.revoker.api.ScriptedServer.answer;
import static dev.revoker.api.ScriptedServer.send;
import static dev.revoker.api.ScriptedServer.sendAndClose;
import static dev.revoker.api.ScriptedServer.sendAndReset;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exactly one request is sent, and a failure says whether the request was sent. */
class HttpApiWireTest {
  private static String requestOf(ApiCall call, String path) throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(send("HTTP/1.1 204 OK\r\n\r\n"));
        ApiFixture fixture = ApiFixture.patient(URI.create(server.url() + path))) {
      fixture.ask(call);
      assertThat(server.requests()).hasSize(1);
      return server.requests().getFirst().replace(":" + server.port(), ":PORT");
    }
  }

  private static final String COMMON =
      " HTTP/1.1\r\nHost: localhost:PORT\r\nUser-Agent: revoker/dev\r\n"
          + "Accept: application/json\r\n"
          + "Accept-Encoding: identity\r\n";

  @Test
  void theRequestsAreTheDocumentedOnes() throws IOException {
    assertThat(requestOf(REMOVE, ""))
        .isEqualTo(
            "GET /api/account/remove_api_key?v=1&api_token=7ca5dc5c7cce449fb0fff719307e8f5f"
                + "&api_securekey=968a8b637a5040159424872fffdb895b"
                + COMMON
                + "\r\n");
    assertThat(requestOf(LOGOUT, "/stage/1"))
        .isEqualTo(
            "GET /stage/1/api/account/logout?v=1&api_token=7ca5dc5c7cce449fb0fff719307e8f5f"
                + COMMON
                + "\r\n");
    assertThat(requestOf(LOGIN, ""))
        .isEqualTo(
            "GET /api/account/login?v=1"
                + COMMON
                + "x-auth-user: jane\r\nx-auth-password: s3cret\r\n\r\n");
  }

  @Test
  void valuesAreSentAsGiven() throws IOException {
    assertThat(
            requestOf(new ApiCall.RemoveApiKey(Secret.of("ABcd%&="), Secret.of("\r\nX: ü+ ")), ""))
        .startsWith(
            "GET /api/account/remove_api_key?v=1&api_token=ABcd%25%26%3D"
                + "&api_securekey=%0D%0AX%3A+%C3%BC%2B+ HTTP/1.1\r\n");
    assertThat(
            requestOf(
                new ApiCall.Login(new Credentials.SecureKey("jörg ß", Secret.of("päss: 字 😀"))),
                ""))
        .endsWith("\r\nx-auth-user: jörg ß\r\nx-auth-securekey: päss: 字 😀\r\n\r\n");
  }

  static Stream<Credentials> unsendable() {
    return Stream.of("a\r\nX: y", "tab\t", "nul\0", "\u0085", " blank", "blank ", "half \ud83d")
        .flatMap(
            text ->
                Stream.of(
                    new Credentials.Password(text, Secret.of("p")),
                    new Credentials.Password("u", Secret.of(text)),
                    new Credentials.SecureKey("u", Secret.of(text))));
  }

  @ParameterizedTest
  @MethodSource("unsendable")
  void credentialsThatNoHeaderCanCarryAreNotSent(Credentials credentials) throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(answer(200, "{\"ApiToken\":\"ab\"}"));
        ApiFixture fixture = ApiFixture.patient(server.url())) {
      assertThat(fixture.ask(new ApiCall.Login(credentials)))
          .isInstanceOfSatisfying(
              ApiAnswer.NoConnection.class,
              none -> assertThat(none.why()).endsWith("holds what no HTTP header can carry"));
      assertThat(fixture.ask(new ApiCall.Login(new Credentials.ApiToken(Secret.of("ab")))))
          .isInstanceOf(ApiAnswer.NoConnection.class);
      assertThat(server.requests()).isEmpty();
    }
  }

  static Stream<ScriptedServer.Act> broken() {
    return Stream.of(
        sendAndClose(""),
        sendAndReset(""),
        sendAndClose("HTTP/1.1 204"),
        sendAndClose("HTTP/1.1 204 OK\r\n"),
        sendAndClose("HTTP/1.1 204 OK\r\nDate: now\r\n"),
        sendAndReset("HTTP/1.1 204 OK\r\nDate: now\r\n"),
        sendAndClose("HTTP/1.1 100 Continue\r\n\r\n"),
        sendAndClose("HTTP/1.1 400 No\r\nContent-Length: 19\r\n\r\n{\"ErrorType\":\"X\"}"),
        sendAndReset("HTTP/1.1 400 No\r\nContent-Length: 19\r\n\r\n{\"ErrorType\":\"X\"}"),
        sendAndReset("HTTP/1.1 400 No\r\n\r\n{\"ErrorType\":"),
        sendAndClose("HTTP/1.1 400 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"Er"),
        sendAndClose(
            "HTTP/1.1 400 No\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
                + "11\r\n"
                + "{\"ErrorType\":\"X\"}\r\n"
                + "0"),
        sendAndClose("HTTP/1.1 400 No\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        sendAndClose("HTTP/1.1 400 No\r\nTransfer-Encoding: gzip\r\n\r\n"),
        sendAndClose("HTTP/1.1 400 No\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} "),
        sendAndClose("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        sendAndClose("HTTP/1.1 abc\r\n\r\n"),
        sendAndClose("HTTP/1.1 99 low\r\n\r\n"),
        sendAndClose("HTTP/1.1 000 zero\r\n\r\n"),
        sendAndClose("HTTP/1.1 204 OK\r\nno colon\r\n\r\n"),
        sendAndClose("\r\n".repeat(50)),
        ScriptedServer.flood("HTTP/1.1 204 OK\r\n", "X: y\r\n"),
        ScriptedServer.flood("HTTP/1.1 204 OK\r\nX: ", "y"),
        ScriptedServer.flood("", "HTTP/1.1 102 Processing\r\n\r\n"));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void aBrokenAnswerIsNoAnswerAndNothingIsRepeated(ScriptedServer.Act act) throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(act, send("HTTP/1.1 204 OK\r\n\r\n"));
        ApiFixture fixture = ApiFixture.patient(server.url())) {
      assertThat(fixture.ask(REMOVE))
          .isInstanceOfSatisfying(
              ApiAnswer.NoAnswer.class,
              none ->
                  assertThat(none.why())
                      .as("a reason of ours")
                      .doesNotContain("a bug in the worker"));
      assertThat(server.requests()).hasSize(1);
      assertThat(fixture.ask(REMOVE)).as("the next call").isEqualTo(new ApiAnswer.Done());
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void aCallOnAKeptConnectionThatBreaksIsNotRepeated() throws IOException {
    try (ScriptedServer server =
            ScriptedServer.playing(send("HTTP/1.1 204 OK\r\n\r\n"), sendAndReset(""));
        ApiFixture fixture = ApiFixture.patient(server.url())) {
      fixture.ask(REMOVE);
      assertThat(fixture.ask(REMOVE)).isInstanceOf(ApiAnswer.NoAnswer.class);
      assertThat(server.connections()).isEqualTo(1);
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void aRefusedConnectionIsNoConnection() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (ApiFixture fixture = ApiFixture.patient(URI.create("http://127.0.0.1:" + port))) {
      assertThat(fixture.ask(REMOVE))
          .isEqualTo(new ApiAnswer.NoConnection("127.0.0.1:" + port + " refused the connection"));
    }
  }

  @Test
  void anUnknownHostIsNoConnection() {
    Connector.Lookup unknown =
        host -> {
          throw new UnknownHostException(host);
        };
    URI url = URI.create("http://api.example");
    try (ApiFixture fixture = new ApiFixture(url, 1000, 1000, 1, null, unknown)) {
      assertThat(fixture.ask(REMOVE))
          .isEqualTo(new ApiAnswer.NoConnection("no address found for api.example:80"));
    }
  }

  @Test
  void anIpv6AddressOfTheUrlIsLookedUpWithoutItsBracketsAndNamedWithThem() throws IOException {
    BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    Connector.Lookup lookup =
        host -> {
          asked.add(host);
          return new InetAddress[] {InetAddress.getLoopbackAddress()};
        };
    try (ScriptedServer server = ScriptedServer.playing(send("HTTP/1.1 204 OK\r\n\r\n"));
        ApiFixture fixture =
            new ApiFixture(
                URI.create("http://[::1]:" + server.port()), 10_000, 10_000, 1, null, lookup)) {
      assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done());
      assertThat(asked).containsExactly("::1");
      assertThat(server.requests().getFirst())
          .contains("\r\nHost: [::1]:" + server.port() + "\r\n");
    }
  }

  @Test
  void theNextAddressIsTriedWhereOneRefuses() throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(send("HTTP/1.1 204 OK\r\n\r\n"));
        ApiFixture fixture =
            new ApiFixture(
                server.url(),
                10_000,
                10_000,
                1,
                null,
                host ->
                    new InetAddress[] {
                      InetAddress.getByName("127.0.0.2"), InetAddress.getLoopbackAddress()
                    })) {
      assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void afterClosingNothingIsSent(boolean used) throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(send("HTTP/1.1 204 OK\r\n\r\n"));
        ApiFixture fixture = ApiFixture.patient(server.url())) {
      int before = used ? 1 : 0;
      if (used) {
        fixture.ask(REMOVE);
      }
      fixture.api.close();
      assertThat(fixture.ask(REMOVE)).isInstanceOf(ApiAnswer.NoConnection.class);
      assertThat(server.requests()).hasSize(before);
    }
  }
}
