package dev.revoker;

import dev.revoker.config.KafkaConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;
import java.util.Objects;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.utils.Utils;

/**
 * Describes a failure of a Kafka client in one line. Kafka's clients often wrap the cause that
 * names the mistake, and say nothing of use about brokers that they cannot reach.
 */
final class KafkaFailure {
  private static final int PROBE_MS = 2_000;

  private KafkaFailure() {}

  /** The messages of the exception and all its causes; secret settings are redacted. */
  static String describe(Throwable failed, KafkaConfig settings) {
    if (failed instanceof TimeoutException) {
      return unreachable(settings);
    }
    StringBuilder line = new StringBuilder(settings.redact(failed.getMessage()));
    for (Throwable cause = failed.getCause(); cause != null; cause = cause.getCause()) {
      line.append(": ").append(settings.redact(cause.getMessage()));
    }
    return failed instanceof UnsupportedVersionException
        ? line + "; the brokers are too old, or an address is not a broker's"
        : line.toString();
  }

  /** Why no broker answers: tries each address of {@code bootstrap.servers} for 2 s at most. */
  private static String unreachable(KafkaConfig settings) {
    StringBuilder line =
        new StringBuilder("no broker at ").append(settings.addresses()).append(" answers:");
    boolean tls = settings.securityProtocol().endsWith("SSL");
    for (String address : settings.addresses().split(",", -1)) {
      String bare = address.strip().replaceFirst("^[A-Za-z_]+://", "");
      line.append(String.format(Locale.ROOT, " %s %s;", bare, probe(bare, tls)));
    }
    return line.append(" security.protocol is ").append(settings.securityProtocol()).toString();
  }

  private static String probe(String address, boolean tls) {
    String host = Objects.requireNonNull(Utils.getHost(address));
    InetSocketAddress target =
        new InetSocketAddress(host, Objects.requireNonNull(Utils.getPort(address)));
    if (target.isUnresolved()) {
      return "has no known address";
    }
    try (Socket socket = new Socket()) {
      socket.connect(target, PROBE_MS);
      boolean speaksTls = speaksTls(socket, host, target.getPort());
      if (speaksTls == tls) {
        return "accepts connections, but does not answer as a broker";
      }
      return speaksTls
          ? "speaks TLS: set security.protocol to SSL or SASL_SSL"
          : "speaks no TLS: set security.protocol to PLAINTEXT or SASL_PLAINTEXT";
    } catch (IOException refused) {
      return "refuses connections";
    }
  }

  /** A failed check of the certificate shows TLS as well as a handshake that succeeds. */
  private static boolean speaksTls(Socket socket, String host, int port) throws IOException {
    socket.setSoTimeout(PROBE_MS);
    SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    try (SSLSocket secure = (SSLSocket) factory.createSocket(socket, host, port, true)) {
      secure.startHandshake();
      return true;
    } catch (SSLHandshakeException answered) {
      return !(answered.getCause() instanceof java.io.EOFException);
    } catch (IOException noTls) {
      return false;
    }
  }
}
