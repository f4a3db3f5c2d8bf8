package dev.revoker.api;

import dev.revoker.time.Time;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one host, never more than the maximum. A connection stays open between calls
 * for at most {@value #MAX_IDLE_MS} ms and is used again only if the server has kept it open. The
 * connection used last is used first, so that those that are not needed become idle and close. Safe
 * on any thread.
 */
final class Connections implements AutoCloseable {
  static final long MAX_IDLE_MS = 30_000;
  private static final long SWEEP_MS = 5_000;

  /** The result of asking for a connection. */
  sealed interface Lease {
    /** The caller owns the connection until it returns it. */
    record Open(Connection connection) implements Lease {}

    /**
     * Nothing was sent.
     *
     * @param why names the host and the port at most
     */
    record Failed(String why) implements Lease {}
  }

  private record Idle(Connection connection, long untilMs) {}

  private final Connector connector;
  private final Time time;
  private final Semaphore places;

  /** Guards itself and {@link #closed}. */
  private final Deque<Idle> idle = new ArrayDeque<>();

  private final AtomicBoolean sweepPlanned = new AtomicBoolean();
  private boolean closed;

  Connections(Connector connector, int max, Time time) {
    this.connector = connector;
    this.time = time;
    this.places = new Semaphore(max, true);
  }

  /** Waits for a place and a connection; ended by an interrupt. */
  Lease lease() {
    try {
      places.acquire();
    } catch (InterruptedException late) {
      Thread.currentThread().interrupt();
      return new Lease.Failed("no connection became free in time");
    }
    boolean open = false;
    try {
      Lease lease = keptOrNew();
      open = lease instanceof Lease.Open;
      return lease;
    } finally {
      if (!open) {
        places.release();
      }
    }
  }

  /**
   * Ends a lease.
   *
   * @param keepMs how long the connection may wait for another request; 0 closes it at once
   */
  void giveBack(Connection connection, long keepMs) {
    if (keepMs > 0 && keep(connection, keepMs)) {
      planSweep();
    } else {
      connection.drop();
    }
    places.release();
  }

  /** Closes the idle connections, and from now on every connection that is returned. */
  @Override
  public void close() {
    List<Idle> all;
    synchronized (idle) {
      closed = true;
      all = List.copyOf(idle);
      idle.clear();
    }
    all.forEach(kept -> kept.connection.close());
  }

  private boolean keep(Connection connection, long keepMs) {
    synchronized (idle) {
      if (!closed) {
        idle.addFirst(new Idle(connection, time.millis() + Math.min(keepMs, MAX_IDLE_MS)));
      }
      return !closed;
    }
  }

  private @Nullable Idle kept() {
    synchronized (idle) {
      return idle.pollFirst();
    }
  }

  private Lease keptOrNew() {
    for (Idle kept = kept(); kept != null; kept = kept()) {
      if (kept.untilMs > time.millis() && !kept.connection.stale()) {
        return new Lease.Open(kept.connection);
      }
      kept.connection.drop();
    }
    return connector.open();
  }

  private void planSweep() {
    if (sweepPlanned.compareAndSet(false, true)) {
      // Closing may block while it writes TLS's close_notify, and the timer's thread must not.
      time.after(SWEEP_MS, () -> Thread.ofVirtual().start(this::sweep));
    }
  }

  private void sweep() {
    sweepPlanned.set(false);
    List<Idle> old;
    boolean more;
    synchronized (idle) {
      long nowMs = time.millis();
      old = idle.stream().filter(kept -> kept.untilMs <= nowMs).toList();
      idle.removeAll(old);
      more = !idle.isEmpty();
    }
    old.forEach(kept -> kept.connection.close());
    if (more) {
      planSweep();
    }
  }
}
