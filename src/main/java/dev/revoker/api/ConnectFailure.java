package dev.revoker.api;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateRevokedException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Describes in one line why a connection failed, in place of a stack trace. */
final class ConnectFailure {
  private ConnectFailure() {}

  /** One line for a failure to connect to the peer, which is host and port. */
  static String why(Throwable failure, String peer) {
    return switch (failure) {
      case UnknownHostException e -> "no address found for " + peer;
      case SocketTimeoutException e -> peer + " did not accept the connection in time";
      case ConnectException e -> peer + " refused the connection";
      case SSLException e -> tls(e, peer);
      default ->
          String.format(
              Locale.ROOT, "no connection to %s (%s)", peer, failure.getClass().getSimpleName());
    };
  }

  private static String tls(SSLException failure, String peer) {
    String certificate = certificate(failure);
    return certificate == null
        ? String.format(
            Locale.ROOT, "no TLS with %s (%s)", peer, failure.getClass().getSimpleName())
        : String.format(Locale.ROOT, "certificate of %s %s", peer, certificate);
  }

  /** The dates come first: JSSE reports them inside a path failure. */
  private static @Nullable String certificate(Throwable failure) {
    if (has(failure, CertificateExpiredException.class)) {
      return "expired";
    }
    if (has(failure, CertificateNotYetValidException.class)) {
      return "not valid yet";
    }
    if (has(failure, CertificateRevokedException.class)) {
      return "revoked";
    }
    if (has(failure, CertPathBuilderException.class)
        || has(failure, CertPathValidatorException.class)) {
      return "not trusted";
    }
    // What is left of a failed check of the certificate is the check of the name.
    return has(failure, CertificateException.class) ? "is for another host" : null;
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> kind) {
    int depth = 0;
    for (Throwable at = failure; at != null && depth < 20; at = at.getCause(), depth++) {
      if (kind.isInstance(at)) {
        return true;
      }
    }
    return false;
  }
}
