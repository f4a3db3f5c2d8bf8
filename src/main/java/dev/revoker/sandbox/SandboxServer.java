package dev.revoker.sandbox;

import dev.revoker.sandbox.HttpReply.Response;
import dev.revoker.time.Time;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpServerConnection;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseWriter;
import org.apache.hc.core5.http.impl.io.HttpService;
import org.apache.hc.core5.http.impl.io.SessionOutputBufferImpl;
import org.apache.hc.core5.http.io.HttpServerRequestHandler;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http.protocol.HttpProcessor;
import org.apache.hc.core5.http.protocol.ResponseContent;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP/1.1 server on HttpCore, with a virtual thread for each connection. Unlike other servers
 * it can reset a connection, break off a response, send nothing, and stop listening for a while.
 */
final class SandboxServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SandboxServer.class);

  private static final int BACKLOG = 1024;
  private static final long RETRY_LISTEN_MS = 100;

  /**
   * During this part of a delay the server does not watch whether the client closes the connection.
   * Watching costs more than the rest of a call, and clients that give up so soon are rare.
   */
  private static final long UNWATCHED_NANOS = 1_000_000_000;

  private static final Http1Config LIMITS =
      Http1Config.custom().setMaxLineLength(64 * 1024).setMaxHeaderCount(200).build();

  /** Adds the content headers and nothing else; HttpCore's default would close after each 400. */
  private static final HttpProcessor CONTENT_HEADERS =
      new DefaultHttpProcessor(new ResponseContent());

  private final Time time;
  private final Function<SandboxRequest, HttpReply.Timed> handler;
  private final @Nullable SandboxTls tls;
  private final InetSocketAddress address;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private @Nullable ServerSocket listener;
  private CompletableFuture<Void> accepting = CompletableFuture.completedFuture(null);
  private boolean closed;

  private SandboxServer(
      InetSocketAddress address,
      @Nullable SandboxTls tls,
      Time time,
      Function<SandboxRequest, HttpReply.Timed> handler) {
    this.address = address;
    this.tls = tls;
    this.time = time;
    this.handler = handler;
  }

  /**
   * Listens, and calls the handler for each request, on the thread of its connection.
   *
   * @param tls null for plain HTTP
   * @throws IOException if it cannot listen on the address
   */
  static SandboxServer start(
      InetSocketAddress address,
      @Nullable SandboxTls tls,
      Time time,
      Function<SandboxRequest, HttpReply.Timed> handler)
      throws IOException {
    ServerSocket listener = listen(address);
    SandboxServer server =
        new SandboxServer((InetSocketAddress) listener.getLocalSocketAddress(), tls, time, handler);
    server.serve(listener);
    return server;
  }

  /** The address it listens on, with the real port. */
  InetSocketAddress address() {
    return address;
  }

  /** Stops listening and resets all connections. */
  synchronized void shut() {
    if (listener != null) {
      Utils.closeQuietly(listener, "the listener of the sandbox");
      // Until this thread has ended, the system accepts further connections.
      accepting.join();
      listener = null;
    }
    connections.forEach(Connection::reset);
  }

  /** Listens again on the same port. */
  synchronized void reopen() {
    if (listener != null || closed) {
      return;
    }
    try {
      serve(listen(address));
    } catch (IOException inUse) {
      LOG.atWarn()
          .addKeyValue("address", address)
          .setCause(inUse)
          .log("the sandbox cannot listen on its port again; retrying");
      time.after(RETRY_LISTEN_MS, this::reopen);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    shut();
  }

  private synchronized void serve(ServerSocket socket) {
    listener = socket;
    accepting =
        CompletableFuture.runAsync(
            () -> accept(socket), Thread.ofVirtual().name("sandbox-listener")::start);
  }

  private void accept(ServerSocket from) {
    while (!from.isClosed()) {
      try {
        open(from.accept());
      } catch (IOException e) {
        if (!from.isClosed()) {
          LOG.atWarn().setCause(e).log("the sandbox could not accept a connection; continuing");
          LockSupport.parkNanos(RETRY_LISTEN_MS * 1_000_000);
        }
      }
    }
  }

  private void open(Socket socket) throws IOException {
    Connection connection = new Connection(socket);
    connections.add(connection);
    Thread.ofVirtual().name("sandbox-connection").start(connection);
  }

  /** The handler's reply; a bug in the handler is answered with 500. */
  private HttpReply.Timed reply(SandboxRequest request) {
    try {
      return handler.apply(request);
    } catch (RuntimeException bug) {
      LOG.atError()
          .addKeyValue("request", request)
          .setCause(bug)
          .log("a bug in the sandbox; answering 500");
      return HttpReply.Timed.now(Response.empty(500, "Internal Server Error", Map.of()));
    }
  }

  /** A client's connection. */
  private final class Connection implements Runnable, HttpServerRequestHandler {
    private final OutputStream out;
    private final InputStream in;
    private final DefaultBHttpServerConnection http =
        new DefaultBHttpServerConnection("http", LIMITS);
    private Runnable onEnd = () -> {};

    Connection(Socket socket) throws IOException {
      socket.setTcpNoDelay(true);
      Socket plain = socket;
      if (tls != null) {
        // The handshake happens on the connection's own thread, when it reads for the first time.
        socket = tls.context().getSocketFactory().createSocket(plain, null, true);
        ((SSLSocket) socket).setNeedClientAuth(tls.clientsNeedACertificate());
        http.bind((SSLSocket) socket, plain);
      } else {
        http.bind(plain);
      }
      in = socket.getInputStream();
      out = socket.getOutputStream();
    }

    void reset() {
      http.close(CloseMode.IMMEDIATE);
    }

    @Override
    public void run() {
      HttpService service = new HttpService(CONTENT_HEADERS, this);
      HttpContext context = HttpCoreContext.create();
      try {
        while (http.isOpen()) {
          serveOne(service, context);
        }
      } catch (IOException | HttpException connectionLost) {
        // The client closed the connection, or sent something that is not HTTP.
      } finally {
        http.close(CloseMode.GRACEFUL);
        connections.remove(this);
      }
    }

    private void serveOne(HttpService service, HttpContext context)
        throws IOException, HttpException {
      try {
        service.handleRequest(http, context);
      } finally {
        onEnd.run();
        onEnd = () -> {};
      }
    }

    @Override
    public void handle(ClassicHttpRequest request, ResponseTrigger trigger, HttpContext context)
        throws HttpException, IOException {
      HttpReply.Timed planned = reply(SandboxRequest.read(request));
      onEnd = planned.onEnd();
      if (!connectedAfter(planned.delayNanos())) {
        http.close();
        return;
      }
      switch (planned.reply()) {
        case Response response -> trigger.submitResponse(response.toHttp());
        case HttpReply.HalfResponse(Response response) -> {
          byte[] all = bytes(response.toHttp());
          out.write(all, 0, all.length / 2);
          out.flush();
          http.close();
        }
        case HttpReply.Reset reset -> http.close(CloseMode.IMMEDIATE);
        case HttpReply.Close close -> http.close();
        case HttpReply.Silence silence -> {
          in.transferTo(OutputStream.nullOutputStream());
          http.close();
        }
      }
    }

    /** Waits for the delay; false if the client has closed the connection meanwhile. */
    private boolean connectedAfter(long delayNanos) throws IOException {
      long due = time.nanos() + delayNanos;
      LockSupport.parkNanos(Math.min(delayNanos, UNWATCHED_NANOS));
      for (long left = due - time.nanos(); left > 0; left = due - time.nanos()) {
        if (http.isDataAvailable(Timeout.ofMilliseconds(left / 1_000_000 + 1))) {
          // The client has sent its next request already, which hides whether it is still there.
          LockSupport.parkNanos(left);
        } else if (due - time.nanos() > 0 && http.isStale()) {
          return false;
        }
      }
      return true;
    }
  }

  private static byte[] bytes(ClassicHttpResponse response) throws IOException, HttpException {
    HttpEntity entity = response.getEntity();
    CONTENT_HEADERS.process(response, entity, HttpCoreContext.create());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    SessionOutputBufferImpl head = new SessionOutputBufferImpl(1024);
    new DefaultHttpResponseWriter().write(response, head, bytes);
    head.flush(bytes);
    if (entity != null) {
      entity.writeTo(bytes);
    }
    return bytes.toByteArray();
  }

  private static ServerSocket listen(InetSocketAddress address) throws IOException {
    if (address.isUnresolved()) {
      throw new UnknownHostException("Unresolved address");
    }
    return new ServerSocket(address.getPort(), BACKLOG, address.getAddress());
  }
}
