package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.config.Config;
import dev.revoker.time.Time;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Whether the API may be called at all: Resilience4j's circuit breaker, and the hold after a 429.
 * Guarded by the dispatcher's lock. The breaker's move from open to half-open is a timer of ours,
 * so that it happens, and wakes who is held, with no call to trigger it.
 *
 * <p>Time is cut into eras: each move of the breaker begins one. An answer counts only in the era
 * that its call was permitted in. So a call from before an outage that ends while the API is probed
 * is no probe, and gives no permission back that it did not take.
 */
final class Gate {
  /**
   * The permission for one call.
   *
   * @param probe it was given while the API was probed
   * @param holds how many holds after a 429 had begun
   */
  record Permit(long era, boolean probe, int holds) {}

  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

  private final CircuitBreakerRegistry registry;
  private final CircuitBreaker breaker;
  private final Throttle throttle;
  private final Config.Breaker config;
  private final Time time;
  private final Runnable wake;

  private long era;
  private int probesLeft;
  private int probesOut;

  /** A probe of this round was answered, and not by a 429. */
  private boolean probed;

  /** A probe of this round succeeded. */
  private boolean probeSucceeded;

  /** When the breaker opened last, by the steady clock. */
  private long openedAtMs;

  private boolean shut;
  private long shutSinceMs;
  private long shutTotalMs;

  /**
   * Starts with the breaker closed, that is open to calls.
   *
   * @param wake called by a timer, without the lock, when the gate may have opened
   */
  Gate(Config.Breaker config, Backoff backoff, Time time, Runnable wake) {
    this.config = config;
    this.time = time;
    this.wake = wake;
    this.throttle = new Throttle(backoff, time, wake);
    this.registry = CircuitBreakerRegistry.of(breakerConfig(config, time));
    this.breaker = registry.circuitBreaker("api");
  }

  CircuitBreakerRegistry registry() {
    return registry;
  }

  /** The API is taken to be up: failures spend attempts. */
  boolean apiUp() {
    return breaker.getState() == State.CLOSED;
  }

  /** Only probes go out now. */
  boolean probing() {
    return breaker.getState() == State.HALF_OPEN;
  }

  /** A probe may go out, and none is under way. */
  boolean lacksProbes() {
    return probing() && probesLeft > 0 && probesOut == 0;
  }

  /** No probe of this round has been sent, or all that were are answered by a 429. */
  boolean awaitsFirstProbe() {
    return probing() && !probed && probesOut == 0;
  }

  /** No probe of this round has been answered yet. */
  boolean unprobed() {
    return probing() && !probed;
  }

  /** A probe of this round succeeded, and none is under way. */
  boolean probeSucceeded() {
    return probing() && probeSucceeded && probesOut == 0;
  }

  /**
   * Closes the half-open breaker: a probe succeeded and no request waits that could be another one.
   * The breaker itself would wait for as many probes as {@code breaker.half.open.calls}, while no
   * call may come for hours.
   */
  void closeAfterProbe() {
    breaker.transitionToClosedState();
    era++;
    reckon();
    logUp();
  }

  /** Grows with each move of the breaker, and with each new round of probes. */
  long era() {
    return era;
  }

  long openWaitMs() {
    return config.openWaitMs();
  }

  /** The permission for one call, whose answer must then come to {@link #answered}; or null. */
  @Nullable Permit tryAcquire() {
    State state = breaker.getState();
    boolean probe = state == State.HALF_OPEN;
    // Asked in OPEN, the breaker would move by itself; the timer does that.
    if (throttle.holding()
        || state == State.OPEN
        || (probe && probesLeft == 0)
        || !breaker.tryAcquirePermission()) {
      return null;
    }
    if (probe) {
      probesLeft--;
      probesOut++;
    }
    return new Permit(era, probe, throttle.begun());
  }

  /** Whether requests that could be called must wait: the time they spend so is their hold. */
  boolean holding() {
    return !apiUp() || throttle.holding();
  }

  /** How long the hold after a 429 lasts from now on; 0 where there is none. */
  long throttledMs() {
    return throttle.leftMs();
  }

