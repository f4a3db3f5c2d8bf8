package dev.revoker.resilience;

import dev.revoker.api.Api;
import dev.revoker.api.Sessions;
import dev.revoker.config.Config;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.time.Time;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;

/**
 * Carries every admitted request to its outcome: picks the most urgent one that may be called,
 * gives it a slot, and has its {@link Course} decide after each answer what is next. One lock
 * guards all of it; calls and callbacks run outside the lock. Safe on any thread; blocks on nothing
 * but that lock.
 */
public final class Dispatcher {
  /** A request that was admitted. */
  public interface Ticket {}

  /**
   * Who admitted a request. Exactly one of the two is called, once, on any thread and outside the
   * lock.
   */
  public interface Caller {
    /** The request has its outcome. */
    void answered(Result result);

    /**
     * The request was taken back and will not be called any more; nothing is said of its outcome.
     */
    void withdrawn();
  }

  /** What meters and the loop want to know. Called outside the lock, on any thread. */
  public interface Listener {
    /** A call to the API ended, logins included; the words are few and fixed. */
    void apiCalled(String result, long nanos);

    /** A login ended: {@code success}, {@code refused} or {@code failed}. */
    void loggedIn(String account, String result);

    /** {@link #intakeRoom()} may have changed. */
    void intakeChanged();

    /** A bug: the state can no longer be trusted, and the process must not go on. */
    void broken(Throwable bug);
  }

  private final Listener listener;
  private final ReentrantLock lock = new ReentrantLock();
  private final Effects effects = new Effects();

  private final List<String> lanes;
  private final int halfOpenCalls;
  private final Attempts attempts;
  private final Gate gate;
  private final Slots slots;
  private final RateShares rate;
  private final ReadyQueues ready;
  private final Holds holds;
  private final Moves moves;
  private final Course course;
  private final Pump pump;
  private int roomTold = Integer.MAX_VALUE;

  /**
   * Starts with the breaker closed and no session.
   *
   * @param random uniform in [0, 1), for the jitter
   */
  public Dispatcher(Config config, Api api, Listener listener, Time time, DoubleSupplier random) {
    this.listener = listener;
    this.lanes = config.lanes().stream().map(Config.Lane::name).toList();
    this.halfOpenCalls = config.breaker().halfOpenCalls();
    Backoff backoff = new Backoff(config.retry(), random);
    Runnable wake = () -> locked(() -> {});
    Sessions sessions = new Sessions(config.accounts(), config.loginRetryMs(), time);
    this.attempts = new Attempts(config.retry(), backoff);
    this.gate = new Gate(config.breaker(), backoff, time, wake);
    this.slots = new Slots(config.limits().maxInFlight(), config.lanes());
    this.rate = new RateShares(config.limits(), config.lanes(), time, wake);
    this.ready = new ReadyQueues(lanes.size());
    this.holds = new Holds(config.holdMaxMs(), gate, ready, time, wake);
    this.moves = new Moves(lanes.size(), ready, holds, time, effects);
    Deadlines deadlines = new Deadlines(moves, time, this::locked);
    this.course = new Course(gate, ready, holds, moves, deadlines, sessions, time, this::locked);
    Calls calls = new Calls(api, slots, rate, gate, moves, time, effects, listener, this::locked);
    this.pump =
        new Pump(
            lanes.size(),
            calls,
            ready,
            sessions,
            new Logins(sessions, moves, course),
            course,
            moves,
            deadlines,
            listener,
            effects);
  }

  /**
   * Takes a request in; it may be called before this returns.
   *
   * @throws IllegalArgumentException for a lane that is not configured
   */
  public Ticket admit(Request.Valid request, Caller caller) {
    Task task = new Task(request, caller, laneOf(request.lane()), attempts.begin());
    locked(() -> course.admit(task));
    return task;
  }

  /**
   * Takes requests back: those that wait at once, those that are being called when their call ends;
   * if that call decides the outcome they are answered after all.
   */
  public void withdraw(Collection<Ticket> tickets) {
    locked(() -> tickets.forEach(ticket -> course.withdraw((Task) ticket)));
  }

  /**
   * How many more requests are wanted now: none while the breaker is open; while the API is probed
   * enough for this round of probes and the next, those included that wait already (so that a
   * single request can tell that the API is back, and one that always fails can't keep the others
   * out); else no limit of the dispatcher's.
   */
  public int intakeRoom() {
    lock.lock();
    try {
      return room();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the API is taken to be up, that is whether the breaker is closed. */
  public boolean apiUp() {
    lock.lock();
    try {
      return gate.apiUp();
    } finally {
      lock.unlock();
    }
  }

  /** API calls under way for this lane. */
  public int inFlight(String lane) {
    lock.lock();
    try {
      return slots.inFlight(laneOf(lane));
    } finally {
      lock.unlock();
    }
  }

  /** Requests of this lane in back-off, held, or waiting for a login. */
  public int waiting(String lane) {
    lock.lock();
    try {
      int index = laneOf(lane);
      return moves.waiting(index) + (gate.holding() ? ready.size(index) : 0);
    } finally {
      lock.unlock();
    }
  }

  /** Resilience4j's own view, for its Micrometer binders. */
  public Instruments instruments() {
    return new Instruments(gate.registry(), attempts.registry(), rate.limiters());
  }

  private void locked(Runnable event) {
    try {
      run(event).forEach(Runnable::run);
    } catch (RuntimeException | Error bug) {
      listener.broken(bug);
      throw bug;
    }
  }

  /** Returns what is to be done now that the lock is released. */
  private List<Runnable> run(Runnable event) {
    lock.lock();
    try {
      gate.tick();
      event.run();
      course.endRests();
      course.endOverHeld();
      pump.run();
      holds.arm();
      tellRoom();
      return effects.take();
    } finally {
      lock.unlock();
    }
  }

  private int room() {
    if (gate.apiUp()) {
      return Integer.MAX_VALUE;
    }
    if (!gate.probing()) {
      return 0;
    }
    return Math.max(0, 2 * halfOpenCalls - ready.size() - ready.resting().size() - moves.parked());
  }

  private void tellRoom() {
    int room = room();
    if (room != roomTold) {
      roomTold = room;
      effects.add(listener::intakeChanged);
    }
  }

  private int laneOf(String lane) {
    int index = lanes.indexOf(lane);
    if (index < 0) {
      throw new IllegalArgumentException("no such lane: " + lane);
    }
    return index;
  }
}
