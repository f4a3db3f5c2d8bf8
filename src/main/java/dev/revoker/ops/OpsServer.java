package dev.revoker.ops;

import com.sun.net.httpserver.HttpServer;
import dev.revoker.config.Config;
import dev.revoker.time.Time;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * {@code GET /metrics}, {@code /livez} and {@code /readyz} on {@code ops.listen}. Everything else
 * is a 404; nothing of the configuration or the environment can be asked for.
 *
 * <p>Bounded: at most {@value #MAX_THREADS} exchanges at a time, and a connection beyond that is
 * closed at once; an exchange that is not over after {@value #LIMIT_MS} ms, from the first byte of
 * its request to the last of its answer, is cut off. The threads are platform threads on purpose:
 * the JDK's server reads inside a monitor, and before JDK 24 slow clients would pin the virtual
 * threads' carriers, on which the worker's calls run.
 */
public final class OpsServer implements AutoCloseable {
  static final int MAX_THREADS = 16;
  static final long LIMIT_MS = 10_000;
  private static final int MAX_CONNECTIONS = 512;
  private static final long IDLE_THREAD_SECONDS = 30;

  static {
    // Connections that say nothing. The JDK's server takes it from nowhere else, for the whole
    // process; it closes the silent ones after half a minute.
    String property = "jdk.httpserver.maxConnections";
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(MAX_CONNECTIONS));
    }
  }

  private final HttpServer server;
  private final ExecutorService threads;

  private OpsServer(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Starts to listen and returns.
   *
   * @throws CannotListen if the address can't be had: in use, not this machine's, not allowed
   */
  public static OpsServer start(
      Config.Listen listen, PrometheusMeterRegistry registry, Health health, Time time)
      throws CannotListen {
    return start(listen, registry, health, new TimeLimit(time, LIMIT_MS));
  }

  static OpsServer start(
      Config.Listen listen, PrometheusMeterRegistry registry, Health health, TimeLimit limit)
      throws CannotListen {
    HttpServer server = bind(listen);
    ExecutorService threads =
        new ThreadPoolExecutor(
            0,
            MAX_THREADS,
            IDLE_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().name("revoker-ops-", 0).daemon().factory());
    server.setExecutor(exchange -> threads.execute(limit.around(exchange)));
    server.createContext("/", new OpsHandler(registry, health));
    server.start();
    return new OpsServer(server, threads);
  }

  /** Where it listens; with port 0 configured, the port that it got. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** Stops at once; answers under way are cut off. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /** {@code ops.listen} can't be had; the message says why and what to do. */
  public static final class CannotListen extends Exception {
    private static final long serialVersionUID = 1;

    private CannotListen(Config.Listen listen, String why, IOException cause) {
      super(
          "ops.listen=%s: cannot listen there (%s). ".formatted(listen, why)
              + "Stop what uses it, or set ops.listen to an address of this machine and a free"
              + " port; port 0 takes any.",
          cause);
    }
  }

  private static HttpServer bind(Config.Listen listen) throws CannotListen {
    InetSocketAddress address = new InetSocketAddress(listen.host(), listen.port());
    try {
      if (address.isUnresolved()) {
        throw new IOException("unknown host");
      }
      return HttpServer.create(address, 0);
    } catch (IOException e) {
      String why = e.getMessage();
      throw new CannotListen(listen, why == null ? e.getClass().getSimpleName() : why, e);
    }
  }
}
