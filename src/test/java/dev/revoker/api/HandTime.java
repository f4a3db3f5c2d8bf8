package dev.revoker.api;

import dev.revoker.time.Time;
import java.time.Instant;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test advances; due timers run on the thread that advances it. Thread-safe. */
final class HandTime implements Time {
  private record Due(long atMs, Runnable task) {}

  private final ConcurrentLinkedDeque<Due> timers = new ConcurrentLinkedDeque<>();
  private final AtomicLong nowMs = new AtomicLong();

  void pass(long millis) {
    long untilMs = nowMs.addAndGet(millis);
    for (Due due : timers) {
      if (due.atMs <= untilMs && timers.remove(due)) {
        due.task.run();
      }
    }
  }

  /** How many timers are set. */
  int timersSet() {
    return timers.size();
  }

  /** Runs what was set last, however far away it is. */
  void runLatest() {
    Iterator<Due> latest = timers.descendingIterator();
    Due due = latest.next();
    latest.remove();
    due.task.run();
  }

  @Override
  public Instant now() {
    return Instant.ofEpochMilli(nowMs.get());
  }

  @Override
  public long nanos() {
    return nowMs.get() * 1_000_000;
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    Due due = new Due(nowMs.get() + delayMs, task::run);
    timers.add(due);
    return () -> timers.remove(due);
  }
}
