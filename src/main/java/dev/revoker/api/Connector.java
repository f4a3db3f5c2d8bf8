package dev.revoker.api;

import dev.revoker.time.Time;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to the host of one URL: address, TCP, TLS, all within the connect timeout. TLS
 * is 1.2 or later, the certificate must be trusted and must name the host. No proxies.
 */
final class Connector {
  private static final Set<String> TLS_VERSIONS = Set.of("TLSv1.2", "TLSv1.3");

  private final Time time;
  private final long timeoutMs;
  private final String host;
  private final int port;
  private final @Nullable SSLContext tls;
  private final Resolver resolver;

  /** Opens nothing yet; {@code tls} is for {@code https:}, and null for {@code http:}. */
  Connector(URI url, long timeoutMs, @Nullable SSLContext tls, Time time, Resolver.Lookup lookup) {
    this.time = time;
    this.timeoutMs = timeoutMs;
    this.host = hostOf(url);
    this.port = url.getPort() >= 0 ? url.getPort() : tls == null ? 80 : 443;
    this.tls = tls;
    this.resolver = new Resolver(host, lookup);
  }

  /** Waits for a new connection; ended by an interrupt. */
  Connections.Lease open() {
    try (Deadline deadline = new Deadline(time, timeoutMs)) {
      try {
        Connection connection = connect();
        if (!deadline.over()) {
          return new Connections.Lease.Open(connection);
        }
        connection.drop();
        return new Connections.Lease.Failed(late());
      } catch (IOException | InterruptedException failure) {
        boolean late =
            failure instanceof InterruptedException
                || deadline.over()
                || Thread.currentThread().isInterrupted();
        return new Connections.Lease.Failed(late ? late() : ConnectFailure.why(failure, peer()));
      }
    }
  }

  private String late() {
    return "no connection to " + peer() + " in time";
  }

  private String peer() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  private Connection connect() throws IOException, InterruptedException {
    SocketChannel channel = reach(resolver.addresses());
    try {
      return new Connection(channel, tls == null ? null : secure(channel, tls));
    } catch (IOException | RuntimeException | Error failure) {
      channel.close();
      throw failure;
    }
  }

  /** Tries one address after the other; each gets a fair share of the time that is left. */
  private SocketChannel reach(InetAddress[] addresses) throws IOException {
    long endMs = time.millis() + timeoutMs;
    IOException last = new IOException("no address");
    for (int i = 0; i < addresses.length && !Thread.currentThread().isInterrupted(); i++) {
      long shareMs = (endMs - time.millis()) / (addresses.length - i);
      try {
        return reach(addresses[i], Math.clamp(shareMs, 1, Integer.MAX_VALUE));
      } catch (IOException failure) {
        last = failure;
      }
    }
    throw last;
  }

  private SocketChannel reach(InetAddress address, int shareMs) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.socket().connect(new InetSocketAddress(address, port), shareMs);
      return channel;
    } catch (IOException | RuntimeException | Error failure) {
      channel.close();
      throw failure;
    }
  }

  private SSLSocket secure(SocketChannel channel, SSLContext context) throws IOException {
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(channel.socket(), host, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    // Without this JSSE takes any trusted certificate, whatever host it names.
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setProtocols(
        Arrays.stream(context.getSupportedSSLParameters().getProtocols())
            .filter(TLS_VERSIONS::contains)
            .toArray(String[]::new));
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static String hostOf(URI url) {
    String host = url.getHost();
    if (host == null) {
      throw new IllegalArgumentException("the API's base URL names no host");
    }
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
