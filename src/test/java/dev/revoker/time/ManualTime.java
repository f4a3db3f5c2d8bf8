package dev.revoker.time;

import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A clock that moves when a test says so, and runs the timers that fall due on the way, in order,
 * on the test's thread. Not thread-safe.
 */
public final class ManualTime implements Time {
  private record Due(long atNanos, long order, Runnable task, boolean[] cancelled) {}

  private final Instant epoch;
  private final PriorityQueue<Due> timers =
      new PriorityQueue<>(Comparator.comparingLong(Due::atNanos).thenComparingLong(Due::order));
  private long nanos;

  /** How far each reading moves it on, as a real clock goes on between two readings. */
  public long msPerReading;

  private long order;

  public ManualTime() {
    this(Instant.parse("2026-01-01T00:00:00Z"));
  }

  public ManualTime(Instant epoch) {
    this.epoch = epoch;
  }

  @Override
  public Instant now() {
    return epoch.plusNanos(nanos);
  }

  @Override
  public long nanos() {
    nanos += msPerReading * 1_000_000;
    return nanos;
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    boolean[] cancelled = new boolean[1];
    timers.add(new Due(nanos + Math.max(0, delayMs) * 1_000_000, order++, task, cancelled));
    return () -> cancelled[0] = true;
  }

  /** Moves on, running what falls due. */
  public void advanceMs(long ms) {
    long until = nanos + ms * 1_000_000;
    for (Due next = next(); next != null && next.atNanos() <= until; next = next()) {
      runNext();
    }
    nanos = until;
  }

  /** Moves to the next timer and runs it; false if there is none. */
  public boolean runNext() {
    Due due = next();
    if (due == null) {
      return false;
    }
    timers.remove();
    nanos = Math.max(nanos, due.atNanos());
    due.task().run();
    return true;
  }

  /** The timer that falls due first, or null; what was cancelled before it is gone. */
  private Due next() {
    while (!timers.isEmpty() && timers.peek().cancelled()[0]) {
      timers.remove();
    }
    return timers.peek();
  }

  /** How many timers are set and not cancelled. */
  public long timersSet() {
    return timers.stream().filter(due -> !due.cancelled()[0]).count();
  }
}
