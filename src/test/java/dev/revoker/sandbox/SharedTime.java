package dev.revoker.sandbox;

import dev.revoker.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test advances while other threads read it. Timers run on the test's thread. */
final class SharedTime implements Time {
  private record Due(long atNanos, Runnable task) {}

  private final AtomicLong nanos = new AtomicLong();
  private final Queue<Due> timers = new ConcurrentLinkedQueue<>();

  @Override
  public Instant now() {
    return Instant.parse("2026-01-01T00:00:00Z").plusNanos(nanos.get());
  }

  @Override
  public long nanos() {
    return nanos.get();
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    Due due = new Due(nanos.get() + delayMs * 1_000_000, task);
    timers.add(due);
    return () -> timers.remove(due);
  }

  void advance(Duration step) {
    long now = nanos.addAndGet(step.toNanos());
    for (Due due : timers) {
      if (due.atNanos() <= now && timers.remove(due)) {
        due.task().run();
      }
    }
  }
}
