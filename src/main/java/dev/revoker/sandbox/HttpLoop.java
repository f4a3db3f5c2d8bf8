package dev.revoker.sandbox;

import dev.revoker.time.Time;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small HTTP/1.1 server: one thread, non-blocking sockets, its own timers. Written out because it
 * must misbehave on demand (reset, stay silent, break off, stop listening), wait without holding a
 * thread, and cost little beside what is measured against it.
 *
 * <p>Delays run on the steady clock and are kept to the millisecond above.
 */
final class HttpLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpLoop.class);

  /** Connections beyond these are reset: a client that leaks them is told so. */
  private static final int MAX_CONNECTIONS = 20_000;

  private static final int BACKLOG = 1024;
  private static final long REOPEN_AFTER_NANOS = 100_000_000;

  private final Time time;
  private final Function<HttpRequest, Reply.Planned> handler;
  private final Selector selector;
  private final InetSocketAddress address;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Due> timers = new PriorityQueue<>();
  private @Nullable ServerSocketChannel listener;
  private long timersSet;
  private volatile boolean closed;

  private HttpLoop(
      Time time,
      Function<HttpRequest, Reply.Planned> handler,
      Selector selector,
      ServerSocketChannel listener)
      throws IOException {
    this.time = time;
    this.handler = handler;
    this.selector = selector;
    this.listener = listener;
    this.address = (InetSocketAddress) listener.getLocalAddress();
    this.thread = Thread.ofPlatform().name("sandbox-api").daemon().unstarted(this::run);
  }

  private record Due(long atNanos, long sequence, Runnable task) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.signum(atNanos - other.atNanos);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }

  /**
   * Listens, and hands each request to the handler on the loop's own thread.
   *
   * @throws IOException where the address can't be listened on
   */
  static HttpLoop start(
      InetSocketAddress address, Time time, Function<HttpRequest, Reply.Planned> handler)
      throws IOException {
    Selector selector = Selector.open();
    try {
      HttpLoop loop = new HttpLoop(time, handler, selector, listen(selector, address));
      loop.thread.start();
      return loop;
    } catch (IOException e) {
      selector.close();
      throw e;
    }
  }

  /** Where it listens, with the real port. */
  InetSocketAddress address() {
    return address;
  }

  /** Runs the task on the loop's thread, soon. */
  void execute(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  /** Runs the task on the loop's thread, after the delay. On the loop's thread only. */
  void after(long delayNanos, Runnable task) {
    timers.add(new Due(time.nanos() + delayNanos, timersSet++, task));
  }

  /** What the handler plans for the request; a bug in it answers 500. */
  Reply.Planned plan(HttpRequest request) {
    try {
      return handler.apply(request);
    } catch (RuntimeException bug) {
      LOG.atError()
          .addKeyValue("request", request)
          .setCause(bug)
          .log("the sandbox failed at a request; it answers 500 and goes on");
      return Reply.Planned.now(Reply.empty(500, "Internal Server Error", ""));
    }
  }

  /** Stops listening and resets all connections. On the loop's thread only. */
  void shut() {
    try {
      if (listener != null) {
        listener.close();
        listener = null;
      }
      for (HttpConnection connection : connections()) {
        connection.reset();
      }
      // The socket is let go only when the selector has seen that it is closed.
      selector.selectNow();
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("the sandbox could not stop listening in order");
    }
  }

  /** Listens again, on the same port. On the loop's thread only. */
  void reopen() {
    if (listener != null) {
      return;
    }
    try {
      listener = listen(selector, address);
    } catch (IOException taken) {
      LOG.atWarn()
          .addKeyValue("address", address)
          .setCause(taken)
          .log("the sandbox can't listen on its port again yet; it tries on");
      after(REOPEN_AFTER_NANOS, this::reopen);
    }
  }

  /** Ends the loop and all connections, and waits for that. */
  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (selector) {
      while (!closed) {
        selector.select(this::ready, untilNextTimer());
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
        runTimers();
      }
      shut();
    } catch (IOException e) {
      LOG.atError().setCause(e).log("the sandbox lost its sockets and ends");
    }
  }

  /** Milliseconds, 0 for "no timer". */
  private long untilNextTimer() {
    Due next = timers.peek();
    return next == null ? 0 : Math.max(1, (next.atNanos() - time.nanos() + 999_999) / 1_000_000);
  }

  private void runTimers() {
    for (Due due = timers.peek();
        due != null && due.atNanos() - time.nanos() <= 0;
        due = timers.peek()) {
      timers.remove();
      due.task().run();
    }
  }

  private void ready(SelectionKey key) {
    if (!key.isValid()) {
      return;
    }
    if (key.attachment() instanceof HttpConnection connection) {
      connection.ready();
    } else {
      accept();
    }
  }

  private void accept() {
    try {
      SocketChannel channel = listener == null ? null : listener.accept();
      if (channel != null) {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        HttpConnection connection = new HttpConnection(this, channel);
        connection.register(selector);
        if (selector.keys().size() > MAX_CONNECTIONS) {
          connection.reset();
        }
      }
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("the sandbox could not take a connection; it goes on");
    }
  }

  private List<HttpConnection> connections() {
    List<HttpConnection> connections = new ArrayList<>();
    for (SelectionKey key : selector.keys()) {
      if (key.attachment() instanceof HttpConnection connection) {
        connections.add(connection);
      }
    }
    return connections;
  }

  private static ServerSocketChannel listen(Selector selector, InetSocketAddress address)
      throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      channel.bind(address, BACKLOG);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_ACCEPT);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }
}
