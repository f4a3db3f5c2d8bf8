package dev.revoker.sandbox;

import dev.revoker.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test moves and other threads read. It has no timers. */
final class SharedTime implements Time {
  private final AtomicLong nanos = new AtomicLong();

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
    throw new UnsupportedOperationException("the sandbox has timers of its own");
  }

  void advance(Duration step) {
    nanos.addAndGet(step.toNanos());
  }
}
