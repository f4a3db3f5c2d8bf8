package dev.revoker.ops;

import dev.revoker.config.Config;
import dev.revoker.time.Time;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpServerConnection;
import org.apache.hc.core5.http.impl.io.HttpService;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http.protocol.ResponseConnControl;
import org.apache.hc.core5.http.protocol.ResponseContent;
import org.apache.hc.core5.http.protocol.ResponseDate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /metrics}, {@code /livez} and {@code /readyz} on {@code ops.listen}. Everything else
 * is a 404. HttpCore reads and writes the messages. One request for each connection, on a platform
 * thread, because the carriers of the virtual threads belong to the worker's calls. Nobody who
 * connects can keep others from an answer:
 *
 * <ul>
 *   <li>At most {@value #MAX} connections, and {@value #MAX_OF_A_PEER} of one address. A new one
 *       beyond that takes the place of the oldest that has not sent its request's head yet; where
 *       there is none, the new one is closed. A request with a body counts as one without a head:
 *       nobody here needs a body, and it may never come.
 *   <li>The head of a request has to arrive within {@value #HEAD_MS} ms, and the whole exchange may
 *       last {@value #LIMIT_MS} ms. Then the connection is closed, which frees its thread.
 * </ul>
 */
public final class OpsServer implements AutoCloseable {
  static final int MAX_OF_A_PEER = 16;
  static final long HEAD_MS = 2_000;
  private static final int MAX = 64;
  private static final long LIMIT_MS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(OpsServer.class);
  private static final int BACKLOG = 128;
  private static final long PAUSE_AFTER_FAILURE_MS = 200;
  private static final long CLOSE_MS = 1_000;
  private static final long IDLE_THREAD_SECONDS = 30;
  private static final Http1Config SMALL =
      Http1Config.custom()
          .setBufferSize(4_096)
          .setMaxLineLength(4_096)
          .setMaxHeaderCount(40)
          .build();

  private final ServerSocket listener;
  private final OpsHandler handler;
  private final Time time;
  private final long headMs;
  private final long limitMs;

  /** Oldest first. Guarded by this. */
  private final Set<Connection> open = new LinkedHashSet<>();

  // Twice as many threads: that of a connection which lost its place may not have ended yet.
  private final ExecutorService threads =
      new ThreadPoolExecutor(
          0,
          2 * MAX,
          IDLE_THREAD_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().name("revoker-ops-", 0).daemon().factory());
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread acceptor =
      Thread.ofPlatform().name("revoker-ops-accept").daemon().unstarted(this::accept);

  private OpsServer(
      ServerSocket listener, OpsHandler handler, Time time, long headMs, long limitMs) {
    this.listener = listener;
    this.handler = handler;
    this.time = time;
    this.headMs = headMs;
    this.limitMs = limitMs;
  }

  /**
   * Starts to listen and returns.
   *
   * @throws CannotListen if the address cannot be bound: in use, not this machine's, not allowed
   */
  public static OpsServer start(
      Config.Listen listen, PrometheusMeterRegistry registry, Health health, Time time)
      throws CannotListen {
    return start(listen, registry, health, time, HEAD_MS, LIMIT_MS);
  }

  static OpsServer start(
      Config.Listen listen,
      PrometheusMeterRegistry registry,
      Health health,
      Time time,
      long headMs,
      long limitMs)
      throws CannotListen {
    OpsServer server =
        new OpsServer(bind(listen), new OpsHandler(registry, health), time, headMs, limitMs);
    server.acceptor.start();
    return server;
  }

  /** Where it listens; with port 0 configured, the port that it got. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /** Stops at once; answers under way are cut off. */
  @Override
  public void close() {
    closed.countDown();
    try {
      listener.close();
      // The port is free once nothing waits for a connection any more.
      acceptor.join(CLOSE_MS);
    } catch (IOException unclosed) {
      LOG.atWarn().setCause(unclosed).log("ops.listen could not be closed in order");
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
    threads.shutdown();
    openNow().forEach(Connection::cut);
  }

  /** {@code ops.listen} cannot be bound; the message says why and what to do. */
  public static final class CannotListen extends Exception {
    private static final long serialVersionUID = 1;

    private CannotListen(Config.Listen listen, String why, IOException cause) {
      super(
          "ops.listen="
              + listen
              + ": cannot listen there ("
              + why
              + "). Stop what uses it, or set ops.listen to an address of this machine and a free"
              + " port; port 0 takes any.",
          cause);
    }
  }

  /**
   * Binds the address and frees it again.
   *
   * @throws CannotListen if a worker could not listen there now
   */
  public static void tryToListen(Config.Listen listen) throws CannotListen {
    try (ServerSocket socket = bind(listen)) {
      LOG.atDebug()
          .addKeyValue("address", socket.getLocalSocketAddress())
          .log("ops.listen is free");
    } catch (IOException unclosed) {
      throw new CannotListen(listen, String.valueOf(unclosed.getMessage()), unclosed);
    }
  }

  private static ServerSocket bind(Config.Listen listen) throws CannotListen {
    InetSocketAddress address = new InetSocketAddress(listen.host(), listen.port());
    try {
      if (address.isUnresolved()) {
        throw new IOException("unknown host");
      }
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(address, BACKLOG);
      return socket;
    } catch (IOException e) {
      String why = e.getMessage();
      throw new CannotListen(listen, why == null ? e.getClass().getSimpleName() : why, e);
    }
  }

  private void accept() {
    while (closed.getCount() > 0) {
      try {
        serve(listener.accept());
      } catch (IOException | RuntimeException failed) {
        if (closed.getCount() > 0) {
          LOG.atWarn().setCause(failed).log("a connection to ops.listen could not be accepted");
          pause();
        }
      }
    }
  }

  /** Out of file descriptors, every accept fails at once. */
  private void pause() {
    try {
      boolean over = closed.await(PAUSE_AFTER_FAILURE_MS, TimeUnit.MILLISECONDS);
      assert !over || closed.getCount() == 0;
    } catch (InterruptedException nobodyInterruptsThisThread) {
      Thread.currentThread().interrupt();
    }
  }

  /** Serves it on a thread of its own, or closes it. */
  void serve(Socket socket) {
    Connection connection = new Connection(socket);
    if (!admit(connection)) {
      connection.cut();
      return;
    }
    try {
      threads.execute(connection);
    } catch (RejectedExecutionException busyOrClosed) {
      connection.end();
    }
  }

  private synchronized List<Connection> openNow() {
    return List.copyOf(open);
  }

  private synchronized boolean admit(Connection connection) {
    long ofPeer = open.stream().filter(connection::hasSamePeer).count();
    if (ofPeer >= MAX_OF_A_PEER || open.size() >= MAX) {
      Connection loses = oldestWithoutHead(ofPeer >= MAX_OF_A_PEER ? connection : null);
      if (loses == null) {
        return false;
      }
      open.remove(loses);
      loses.cut();
    }
    return open.add(connection);
  }

  private @Nullable Connection oldestWithoutHead(@Nullable Connection ofPeer) {
    return open.stream()
        .filter(one -> !one.headRead && (ofPeer == null || ofPeer.hasSamePeer(one)))
        .findFirst()
        .orElse(null);
  }

  private synchronized void remove(Connection connection) {
    open.remove(connection);
  }

  private final class Connection implements Runnable {
    private final Socket socket;
    private final @Nullable InetAddress peer;
    private volatile boolean headRead;

    Connection(Socket socket) {
      this.socket = socket;
      this.peer = socket.getInetAddress();
    }

    boolean hasSamePeer(Connection other) {
      return peer == null || peer.equals(other.peer);
    }

    @Override
    public void run() {
      Time.Timer head = time.after(headMs, this::cutWithoutHead);
      Time.Timer limit = time.after(limitMs, this::cut);
      try (DefaultBHttpServerConnection http = new DefaultBHttpServerConnection(null, SMALL)) {
        http.bind(socket);
        new HttpService(
                new DefaultHttpProcessor(
                    new ResponseDate(), new ResponseContent(), new ResponseConnControl()),
                (request, response, context) -> {
                  headRead = request.getEntity() == null;
                  handler.handle(request, response);
                },
                (request, response, context) -> false,
                null)
            .handleRequest(http, HttpCoreContext.create());
      } catch (IOException | HttpException lost) {
        LOG.atDebug().addKeyValue("why", lost.toString()).log("a client of ops.listen was lost");
      } finally {
        head.cancel();
        limit.cancel();
        end();
      }
    }

    private void cutWithoutHead() {
      if (!headRead) {
        cut();
      }
    }

    void end() {
      remove(this);
      cut();
    }

    /** A thread that reads from or writes to the socket gets an exception, and ends. */
    void cut() {
      try {
        socket.close();
      } catch (IOException unclosed) {
        LOG.atDebug().addKeyValue("why", unclosed.toString()).log("a socket could not be closed");
      }
    }
  }
}
