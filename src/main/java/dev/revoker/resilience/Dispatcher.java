package dev.revoker.resilience;

import dev.revoker.api.Api;
import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.config.Config;
import dev.revoker.model.Request;
import dev.revoker.model.Secret;
import dev.revoker.time.Time;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.retry.RetryRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes every admitted request to its outcome. {@link CallScheduler} starts calls, {@link
 * AnswerPolicy} decides what an answer leads to, {@link TaskSteps} applies it. One lock guards the
 * whole package; calls and callbacks run outside it. Safe on any thread; blocks on nothing but that
 * lock.
 */
public final class Dispatcher implements RequestProcessor {
  /** For meters and the loop. Called outside the lock, on any thread. */
  public interface Listener {
    /** A call to the API ended, logins included; the words are few and fixed. */
    void apiCalled(String result, long nanos);

    /** A login ended: {@code success}, {@code refused} or {@code failed}. */
    void loggedIn(String account, String result);

    /** A request in this lane asked for the removal of a protected key, and was refused. */
    void protectedKeyRequested(String lane);

    /** {@link #intakeRoom()} may have changed. */
    void intakeChanged();

    /** A bug: the state can no longer be trusted, and the process must end. */
    void broken(Throwable bug);
  }

  /** Resilience4j's own objects, for its meters. */
  public record Instruments(
      CircuitBreakerRegistry breakers, RetryRegistry retries, List<RateLimiter> rateLimiters) {}

  private final Api api;
  private final Listener listener;
  private final Time time;
  private final ReentrantLock lock = new ReentrantLock();

  /** To be done, in order, once the lock is released: calls, callbacks, meters. */
  private List<Runnable> deferred = new ArrayList<>();

  private final List<String> lanes;
  private final AnswerPolicy policy;
  private final ProtectedKeys protectedKeys;
  private final Backoff backoff;
  private final ApiGate gate;
  private final LaneRateLimiter rate;
  private final CallPermits permits;
  private final LoginCoordinator logins;
  private final TaskQueues queues;
  private final TaskSteps steps;
  private final CallScheduler scheduler;

  /** The room of the last {@code intakeChanged}. */
  private int reportedRoom = Integer.MAX_VALUE;

  /**
   * Starts with the breaker closed and no session.
   *
   * @param random uniform in [0, 1), for the jitter
   */
  public Dispatcher(
      Config config,
      Api api,
      RevocationMemory memory,
      Listener listener,
      Time time,
      DoubleSupplier random) {
    this.api = api;
    this.listener = listener;
    this.time = time;
    this.lanes = config.lanes().stream().map(Config.Lane::name).toList();
    Runnable wake = () -> locked(() -> {});
    this.policy = new AnswerPolicy(config);
    this.protectedKeys = new ProtectedKeys(config);
    this.backoff = new Backoff(config.retry(), random, time, wake);
    this.gate = new ApiGate(config.breaker(), backoff, time, wake);
    this.rate = new LaneRateLimiter(config.limits(), config.lanes(), time, wake);
    this.permits = new CallPermits(config.limits().maxInFlight(), config.lanes(), rate, gate);
    this.logins = new LoginCoordinator(config.accounts(), config.loginRetryMs(), time);
    WaitLimits limits = new WaitLimits(config.holdMaxMs(), gate, time, this::locked, wake);
    this.queues = new TaskQueues(lanes.size(), limits, time, this::afterUnlock);
    this.steps = new TaskSteps(gate, queues, limits, memory, time, this::locked, this::afterUnlock);
    this.scheduler =
        new CallScheduler(
            lanes.size(),
            policy,
            api,
            permits,
            gate,
            queues,
            limits,
            logins,
            steps,
            listener,
            time,
            this::locked,
            this::afterUnlock);
  }

  /**
   * Admits a request. Its call may be made before this returns. Each request needs a caller of its
   * own, which identifies it.
   *
   * @throws IllegalArgumentException for a lane that is not configured
   */
  @Override
  public void admit(Request.Valid request, Caller caller) {
    int lane = laneOf(request.lane());
    boolean protectedKey = protectedKeys.contains(request.key());
    locked(
        () -> {
          Task task = new Task(request, caller, lane, policy.first(request), backoff);
          if (protectedKey) {
            steps.refuseProtected(task);
            afterUnlock(() -> listener.protectedKeyRequested(request.lane()));
          } else {
            steps.admit(task);
          }
        });
  }

  /**
   * Withdraws requests: waiting ones at once, those with a call in flight when it is answered. If
   * that answer decides the outcome, the request gets its result after all. So does a request that
   * waits for memory, because the API's answer is known.
   */
  @Override
  public void withdraw(Collection<? extends Caller> callers) {
    locked(() -> queues.of(callers).forEach(steps::withdraw));
  }

  @Override
  public void rateShare(double ofGroup, long forMs) {
    locked(() -> rate.share(ofGroup, forMs));
  }

  @Override
  public int intakeRoom() {
    lock.lock();
    try {
      return gate.intakeRoom(queues.waitingForApi());
    } finally {
      lock.unlock();
    }
  }

  /** Whether the API counts as up: the breaker is closed. */
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

  /** API calls in flight for this lane. */
  public int inFlight(String lane) {
    lock.lock();
    try {
      return permits.inFlight(laneOf(lane));
    } finally {
      lock.unlock();
    }
  }

  /** Requests of this lane in back-off, held, or waiting for a login. */
  public int waiting(String lane) {
    lock.lock();
    try {
      int index = laneOf(lane);
      return queues.waiting(index) + (gate.holding() ? queues.ready(index) : 0);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Logs out of the sessions that it opened, all at the same time, without a permit: for a stop,
   * when no other call is made any more. These sessions are not used from now on.
   *
   * @return done when all are answered, with how many logouts the API did not confirm
   */
  public CompletableFuture<Integer> logOut() {
    List<Secret> tokens;
    lock.lock();
    try {
      tokens = new ArrayList<>(logins.closeOpened());
      tokens.addAll(queues.takeKeySessions());
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

  /** For Resilience4j's Micrometer binders. */
  public Instruments instruments() {
    return new Instruments(gate.registry(), backoff.registry(), rate.limiters());
  }

  private void afterUnlock(Runnable action) {
    deferred.add(action);
  }

  private void locked(Runnable event) {
    try {
      run(event).forEach(Runnable::run);
    } catch (RuntimeException | Error bug) {
      listener.broken(bug);
      throw bug;
    }
  }

  /** Returns what is to be done once the lock is released. */
  private List<Runnable> run(Runnable event) {
    lock.lock();
    try {
      gate.tick(queues.waitingForApi());
      event.run();
      scheduler.run();
      gate.closeAfterProbe(queues.waitingForApi());
      reportRoom();
      if (deferred.isEmpty()) {
        return List.of();
      }
      List<Runnable> taken = deferred;
      deferred = new ArrayList<>();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private void reportRoom() {
    int room = gate.intakeRoom(queues.waitingForApi());
    if (room != reportedRoom) {
      reportedRoom = room;
      afterUnlock(listener::intakeChanged);
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
