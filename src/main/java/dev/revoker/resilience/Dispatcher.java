package dev.revoker.resilience;

import dev.revoker.api.Api;
import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.config.Config;
import dev.revoker.model.Request;
import dev.revoker.model.Result.RevokedBy;
import dev.revoker.model.Secret;
import dev.revoker.time.Time;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.retry.RetryRegistry;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes every admitted request to its outcome. {@link CallScheduler} starts calls, {@link
 * AnswerPolicy} decides what an answer leads to, {@link TaskSteps} applies it. One lock guards the
 * whole package; calls and callbacks run outside it. Safe on any thread; blocks on nothing but that
 * lock.
 */
public final class Dispatcher implements RequestProcessor {
  /**
   * Which keys were revoked before, by any worker. Asked once for each request that would otherwise
   * end as {@code not_found}; the request waits for the answer without a slot.
   */
  public interface Memory {
    /** Remembers nothing: {@code remember.days} is 0. */
    Memory NONE = (keyFingerprint, answer) -> answer.accept(null);

    /**
     * Looks for an earlier committed result that says {@code revoked} of this key. Called on any
     * thread, without the dispatcher's lock; must not block.
     *
     * @param keyFingerprint the whole one, as results show it
     * @param answer called once, on any thread, perhaps before this method returns: the earlier
     *     result, or null where none is known. The request may have ended before the answer,
     *     because of its {@code not_after} or a stop; the answer is then ignored.
     */
    void find(String keyFingerprint, Consumer<@Nullable RevokedBy> answer);
  }

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
  private final EventLock lock;
  private final List<String> lanes;
  private final AnswerPolicy policy;
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
      Config config, Api api, Memory memory, Listener listener, Time time, DoubleSupplier random) {
    this.api = api;
    this.listener = listener;
    this.time = time;
    this.lanes = config.lanes().stream().map(Config.Lane::name).toList();
    this.lock = new EventLock(time, this::beforeEvent, this::afterEvent, listener::broken);
    this.policy = new AnswerPolicy(config);
    this.backoff = new Backoff(config.retry(), random, time, lock::wake);
    this.gate = new ApiGate(config.breaker(), backoff, time, lock::wake);
    this.rate = new LaneRateLimiter(config.limits(), config.lanes(), time, lock::wake);
    this.permits = new CallPermits(config.limits().maxInFlight(), config.lanes(), rate, gate);
    this.logins = new LoginCoordinator(config.accounts(), config.loginRetryMs(), time);
    this.queues = new TaskQueues(lanes.size(), config.holdMaxMs(), gate, time, lock);
    this.steps = new TaskSteps(policy, gate, queues, memory, time, lock);
    this.scheduler =
        new CallScheduler(api, permits, gate, queues, logins, steps, listener, time, lock);
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
    boolean protectedKey = policy.isProtected(request.key());
    lock.run(
        () -> {
          Task task = new Task(request, caller, lane, policy.first(request), backoff);
          if (protectedKey) {
            steps.refuseProtected(task);
            lock.afterUnlock(() -> listener.protectedKeyRequested(request.lane()));
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
    lock.run(() -> queues.of(callers).forEach(steps::withdraw));
  }

  @Override
  public void rateShare(double ofGroup, long forMs) {
    lock.run(() -> rate.share(ofGroup, forMs));
  }

  @Override
  public int intakeRoom() {
    return lock.read(() -> gate.intakeRoom(queues.waitingForApi()));
  }

  /** Whether the API counts as up: the breaker is closed. */
  public boolean apiUp() {
    return lock.read(gate::apiUp);
  }

  /** Until when a 429 holds every call back, by the wall clock; null where none does. */
  public @Nullable Instant throttledUntil() {
    long leftMs = lock.read(gate::throttledMs);
    return leftMs == 0 ? null : time.now().plusMillis(leftMs);
  }

  /** API calls in flight for this lane. */
  public int inFlight(String lane) {
    return lock.read(() -> permits.inFlight(laneOf(lane)));
  }

  /** Requests of this lane in back-off, held, or waiting for a login. */
  public int waiting(String lane) {
    int index = laneOf(lane);
    return lock.read(() -> queues.waiting(index) + (gate.holding() ? queues.ready(index) : 0));
  }

  /**
   * Logs out of the sessions that it opened, all at the same time, without a permit: for a stop,
   * when no other call is made any more. These sessions are not used from now on.
   *
   * @return done when all are answered, with how many logouts the API did not confirm
   */
  public CompletableFuture<Integer> logOut() {
    List<Secret> tokens =
        lock.read(
            () ->
                Stream.concat(logins.closeOpened().stream(), queues.takeKeySessions().stream())
                    .toList());
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

  private void beforeEvent() {
    gate.tick(queues.waitingForApi());
  }

  private void afterEvent() {
    scheduler.run();
    gate.closeAfterProbe(queues.waitingForApi());
    reportRoom();
  }

  private void reportRoom() {
    int room = gate.intakeRoom(queues.waitingForApi());
    if (room != reportedRoom) {
      reportedRoom = room;
      lock.afterUnlock(listener::intakeChanged);
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
