package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.config.Config;
import dev.revoker.time.Time;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Whether the API may be called at all: Resilience4j's circuit breaker, and the hold after a 429.
 * Guarded by the dispatcher's lock. A timer moves the breaker from open to half-open; Resilience4j
 * alone would do that only at the next call.
 *
 * <p>Each transition of the breaker begins an era, and so does each new round of probes. An answer
 * counts only in the era in which its call was permitted. A call from before an outage that is
 * answered while the breaker is half-open is no probe and returns no permission.
 */
final class ApiGate {
  /**
   * The permission for one call.
   *
   * @param probe it was granted while the breaker was half-open
   * @param holds how many holds after a 429 had begun when the call was permitted
   */
  record Permit(long era, boolean probe, int holds) {}

  private static final Logger LOG = LoggerFactory.getLogger(ApiGate.class);

  private final CircuitBreakerRegistry registry;
  private final CircuitBreaker breaker;
  private final Backoff backoff;
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
   * Starts with the breaker closed.
   *
   * @param wake called by a timer, without the lock, when calls may be possible again
   */
  ApiGate(Config.Breaker config, Backoff backoff, Time time, Runnable wake) {
    this.config = config;
    this.time = time;
    this.wake = wake;
    this.backoff = backoff;
    this.registry = CircuitBreakerRegistry.of(breakerConfig(config, time));
    this.breaker = registry.circuitBreaker("api");
  }

  CircuitBreakerRegistry registry() {
    return registry;
  }

  /** The breaker is closed: failures spend attempts. */
  boolean apiUp() {
    return breaker.getState() == State.CLOSED;
  }

  /** The breaker is open: no call goes out. */
  boolean isOpen() {
    return breaker.getState() == State.OPEN;
  }

  /** The breaker is half-open: only probes go out. */
  boolean probing() {
    return breaker.getState() == State.HALF_OPEN;
  }

  /** A probe may go out, and none is in flight. */
  boolean lacksProbes() {
    return probing() && probesLeft > 0 && probesOut == 0;
  }

  /** No probe of this round was sent, or a 429 answered each of them. */
  boolean awaitsFirstProbe() {
    return probing() && !probed && probesOut == 0;
  }

  /** No probe of this round has been answered yet. */
  boolean unprobed() {
    return probing() && !probed;
  }

  /** A probe of this round succeeded, and none is in flight. */
  boolean probeSucceeded() {
    return probing() && probeSucceeded && probesOut == 0;
  }

  /**
   * Closes the half-open breaker: a probe succeeded, and no waiting request could be another probe.
   * The breaker itself would wait for as many probes as {@code breaker.half.open.calls}, while no
   * call may come for hours.
   */
  void closeAfterProbe() {
    breaker.transitionToClosedState();
    era++;
    updateHoldClock();
    logUp();
  }

  /** Grows with each transition of the breaker, and with each new round of probes. */
  long era() {
    return era;
  }

  long openWaitMs() {
    return config.openWaitMs();
  }

  /** The permission for one call, whose answer must then go to {@link #answered}; or null. */
  @Nullable Permit tryAcquire() {
    State state = breaker.getState();
    boolean probe = state == State.HALF_OPEN;
    // Asked while open, Resilience4j would move to half-open by itself; the timer does that.
    if (backoff.holdLeftMs() > 0
        || state == State.OPEN
        || (probe && probesLeft == 0)
        || !breaker.tryAcquirePermission()) {
      return null;
    }
    if (probe) {
      probesLeft--;
      probesOut++;
    }
    return new Permit(era, probe, backoff.holdsBegun());
  }

  /**
   * Whether requests must wait for the API. Time spent waiting counts towards {@code hold.max.ms}.
   */
  boolean holding() {
    return !apiUp() || backoff.holdLeftMs() > 0;
  }

  /** How long the hold after a 429 lasts from now on; 0 where there is none. */
  long throttledMs() {
    return backoff.holdLeftMs();
  }

  /** A clock that runs only while requests must wait for the API. */
  long holdClockMs() {
    return shutTotalMs + (shut ? time.millis() - shutSinceMs : 0);
  }

  /**
   * A call with this permit was answered.
   *
   * @param shown redacts a text, for the log
   * @return whether a failure spends an attempt: the breaker has been closed ever since the call
   *     was permitted
   */
  boolean answered(Permit permit, ApiAnswer answer, long tookNanos, UnaryOperator<String> shown) {
    boolean current = permit.era() == era;
    if (current && permit.probe()) {
      probesOut--;
    }
    if (answer instanceof ApiAnswer.Throttled throttled) {
      backoff.throttled(permit.holds(), throttled.retryAfterMs());
      if (current && permit.probe()) {
        breaker.releasePermission();
        probesLeft++;
      }
    } else {
      backoff.passed(permit.holds());
      if (current) {
        if (permit.probe()) {
          probed = true;
          probeSucceeded |= !breakerFailure(answer);
        }
        record(answer, tookNanos, shown);
      }
    }
    updateHoldClock();
    return permit.era() == era && apiUp();
  }

  /** Does what is due by now. Called under the lock before every event. */
  void tick() {
    if (breaker.getState() == State.OPEN && time.millis() - openedAtMs >= config.openWaitMs()) {
      beginProbing();
    }
    updateHoldClock();
  }

  /** Begins a new round of probes, unless one is in flight: the last answers are old. */
  void probeAnew() {
    if (probing() && probesOut == 0) {
      beginProbing();
    }
  }

  /**
   * Whether the breaker counts the answer as a failure. A 429 is not counted at all; a 400 is a
   * failure only if the API reports a failure of its own, so a 400 without the API's error JSON is
   * none.
   */
  private static boolean breakerFailure(ApiAnswer answer) {
    return answer.mayPass()
        || (answer instanceof ApiAnswer.Unexpected unexpected && unexpected.status() != 400);
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
        .log("the API is probed; all other requests keep waiting");
  }

  private void record(ApiAnswer answer, long tookNanos, UnaryOperator<String> shown) {
    State before = breaker.getState();
    // A boolean, not the answer: Resilience4j puts the value into texts that it logs.
    breaker.onResult(tookNanos, TimeUnit.NANOSECONDS, breakerFailure(answer));
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
          .addKeyValue("lastAnswer", shown.apply(answer.describe()))
          .addKeyValue("probeInMs", config.openWaitMs())
          .log("the API is down: pausing intake, requests wait without spending attempts");
    }
  }

  private static void logUp() {
    LOG.atInfo().log("the API is up again: resuming intake and calls");
  }

  private void updateHoldClock() {
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
        // A slow answer is no failure: HttpApi has the time-outs.
        .slowCallDurationThreshold(Duration.ofDays(1))
        .recordResult(Boolean.TRUE::equals)
        .clock(new SteadyClock(time))
        .currentTimestampFunction(clock -> time.nanos(), TimeUnit.NANOSECONDS)
        .build();
  }

  /** Makes Resilience4j measure its waits by the steady clock, which is never set back. */
  private static final class SteadyClock extends Clock {
    private final Time time;

    SteadyClock(Time time) {
      this.time = time;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(time.millis());
    }
  }
}
