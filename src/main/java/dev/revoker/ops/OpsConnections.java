package dev.revoker.ops;

import dev.revoker.time.Time;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.ConnectionReuseStrategy;
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
 * The connections of the ops endpoint: one request each, a thread each. Nobody who connects can
 * keep others from an answer:
 *
 * <ul>
 *   <li>At most {@value #MAX} connections, and {@value #MAX_OF_A_PEER} of one address. A new one
 *       beyond that takes the place of the oldest that has not sent its request's head yet; where
 *       there is none, the new one is closed. A request with a body counts as one without a head:
 *       nobody here needs a body, and it may never come.
 *   <li>The head of a request has to arrive within {@value #HEAD_MS} ms, and the whole exchange may
 *       last {@value #LIMIT_MS} ms. Then the connection is closed, which frees its thread.
 * </ul>
 *
 * <p>The threads are platform threads: the carriers of the virtual ones belong to the worker's
 * calls.
 */
final class OpsConnections {
  static final int MAX = 64;
  static final int MAX_OF_A_PEER = 16;
  static final long HEAD_MS = 2_000;
  static final long LIMIT_MS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(OpsConnections.class);
  private static final long IDLE_THREAD_SECONDS = 30;
  private static final Http1Config SMALL =
      Http1Config.custom()
          .setBufferSize(4_096)
          .setMaxLineLength(4_096)
          .setMaxHeaderCount(40)
          .build();

  private static final ConnectionReuseStrategy ONE_REQUEST = (request, response, context) -> false;

  private final OpsHandler handler;
  private final Time time;
  private final long headMs;
  private final long limitMs;
  private final ExecutorService threads;

  /** Oldest first. Guarded by this. */
  private final Set<Connection> open = new LinkedHashSet<>();

  OpsConnections(OpsHandler handler, Time time, long headMs, long limitMs) {
    this.handler = handler;
    this.time = time;
    this.headMs = headMs;
    this.limitMs = limitMs;
    // Twice as many threads: that of a connection which lost its place may not have ended yet.
    this.threads =
        new ThreadPoolExecutor(
            0,
            2 * MAX,
            IDLE_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().name("revoker-ops-", 0).daemon().factory());
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

  /** Cuts all of them off. */
  void close() {
    threads.shutdown();
    connections().forEach(Connection::cut);
  }

  private synchronized List<Connection> connections() {
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
                ONE_REQUEST,
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
