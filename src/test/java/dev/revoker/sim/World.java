package dev.revoker.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Virtual time, scheduled events, the only random generator, and the log of steps. */
final class World {
  static final long MS = 1_000_000;
  static final long SECOND = 1000 * MS;

  /** A scheduled event. */
  static final class Event {
    final long atNanos;
    final long order;
    final String what;
    final Runnable action;
    boolean cancelled;

    Event(long atNanos, long order, String what, Runnable action) {
      this.atNanos = atNanos;
      this.order = order;
      this.what = what;
      this.action = action;
    }
  }

  final SplittableRandom random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          Comparator.<Event>comparingLong(event -> event.atNanos)
              .thenComparingLong(event -> event.order));
  private final @Nullable List<String> log;
  private long nanos;
  private long order;
  private long steps;
  private long hash = 1469598103934665603L;
  private @Nullable String violation;

  World(long seed, boolean logging) {
    random = new SplittableRandom(seed);
    log = logging ? new ArrayList<>() : null;
  }

  long nanos() {
    return nanos;
  }

  long steps() {
    return steps;
  }

  /** The hash of the log of steps: the same for the same run. */
  long hash() {
    return hash;
  }

  List<String> log() {
    return log == null ? List.of() : log;
  }

  Event at(long delayNanos, String what, Runnable action) {
    Event event = new Event(nanos + Math.max(0, delayNanos), order++, what, action);
    events.add(event);
    return event;
  }

  /** Runs the next event; false if there is none. */
  boolean step() {
    Event next = events.poll();
    while (next != null && next.cancelled) {
      next = events.poll();
    }
    if (next == null) {
      return false;
    }
    nanos = next.atNanos;
    steps++;
    trace(next.what);
    next.action.run();
    return true;
  }

  /** Adds to the log of steps. */
  void trace(String what) {
    hash = (hash ^ nanos) * 1099511628211L;
    hash = (hash ^ what.hashCode()) * 1099511628211L;
    if (log != null) {
      log.add("%6d %12.6f %s".formatted(steps, nanos / 1e9, what));
    }
  }

  /** Adds a comment to the log, which is not part of the hash. */
  void note(String what) {
    if (log != null) {
      log.add("%6d %12.6f        # %s".formatted(steps, nanos / 1e9, what));
    }
  }

  /** Reports a violation; the first one is kept. */
  void violated(String guarantee, String how) {
    trace("VIOLATED " + guarantee + ": " + how);
    if (violation == null) {
      violation = guarantee + ": " + how;
    }
  }

  @Nullable String violation() {
    return violation;
  }

  boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  /** Uniform, both ends included. */
  int between(int low, int high) {
    return random.nextInt(low, high + 1);
  }

  /** A duration in nanoseconds, uniform. */
  long nanosBetween(double lowMs, double highMs) {
    return (long) ((lowMs + random.nextDouble() * (highMs - lowMs)) * MS);
  }

  /** A duration in nanoseconds with a long tail: a few are ten times the mean and more. */
  long longTail(double meanMs) {
    double exponential = -Math.log(1 - random.nextDouble());
    double factor = chance(0.02) ? 10 : 1;
    return (long) (meanMs * MS * exponential * factor) + 1;
  }

  <T> T pick(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
