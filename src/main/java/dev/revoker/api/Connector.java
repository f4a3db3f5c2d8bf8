package dev.revoker.api;

import dev.revoker.config.ApiConfig;
import dev.revoker.time.Time;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to the host of one URL: address, TCP, proxy, TLS, all within the connect
 * timeout. TLS is 1.2 or later, the certificate must be trusted and must name the host. A proxy
 * gets a CONNECT for {@code https:}, so it sees the host's name and port and no more; for {@code
 * http:} it gets the whole request.
 */
final class Connector {
  private static final Set<String> TLS_VERSIONS = Set.of("TLSv1.2", "TLSv1.3");
  private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

  /** The trust and the client certificate for the next connection. */
  interface TlsSource {
    SSLContext current() throws IOException;
  }

  /** The system's lookup, or a test's. */
  interface Lookup {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  private final Time time;
  private final long timeoutMs;
  private final String host;
  private final int port;
  private final ApiConfig.@Nullable Proxy proxy;
  private final @Nullable TlsSource tls;
  private final boolean hasCertificate;
  private final Resolver resolver;

  /** Opens nothing yet; {@code tls} is used for {@code https:} only. */
  Connector(ApiConfig config, TlsSource tls, Time time, Lookup lookup) {
    URI url = config.baseUrl();
    boolean https = "https".equalsIgnoreCase(url.getScheme());
    this.time = time;
    this.timeoutMs = config.connectTimeoutMs();
    this.host = hostOf(url);
    this.port = url.getPort() >= 0 ? url.getPort() : https ? 443 : 80;
    this.proxy = config.proxy();
    this.tls = https ? tls : null;
    this.hasCertificate = config.tls().containsKey("ssl.keystore.location");
    this.resolver = new Resolver(proxy == null ? host : proxy.host(), lookup);
  }

  /** Waits for a new connection; ended by an interrupt. */
  Connections.Lease open() {
    Attempt attempt = new Attempt();
    try (Deadline deadline = new Deadline(time, timeoutMs)) {
      try {
        Connection connection = attempt.connect();
        if (!deadline.over()) {
          return new Connections.Lease.Open(connection);
        }
        connection.drop();
        return attempt.late();
      } catch (IOException | InterruptedException failure) {
        boolean late =
            failure instanceof InterruptedException
                || deadline.over()
                || Thread.currentThread().isInterrupted();
        return late ? attempt.late() : new Connections.Lease.Failed(attempt.why(failure));
      }
    }
  }

  /**
   * Why a connection failed before any answer, if its TLS handshake was refused: in TLS 1.3 the
   * server checks the client's certificate after the client has finished. Then the server has read
   * no request. Null for any other failure.
   *
   * @param sending whether the request was not yet sent whole; a part of it is no request
   */
  @Nullable String refusedHandshake(IOException failure, boolean sending) {
    if (failure instanceof SSLHandshakeException) {
      return ConnectFailure.why(failure, peer(), hasCertificate);
    }
    return sending && tls != null ? ConnectFailure.handshakeBroken(peer(), hasCertificate) : null;
  }

  /** Why the proxy itself answered a request for {@code http:}; null if it did not. */
  @Nullable String proxyRefusal(ApiAnswer answer) {
    boolean refused =
        proxy != null
            && tls == null
            && answer instanceof ApiAnswer.Unexpected other
            && other.status() == PROXY_AUTHENTICATION_REQUIRED;
    return refused ? proxyRefusal(PROXY_AUTHENTICATION_REQUIRED) : null;
  }

  private String proxyRefusal(int status) {
    if (status == PROXY_AUTHENTICATION_REQUIRED) {
      return proxy != null && proxy.username() != null
          ? proxyName() + " refuses the credentials of api.proxy.username (407)"
          : proxyName() + " requires authentication (407); set api.proxy.username and .password";
    }
    return String.format(
        Locale.ROOT,
        status == 403 ? "%s does not allow connections to %s (%d)" : "%s cannot reach %s (%d)",
        proxyName(),
        peer(),
        status);
  }

  private String peer() {
    return address(host, port);
  }

  private String proxyName() {
    return proxy == null ? "" : "the proxy " + address(proxy.host(), proxy.port());
  }

  private static String address(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /** One connection in the making. */
  private final class Attempt {
    /** Whose turn it is: the proxy's, or the API's. */
    private String hop = proxy == null ? peer() : proxyName();

    Connection connect() throws IOException, InterruptedException {
      SocketChannel channel = reach(resolver.addresses());
      try {
        if (proxy != null && tls != null) {
          tunnel(channel, proxy);
        }
        hop = peer();
        return new Connection(channel, tls == null ? null : secure(channel, tls.current()));
      } catch (IOException | RuntimeException | Error failure) {
        channel.close();
        throw failure;
      }
    }

    Connections.Lease late() {
      return new Connections.Lease.Failed("no connection to " + hop + " in time");
    }

    String why(Exception failure) {
      return ConnectFailure.why(failure, hop, hasCertificate);
    }
  }

  /** Has the proxy connect to the API's host. It is told host, port and its own credentials. */
  private void tunnel(SocketChannel channel, ApiConfig.Proxy through) throws IOException {
    Connection plain = new Connection(channel, null);
    String text =
        String.format(
            Locale.ROOT,
            "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n",
            peer(),
            peer(),
            RequestEncoder.proxyAuthorization(through));
    plain.send(text.getBytes(StandardCharsets.US_ASCII));
    try {
      int status = plain.receiveHead().getCode();
      if (status < 200 || status > 299) {
        throw new ConnectFailure.Refused(proxyRefusal(status));
      }
    } catch (HttpException notHttp) {
      throw new ConnectFailure.Refused(proxyName() + " does not speak HTTP");
    }
    if (plain.stale()) {
      throw new ConnectFailure.Refused(proxyName() + " did not keep the connection open");
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
      channel
          .socket()
          .connect(new InetSocketAddress(address, proxy == null ? port : proxy.port()), shareMs);
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

  /**
   * Looks up one host's addresses. The system's lookup cannot be interrupted, and on a virtual
   * thread it would block others. So it has a thread of its own, and all waiting calls share its
   * result. The JDK's {@code networkaddress.cache.ttl} says how long an address is cached.
   */
  private static final class Resolver {
    private final String host;
    private final Lookup lookup;
    private @Nullable CompletableFuture<InetAddress[]> underWay;

    Resolver(String host, Lookup lookup) {
      this.host = host;
      this.lookup = lookup;
    }

    /** Waits for the addresses, at least one. */
    InetAddress[] addresses() throws UnknownHostException, InterruptedException {
      try {
        return underWay().get();
      } catch (ExecutionException failed) {
        if (failed.getCause() instanceof UnknownHostException unknown) {
          throw unknown;
        }
        throw new IllegalStateException("the lookup of an address failed", failed);
      }
    }

    private synchronized CompletableFuture<InetAddress[]> underWay() {
      CompletableFuture<InetAddress[]> current = underWay;
      if (current == null || current.isDone()) {
        CompletableFuture<InetAddress[]> started = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("revoker-dns").start(() -> look(started));
        underWay = started;
        current = started;
      }
      return current;
    }

    private void look(CompletableFuture<InetAddress[]> into) {
      try {
        into.complete(lookup.addresses(host));
      } catch (UnknownHostException | RuntimeException | Error failed) {
        into.completeExceptionally(failed);
      }
    }
  }
}
