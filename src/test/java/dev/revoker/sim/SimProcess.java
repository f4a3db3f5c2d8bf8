package dev.revoker.sim;

import dev.revoker.engine.WakeupSignal;
import dev.revoker.time.Time;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A worker's process: its main thread, its timers and the answers from the network. A frozen one
 * gets its events when it is thawed, a dead one never.
 */
final class SimProcess {
  enum State {
    RUNNING,
    FROZEN,
    DEAD,
    EXITED
  }

  static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

  final String name;
  final World world;
  final Time time = new ProcessTime();
  final WakeupSignal wakeupSignal = new ProcessSignal();

  /** Whether the network between it and the brokers works. */
  boolean linkUp = true;

  private final ArrayDeque<Runnable> mailbox = new ArrayDeque<>();
  private final long nanosOrigin;
  private final Fiber fiber;
  private long skewNanos;
  private State state = State.RUNNING;
  private boolean rung;

  private @Nullable BooleanSupplier waitingFor;
  private long waitNumber;
  private boolean resumeDue;

  SimProcess(String name, World world, Runnable main) {
    this.name = name;
    this.world = world;
    // System.nanoTime has an arbitrary origin, which may be negative.
    this.nanosOrigin = world.random.nextLong(-1L << 50, 1L << 50);
    this.fiber =
        new Fiber(
            name,
            () -> {
              main.run();
              if (state == State.RUNNING) {
                state = State.EXITED;
              }
            });
  }

  State state() {
    return state;
  }

  boolean alive() {
    return state == State.RUNNING || state == State.FROZEN;
  }

  @Nullable Throwable failure() {
    return fiber.failure();
  }

  void start() {
    world.at(0, name + " starts", fiber::resume);
  }

  /** kill -9: it has no further events; what it sent still arrives. */
  void crash() {
    world.trace(name + " CRASHES");
    state = State.DEAD;
    mailbox.clear();
    fiber.kill();
  }

  /** Ends its thread when the run is over. */
  void dispose() {
    if (!fiber.ended()) {
      state = State.DEAD;
      fiber.kill();
    }
  }

  void freeze() {
    if (state == State.RUNNING) {
      world.trace(name + " FREEZES");
      state = State.FROZEN;
    }
  }

  void thaw() {
    if (state != State.FROZEN) {
      return;
    }
    world.trace(name + " THAWS");
    state = State.RUNNING;
    // Its threads continue at once, in any order; each sees its own events in their order.
    while (!mailbox.isEmpty()) {
      Runnable missed = mailbox.poll();
      post(world.nanosBetween(0, 0.05), name + " missed", missed);
    }
  }

  /** The wall clock is set. */
  void jump(long nanos) {
    world.trace(name + " CLOCK JUMPS " + nanos);
    skewNanos += nanos;
  }

  /** Runs in this process at that time, if it still lives. */
  World.Event post(long delayNanos, String what, Runnable action) {
    return world.at(delayNanos, what, () -> deliver(action));
  }

  private void deliver(Runnable action) {
    switch (state) {
      case RUNNING -> action.run();
      case FROZEN -> mailbox.add(action);
      case DEAD, EXITED -> {}
    }
  }

  /** The main thread waits for the condition, at most until the deadline. */
  void await(BooleanSupplier until, long deadlineNanos) {
    while (!until.getAsBoolean() && world.nanos() < deadlineNanos) {
      suspend(until, deadlineNanos - world.nanos());
    }
  }

  /** The main thread works for a short time, in which other events may happen. */
  void pass() {
    long until = world.nanos() + world.nanosBetween(0.002, 0.04);
    await(() -> false, until);
  }

  /** The main thread computes for this time. */
  void spend(long nanos) {
    long until = world.nanos() + nanos;
    await(() -> false, until);
  }

  private void suspend(BooleanSupplier until, long atMostNanos) {
    if (!fiber.current()) {
      throw new IllegalStateException("only the main thread may wait");
    }
    long number = ++waitNumber;
    waitingFor = until;
    resumeDue = false;
    World.Event timeUp = post(atMostNanos, name + " waited", () -> resume(number));
    fiber.suspend();
    timeUp.cancelled = true;
  }

  /** Called after every event: wakes the main thread if its condition holds. */
  void check() {
    BooleanSupplier until = waitingFor;
    if (state == State.RUNNING && until != null && !resumeDue && until.getAsBoolean()) {
      resumeDue = true;
      long number = waitNumber;
      post(world.nanosBetween(0.001, 0.05), name + " goes on", () -> resume(number));
    }
  }

  private void resume(long number) {
    if (number == waitNumber && waitingFor != null) {
      waitingFor = null;
      fiber.resume();
    }
  }

  private final class ProcessSignal implements WakeupSignal {
    @Override
    public void send() {
      rung = true;
    }

    @Override
    public void await(long timeoutMs) {
      pass();
      SimProcess.this.await(() -> rung, world.nanos() + timeoutMs * World.MS);
      rung = false;
    }

    @Override
    public void pauseNanos(long nanos) {
      spend(nanos);
    }
  }

  private final class ProcessTime implements Time {
    @Override
    public Instant now() {
      return EPOCH.plusNanos(world.nanos() + skewNanos);
    }

    @Override
    public long nanos() {
      return nanosOrigin + world.nanos();
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
      World.Event event = post(delayMs * World.MS, name + " timer", task);
      return () -> event.cancelled = true;
    }
  }
}
