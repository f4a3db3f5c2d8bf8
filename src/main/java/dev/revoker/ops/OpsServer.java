package dev.revoker.ops;

import dev.revoker.config.Config;
import dev.revoker.time.Time;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /metrics}, {@code /livez} and {@code /readyz} on {@code ops.listen}. Everything else
 * is a 404; nothing of the configuration or the environment can be asked for.
 *
 * <p>HttpCore reads and writes the messages. This class only accepts connections; {@link
 * OpsConnections} bounds their number and their time.
 */
public final class OpsServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpsServer.class);
  private static final int BACKLOG = 128;
  private static final long PAUSE_AFTER_FAILURE_MS = 200;
  private static final long CLOSE_MS = 1_000;

  private final ServerSocket listener;
  private final OpsConnections connections;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread acceptor =
      Thread.ofPlatform().name("revoker-ops-accept").daemon().unstarted(this::accept);

  private OpsServer(ServerSocket listener, OpsConnections connections) {
    this.listener = listener;
    this.connections = connections;
  }

  /**
   * Starts to listen and returns.
   *
   * @throws CannotListen if the address cannot be bound: in use, not this machine's, not allowed
   */
  public static OpsServer start(
      Config.Listen listen, PrometheusMeterRegistry registry, Health health, Time time)
      throws CannotListen {
    return start(listen, registry, health, time, OpsConnections.HEAD_MS, OpsConnections.LIMIT_MS);
  }

  static OpsServer start(
      Config.Listen listen,
      PrometheusMeterRegistry registry,
      Health health,
      Time time,
      long headMs,
      long limitMs)
      throws CannotListen {
    OpsConnections connections =
        new OpsConnections(new OpsHandler(registry, health), time, headMs, limitMs);
    OpsServer server = new OpsServer(bind(listen), connections);
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
    connections.close();
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
        Socket socket = listener.accept();
        connections.serve(socket);
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
}
