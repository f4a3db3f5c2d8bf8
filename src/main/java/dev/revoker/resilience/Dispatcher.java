package dev.revoker.resilience;

import dev.revoker.api.Api;
import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.api.Session;
import dev.revoker.api.Sessions;
import dev.revoker.config.Config;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.Secret;
import dev.revoker.time.Time;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries every admitted request to its outcome: picks the most urgent one that may be called,
 * gives it a slot, and has its {@link Course} decide after each answer what is next. One lock
 * guards all of it; calls and callbacks run outside the lock. Safe on any thread; blocks on nothing
 * but that lock.
 *
 * <p>The order of the gates, and why: a lane's slot first (it costs nothing to look), then the
 * account's session (one account's trouble must not use up what all share), the hold after a 429
 * and the breaker (a permission to probe is scarce), and the rate last, looked at before and taken
 * after the breaker's permission, so that none is wasted.
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

  private final Api api;
  private final Listener listener;
  private final Time time;
  private final ReentrantLock lock = new ReentrantLock();
  private final Effects effects = new Effects();

  private final List<String> lanes;
  private final int halfOpenCalls;
  private final Sessions sessions;
  private final Attempts attempts;
  private final Gate gate;
  private final Slots slots;
  private final RateShares rate;
  private final ReadyQueues ready;
  private final Holds holds;
  private final Course course;
  private boolean rateTimerSet;
  private int roomTold = Integer.MAX_VALUE;

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
    this.attempts = new Attempts(config.retry(), backoff);
    this.gate = new Gate(config.breaker(), backoff, time, wake);
    this.slots = new Slots(config.limits().maxInFlight(), config.lanes());
    this.rate = new RateShares(config.limits(), config.lanes(), time);
    this.ready = new ReadyQueues(lanes.size());
    this.holds = new Holds(config.holdMaxMs(), gate, ready, time, wake);
    this.course =
        new Course(lanes.size(), gate, ready, holds, sessions, time, effects, this::locked);
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
   * How many more requests are wanted now: none while the API is down, as many as there are probes
   * left while it is probed (a lone request must be able to find out that the API is back), else no
   * limit of the dispatcher's.
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
      return course.waiting(index) + (gate.holding() ? ready.size(index) : 0);
    } finally {
      lock.unlock();
    }
  }

  /** Resilience4j's own view, for its Micrometer binders. */
  public Instruments instruments() {
    return new Instruments(gate.registry(), attempts.registry(), rate.limiters());
  }

  private void locked(Runnable event) {
    List<Runnable> todo;
    lock.lock();
    try {
      gate.tick();
      event.run();
      course.endOverHeld();
      pump();
      holds.arm();
      tellRoom();
      todo = effects.take();
    } catch (RuntimeException | Error bug) {
      listener.broken(bug);
      throw bug;
    } finally {
      lock.unlock();
    }
    todo.forEach(Runnable::run);
  }

  /** Starts all that may start, most urgent first. */
  private void pump() {
    for (int lane = 0; lane < lanes.size(); lane++) {
      for (Task head = ready.peek(lane);
          head != null && slots.free(lane);
          head = ready.peek(lane)) {
        if (!advance(head)) {
          // What keeps this one keeps the less urgent ones too.
          return;
        }
      }
    }
  }

  /** Moves the head of a queue on; false if nothing can be called now. */
  private boolean advance(Task task) {
    if (course.endedByNotAfter(task)) {
      return true;
    }
    Secret own = task.request.apiToken();
    if (own != null) {
      return remove(task, null, own, false);
    }
    String account = accountOf(task);
    return switch (sessions.of(account)) {
      case Session.Open open -> remove(task, account, open.apiToken(), open.renewable());
      case Session.Closed closed -> login(task, account);
      case Session.LoggingIn other -> {
        course.park(task, account);
        yield true;
      }
      case Session.Refused refused -> {
        course.endedBySession(task, refused.error());
        yield true;
      }
    };
  }

  private boolean remove(Task task, @Nullable String account, Secret token, boolean renewable) {
    if (!begin(task)) {
      return false;
    }
    task.calls++;
    task.token = token;
    call(
        task,
        new ApiCall.RemoveApiKey(token, task.request.key()),
        answer -> course.afterRemoval(task, account, token, renewable, answer));
    return true;
  }

  private boolean login(Task task, String account) {
    if (!begin(task)) {
      return false;
    }
    sessions.loginStarted(account);
    call(
        task,
        new ApiCall.Login(sessions.credentials(account)),
        answer -> {
          course.afterLogin(task, account, answer);
          String result = Judge.loginWord(answer);
          effects.add(() -> listener.loggedIn(account, result));
        });
    return true;
  }

  /** Passes the task through the gates and gives it its slot. */
  private boolean begin(Task task) {
    long waitNanos = rate.waitNanos(task.lane);
    if (waitNanos > 0) {
      wakeForRate(waitNanos);
      return false;
    }
    if (!gate.tryAcquire()) {
      return false;
    }
    rate.take(task.lane);
    slots.take(task.lane);
    course.called(task);
    return true;
  }

  private void call(Task task, ApiCall call, Consumer<ApiAnswer> then) {
    effects.add(
        () -> {
          long startedNanos = time.nanos();
          api.call(call, answer -> answered(task, answer, time.nanos() - startedNanos, then));
        });
  }

  private void answered(Task task, ApiAnswer answer, long nanos, Consumer<ApiAnswer> then) {
    listener.apiCalled(Judge.word(answer), nanos);
    locked(
        () -> {
          slots.giveBack(task.lane);
          gate.answered(answer, nanos);
          then.accept(answer);
        });
  }

  private void wakeForRate(long waitNanos) {
    if (!rateTimerSet) {
      rateTimerSet = true;
      long waitMs = (waitNanos + 999_999) / 1_000_000;
      time.after(waitMs, () -> locked(() -> rateTimerSet = false));
    }
  }

  private int room() {
    if (gate.apiUp()) {
      return Integer.MAX_VALUE;
    }
    return gate.probing() ? Math.max(0, halfOpenCalls - ready.size() - slots.inFlight()) : 0;
  }

  private void tellRoom() {
    int room = room();
    if (room != roomTold) {
      roomTold = room;
      effects.add(listener::intakeChanged);
    }
  }

  private static String accountOf(Task task) {
    String account = task.request.echo().account();
    if (account == null) {
      throw new IllegalStateException("a valid request has an account or a token of its own");
    }
    return account;
  }

  private int laneOf(String lane) {
    int index = lanes.indexOf(lane);
    if (index < 0) {
      throw new IllegalArgumentException("no such lane: " + lane);
    }
    return index;
  }
}
