package dev.revoker.api;

import dev.revoker.config.TlsContext;
import java.io.EOFException;
import java.io.IOException;
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
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Describes in one line why a connection failed, in place of a stack trace. */
final class ConnectFailure {
  private static final Pattern ALERT = Pattern.compile("Received fatal alert: ([a-z_]{1,40})");
  private static final Set<String> ABOUT_OUR_CERTIFICATE =
      Set.of(
          "bad_certificate",
          "unsupported_certificate",
          "certificate_revoked",
          "certificate_expired",
          "certificate_unknown",
          "certificate_required",
          "unknown_ca",
          "access_denied");

  private ConnectFailure() {}

  /** The proxy refused, or is none. The message is for the operator. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
      super(why);
    }
  }

  /**
   * One line for a failure to connect.
   *
   * @param hop whose turn it was: the API's host and port, or the proxy's
   * @param hasCertificate whether a client certificate is configured
   */
  static String why(Throwable failure, String hop, boolean hasCertificate) {
    return switch (failure) {
      case Refused e -> String.valueOf(e.getMessage());
      case TlsContext.CannotLoad e -> String.valueOf(e.getMessage());
      case UnknownHostException e -> "no address found for " + hop;
      case SocketTimeoutException e -> hop + " did not accept the connection in time";
      case ConnectException e -> hop + " refused the connection";
      case EOFException e -> hop + " closed the connection";
      case SSLException e -> tls(e, hop, hasCertificate);
      default ->
          String.format(
              Locale.ROOT, "no connection to %s (%s)", hop, failure.getClass().getSimpleName());
    };
  }

  private static String tls(SSLException failure, String peer, boolean hasCertificate) {
    String certificate = certificate(failure);
    if (certificate != null) {
      return String.format(Locale.ROOT, "certificate of %s %s", peer, certificate);
    }
    Matcher alert = ALERT.matcher(String.valueOf(failure.getMessage()));
    String reason = alert.find() ? alert.group(1) : brokenBy(failure) ? "closed" : "";
    if (!reason.equals("closed") && !ABOUT_OUR_CERTIFICATE.contains(reason)) {
      return String.format(
          Locale.ROOT,
          "no TLS with %s (%s)",
          peer,
          reason.isEmpty() ? failure.getClass().getSimpleName() : reason);
    }
    return reason.equals("closed")
        ? handshakeBroken(peer, hasCertificate)
        : String.format(Locale.ROOT, "%s (%s) %s", peer, reason, needed(hasCertificate));
  }

  /** A server may close the connection before its alert can be read. */
  static String handshakeBroken(String peer, boolean hasCertificate) {
    return String.format(
        Locale.ROOT,
        "%s closed the connection in the TLS handshake: perhaps it %s",
        peer,
        needed(hasCertificate));
  }

  private static String needed(boolean hasCertificate) {
    return hasCertificate
        ? "does not accept the client certificate of api.ssl.keystore.location"
        : "requires a client certificate; see api.ssl.keystore.location";
  }

  /** Whether TLS failed because the connection did. */
  private static boolean brokenBy(SSLException failure) {
    return failure.getCause() instanceof IOException cause && !(cause instanceof SSLException);
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
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (kind.isInstance(at)) {
        return true;
      }
    }
    return false;
  }
}
