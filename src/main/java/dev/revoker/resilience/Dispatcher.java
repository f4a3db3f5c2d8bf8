package dev.revoker.resilience;

import dev.revoker.api.Api;
import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.api.Sessions;
import dev.revoker.config.Config;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.Secret;
import dev.revoker.time.Time;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

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

    /** A request in this lane asked for the removal of a protected key, and was refused. */
    void protectedKeyRequested(String lane);

    /** {@link #intakeRoom()} may have changed. */
    void intakeChanged();

    /** A bug: the state can no longer be trusted, and the process must not go on. */
    void broken(Throwable bug);
  }

  private final Api api;
  private final Listener listener;
  private final Time time;
  private final ReentrantLock lock = new ReentrantLock();
  private final Effects effects = new Effects();

  private final List<String> lanes;
  private final int halfOpenCalls;
  private final ProtectedKeys protectedKeys;
  private final Attempts attempts;
  private final Sessions sessions;
  private final Gate gate;
  private final Slots slots;
  private final RateShares rate;
  private final ReadyQueues ready;
  private final Holds holds;
  private final Moves moves;
  private final Course course;
  private final Pump pump;
  private int roomTold = Integer.MAX_VALUE;

  /** The gate's era in which the API is probed though no request waited when that round began. */
  private long emptyRoundEra = -1;

  /**
   * Starts with the breaker closed and no session.
   *
   * @param random uniform in [0, 1), for the jitter
   */
  public Dispatcher(Config config, Api api, Listener listener, Time time, DoubleSupplier random) {
    this.api = api;
    this.listener = listener;
    this.time = time;
    this.lanes = config.lanes().stream().map(Config.Lane::name).toList();
    this.halfOpenCalls = config.breaker().halfOpenCalls();
    Backoff backoff = new Backoff(config.retry(), random);
    Runnable wake = () -> locked(() -> {});
    this.sessions = new Sessions(config.accounts(), config.loginRetryMs(), time);
    this.protectedKeys = new ProtectedKeys(config);
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
    boolean protectedKey = protectedKeys.contains(request.key());
    locked(
        () -> {
          if (protectedKey) {
            course.refuseProtected(task);
            effects.add(() -> listener.protectedKeyRequested(request.lane()));
          } else {
            course.admit(task);
          }
        });
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
   * How many more requests are wanted now: none while the breaker is open. While it is half-open:
   * one, where no request waited when it became so, until that one's probe is answered; otherwise
   * enough for this round of probes and the next, waiting requests included, so that a request that
   * always fails cannot keep the others out. While it is closed there is no limit.
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

  /** Until when a 429 holds every call back, by the wall clock; null where none does. */
  public @Nullable Instant throttledUntil() {
    lock.lock();
    try {
      long leftMs = gate.throttledMs();
      return leftMs == 0 ? null : time.now().plusMillis(leftMs);
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

  /**
   * Logs out of the sessions that it opened itself, all at the same time, past every gate: nothing
   * is called any more. From now on these sessions are not used.
   *
   * @return done when the API has answered all of them, with how many it has not confirmed
   */
  public CompletableFuture<Integer> logOut() {
    List<Secret> tokens;
    lock.lock();
    try {
      tokens = sessions.closeOpened();
    } finally {
      lock.unlock();
    }
    List<CompletableFuture<Boolean>> answers =
        tokens.stream()
            .map(
                token -> {
                  CompletableFuture<Boolean> confirmed = new CompletableFuture<>();
                  api.call(
                      new ApiCall.Logout(token),
                      answer -> confirmed.complete(answer instanceof ApiAnswer.Done));
                  return confirmed;
                })
            .toList();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(all -> (int) answers.stream().filter(answer -> !answer.join()).count());
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
      tick();
      event.run();
      course.endRests();
      course.endOverHeld();
      pump.run();
      if (gate.probeSucceeded() && waiting() == 0) {
        gate.closeAfterProbe();
      }
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
    if (gate.era() == emptyRoundEra && gate.unprobed()) {
      return gate.awaitsFirstProbe() && waiting() == 0 ? 1 : 0;
    }
    return Math.max(0, 2 * halfOpenCalls - waiting());
  }

  private void tick() {
    long era = gate.era();
    gate.tick();
    if (gate.era() != era && waiting() == 0) {
      emptyRoundEra = gate.era();
    }
  }

  /** Requests that wait for the gate, or for a login. Not those in back-off. */
  private int waiting() {
    return ready.size() + ready.resting().size() + moves.parked();
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
