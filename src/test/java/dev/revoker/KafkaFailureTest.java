package dev.revoker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.config.KafkaConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A broker that does not answer is named, with what to do. */
@Timeout(30)
class KafkaFailureTest {
  @Test
  void eachAddressIsTriedAndNamed() throws IOException, NoSuchAlgorithmException {
    try (ServerSocket closing = listen(false);
        ServerSocket tls = listen(true)) {
      int dead = deadPort();
      String addresses =
          "localhost:%d,PLAINTEXT://127.0.0.1:%d, localhost:%d,no-such-host.invalid:9092"
              .formatted(dead, tls.getLocalPort(), closing.getLocalPort());

      assertThat(KafkaFailure.describe(new TimeoutException("x"), settings(addresses, "PLAINTEXT")))
          .isEqualTo(
              "no broker at %s answers: localhost:%d refuses connections; 127.0.0.1:%d speaks TLS:"
                      .formatted(addresses, dead, tls.getLocalPort())
                  + " set security.protocol to SSL or SASL_SSL; localhost:%d accepts connections,"
                      .formatted(closing.getLocalPort())
                  + " but does not answer as a broker; no-such-host.invalid:9092 has no known"
                  + " address; security.protocol is PLAINTEXT");
      assertThat(
              KafkaFailure.describe(
                  new TimeoutException("x"),
                  settings("localhost:" + closing.getLocalPort(), "SASL_SSL")))
          .contains("speaks no TLS: set security.protocol to PLAINTEXT or SASL_PLAINTEXT");
    }
  }

  private static KafkaConfig settings(String addresses, String protocol) {
    return new KafkaConfig(
        "revoker",
        Map.of(),
        Map.of(),
        Map.of("bootstrap.servers", addresses, "security.protocol", protocol));
  }

  /** Accepts and closes; with TLS it has no certificate, so it ends each handshake by an alert. */
  private static ServerSocket listen(boolean tls) throws IOException, NoSuchAlgorithmException {
    InetAddress here = InetAddress.getLoopbackAddress();
    ServerSocket listener =
        tls
            ? SSLContext.getDefault().getServerSocketFactory().createServerSocket(0, 10, here)
            : new ServerSocket(0, 10, here);
    Thread.ofVirtual()
        .start(
            () -> {
              while (!listener.isClosed()) {
                try (var socket = listener.accept()) {
                  if (socket instanceof SSLSocket secure) {
                    secure.startHandshake();
                  }
                } catch (IOException ended) {
                  // The next client, if the test still runs.
                }
              }
            });
    return listener;
  }

  private static int deadPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
