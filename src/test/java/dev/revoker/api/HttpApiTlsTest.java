package dev.revoker.api;

import static dev.revoker.api.ApiFixture.REMOVE;
import static dev.revoker.api.ScriptedServer.answer;
import static dev.revoker.api.ScriptedServer.send;
import static dev.revoker.api.ScriptedServer.sendAndClose;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets go to the host that was meant, and to no other. */
@Timeout(60)
class HttpApiTlsTest {
  private static final ScriptedServer.Act DONE = send("HTTP/1.1 204 OK\r\n\r\n");
  private static final String HERE = "dns:localhost,ip:127.0.0.1";

  @TempDir static Path folder;
  private static TestCertificates certificates;
  private static SSLContext good;

  @BeforeAll
  static void makeCertificates() {
    certificates = new TestCertificates(folder);
    good = certificates.server("good", HERE, "-1d", 10);
  }

  private static ApiFixture client(URI url) {
    return new ApiFixture(url, 20_000, 20_000, 4, certificates.client());
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1"})
  void aTrustedServerIsCalledAndItsConnectionKept(String host) throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(good, DONE, answer(503, "sorry"), DONE);
        ApiFixture fixture = client(URI.create("https://" + host + ":" + server.port()))) {
      assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done());
      assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Failed(503, null));
      assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done());
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  private static void refuses(SSLContext tls, String host, String why) throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(tls, DONE);
        ApiFixture fixture = client(URI.create("https://" + host + ":" + server.port()))) {
      String peer = host + ":" + server.port();
      assertThat(fixture.ask(REMOVE))
          .isEqualTo(new ApiAnswer.NoConnection("certificate of " + peer + " " + why));
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void anUntrustedCertificateIsRefused() throws IOException {
    refuses(certificates.selfSigned("self", HERE), "localhost", "not trusted");
  }

  @Test
  void anExpiredCertificateIsRefused() throws IOException {
    refuses(certificates.server("expired", HERE, "-10d", 5), "localhost", "expired");
  }

  @Test
  void aCertificateThatIsNotValidYetIsRefused() throws IOException {
    refuses(certificates.server("early", HERE, "+1d", 5), "localhost", "not valid yet");
  }

  @Test
  void aCertificateForAnotherHostIsRefused() throws IOException {
    SSLContext other = certificates.server("other", "dns:api.example", "-1d", 10);
    refuses(other, "localhost", "is for another host");
    refuses(other, "127.0.0.1", "is for another host");
  }

  @Test
  void theJvmsOwnTrustIsTheDefault() throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(good, DONE);
        ApiFixture fixture = ApiFixture.patient(server.url())) {
      assertThat(fixture.ask(REMOVE))
          .isEqualTo(
              new ApiAnswer.NoConnection(
                  "certificate of localhost:" + server.port() + " not trusted"));
    }
  }

  @Test
  void aServerWithoutTlsIsNoConnection() throws IOException {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ApiFixture fixture = client(URI.create("https://localhost:" + listener.getLocalPort()))) {
      BlockingQueue<ApiAnswer> answers = fixture.start(REMOVE);
      try (Socket socket = listener.accept()) {
        socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
        assertThat(ApiFixture.next(answers))
            .isInstanceOfSatisfying(
                ApiAnswer.NoConnection.class,
                none -> assertThat(none.why()).startsWith("no TLS with localhost:"));
      }
    }
  }

  @Test
  void aBrokenAnswerIsNoAnswer() throws IOException {
    try (ScriptedServer server =
            ScriptedServer.playing(good, sendAndClose("HTTP/1.1 204 OK\r\n"), DONE);
        ApiFixture fixture = client(server.url())) {
      assertThat(fixture.ask(REMOVE)).isInstanceOf(ApiAnswer.NoAnswer.class);
      assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done());
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void aSlowlyArrivingAnswerEndsWhenTheTimeIsOver() throws IOException {
    try (ScriptedServer server =
            ScriptedServer.playing(good, ScriptedServer.drip("HTTP/1.1 204 OK\r\nX: ", "y"));
        ApiFixture fixture =
            new ApiFixture(server.url(), 10_000, 1_000, 4, certificates.client())) {
      assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.NoAnswer("no whole answer in time"));
    }
  }

  @Test
  void aConnectionThatTheServerEndedWhileIdleCostsNoAnswer() throws IOException {
    try (ScriptedServer server = ScriptedServer.playing(good, DONE);
        ApiFixture fixture = client(server.url())) {
      for (int round = 1; round <= 5; round++) {
        assertThat(fixture.ask(REMOVE)).isEqualTo(new ApiAnswer.Done());
        server.closeConnections();
        await().until(() -> server.openConnections() == 0);
        assertThat(server.connections()).isEqualTo(round);
      }
    }
  }
}