  /** Reads the clock that runs only while the gate holds requests. */
  long holdClockMs() {
    return shutTotalMs + (shut ? time.millis() - shutSinceMs : 0);
  }

  /**
   * Takes the answer of a call that had this permit.
   *
   * @param shown takes the secrets out of a text, for the log
   * @return whether a failure spends an attempt: the API was up when the call was permitted, and
   *     has been taken to be up ever since
   */
  boolean answered(Permit permit, ApiAnswer answer, long tookNanos, UnaryOperator<String> shown) {
    boolean current = permit.era() == era;
    if (current && permit.probe()) {
      probesOut--;
    }
    if (answer instanceof ApiAnswer.Throttled throttled) {
      throttle.answered429(permit.holds(), throttled.retryAfterMs());
      if (current && permit.probe()) {
        breaker.releasePermission();
        probesLeft++;
      }
    } else {
      throttle.passed(permit.holds());
      if (current) {
        if (permit.probe()) {
          probed = true;
          probeSucceeded |= !Judge.breakerFailure(answer);
        }
        record(answer, tookNanos, shown);
      }
    }
    reckon();
    return permit.era() == era && apiUp();
  }

  /** Does what is due by time. Called under the lock whenever the dispatcher looks for work. */
  void tick() {
    if (breaker.getState() == State.OPEN && time.millis() - openedAtMs >= config.openWaitMs()) {
      beginProbing();
    }
    reckon();
  }

  /** Begins a new round of probes, if none is under way: what the last told is old. */
  void probeAnew() {
    if (probing() && probesOut == 0) {
      beginProbing();
    }
  }

  private void beginProbing() {
    breaker.transitionToHalfOpenState();
    era++;
    probesLeft = config.halfOpenCalls();
    probesOut = 0;
    probed = false;
    probeSucceeded = false;
    LOG.atDebug()
        .addKeyValue("probes", probesLeft)
        .log("the API is probed; every other request goes on waiting");
  }

  private void record(ApiAnswer answer, long tookNanos, UnaryOperator<String> shown) {
    State before = breaker.getState();
    // Not the answer itself: Resilience4j puts what it is given into texts that it logs.
    breaker.onResult(tookNanos, TimeUnit.NANOSECONDS, Judge.breakerFailure(answer));
    State after = breaker.getState();
    if (after == before) {
      return;
    }
    era++;
    if (after == State.OPEN) {
      openedAtMs = time.millis();
      time.after(config.openWaitMs(), wake);
    }
    if (after == State.CLOSED) {
      logUp();
    } else {
      LOG.atLevel(before == State.CLOSED ? Level.WARN : Level.DEBUG)
          .addKeyValue("lastAnswer", shown.apply(Judge.describe(answer)))
          .addKeyValue("probeInMs", config.openWaitMs())
          .log("the API is down: intake pauses, requests wait without spending attempts");
    }
  }

  private static void logUp() {
    LOG.atInfo().log("the API is up again: resuming intake and calls");
  }

  private void reckon() {
    boolean shutNow = holding();
    if (shutNow == shut) {
      return;
    }
    if (shutNow) {
      shutSinceMs = time.millis();
    } else {
      shutTotalMs += time.millis() - shutSinceMs;
    }
    shut = shutNow;
  }

  private static CircuitBreakerConfig breakerConfig(Config.Breaker config, Time time) {
    return CircuitBreakerConfig.custom()
        .failureRateThreshold(config.failureRateThreshold())
        .slidingWindow(
            config.slidingWindowSize(), config.minimumCalls(), SlidingWindowType.COUNT_BASED)
        .waitDurationInOpenState(Duration.ofMillis(config.openWaitMs()))
        .permittedNumberOfCallsInHalfOpenState(config.halfOpenCalls())
        // A slow answer is an answer: time-outs are the transport's.
        .slowCallDurationThreshold(Duration.ofDays(1))
        .recordResult(Boolean.TRUE::equals)
        .clock(new SteadyClock(time))
        .currentTimestampFunction(clock -> time.nanos(), TimeUnit.NANOSECONDS)
        .build();
  }
}
