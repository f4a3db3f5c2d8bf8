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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the API may be called at all: Resilience4j's circuit breaker, and the hold after a 429.
 * Guarded by the dispatcher's lock. The breaker's move from open to half-open is a timer of ours,
 * so that it happens, and wakes who is held, with no call to trigger it.
 */
final class Gate {
  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

  private final CircuitBreakerRegistry registry;
  private final CircuitBreaker breaker;
  private final Config.Breaker config;
  private final Backoff backoff;
  private final Time time;
  private final Runnable wake;

  /** When the breaker opened last, by the steady clock. */
  private long openedAtMs;

  private int throttledInARow;
  private long throttledUntilMs;

  private boolean closed;
  private long closedSinceMs;
  private long closedTotalMs;

  /**
   * Starts open to calls, that is with the breaker closed.
   *
   * @param wake called by a timer, without the lock, when the gate may have opened
   */
  Gate(Config.Breaker config, Backoff backoff, Time time, Runnable wake) {
    this.config = config;
    this.backoff = backoff;
    this.time = time;
    this.wake = wake;
    this.throttledUntilMs = time.millis();
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

  /** Only probes go out now, at most so many in all. */
  boolean probing() {
    return breaker.getState() == State.HALF_OPEN;
  }

  /** Takes the permission for one call, whose answer must then come to {@link #answered}. */
  boolean tryAcquire() {
    // Asked in OPEN, the breaker would move by itself; the timer does that.
    return !throttled() && breaker.getState() != State.OPEN && breaker.tryAcquirePermission();
  }

  /** Whether requests that could be called must wait: the time they spend so is their hold. */
  boolean holding() {
    return !apiUp() || throttled();
  }

  /** Reads the clock that runs only while the gate holds requests. */
  long holdClockMs() {
    return closedTotalMs + (closed ? time.millis() - closedSinceMs : 0);
  }

  /** Gives the answer of a call for which {@link #tryAcquire} gave permission. */
  void answered(ApiAnswer answer, long tookNanos) {
    State before = breaker.getState();
    if (answer instanceof ApiAnswer.Throttled throttled) {
      breaker.releasePermission();
      throttle(throttled.retryAfterMs());
    } else {
      throttledInARow = 0;
      breaker.onResult(tookNanos, TimeUnit.NANOSECONDS, answer);
    }
    State after = breaker.getState();
    if (after != before) {
      moved(after, answer);
    }
    reckon();
  }

  /** Does what is due by time. Called under the lock whenever the dispatcher looks for work. */
  void tick() {
    if (breaker.getState() == State.OPEN && time.millis() - openedAtMs >= config.openWaitMs()) {
      breaker.transitionToHalfOpenState();
      LOG.atInfo()
          .addKeyValue("probes", config.halfOpenCalls())
          .log("the API is probed; every other request goes on waiting");
    }
    reckon();
  }

  private boolean throttled() {
    return throttledUntilMs > time.millis();
  }

  /** Calls that were under way when the first 429 came may bring more: together they are one. */
  private void throttle(@Nullable Long retryAfterMs) {
    boolean first = !throttled();
    if (first) {
      throttledInARow++;
    } else if (retryAfterMs == null) {
      return;
    }
    long delayMs = retryAfterMs != null ? retryAfterMs : backoff.delayMs(throttledInARow, null);
    long untilMs = time.millis() + delayMs;
    if (untilMs > throttledUntilMs) {
      throttledUntilMs = untilMs;
      time.after(delayMs, wake);
    }
    if (first) {
      LOG.atWarn()
          .addKeyValue("holdMs", delayMs)
          .log("the API answered 429: every call is held back, no attempt is spent");
    }
  }

  private void reckon() {
    boolean closedNow = holding();
    if (closedNow == closed) {
      return;
    }
    if (closedNow) {
      closedSinceMs = time.millis();
    } else {
      closedTotalMs += time.millis() - closedSinceMs;
    }
    closed = closedNow;
  }

  private void moved(State state, ApiAnswer answer) {
    switch (state) {
      case OPEN -> {
        openedAtMs = time.millis();
        time.after(config.openWaitMs(), wake);
        LOG.atWarn()
            .addKeyValue("lastAnswer", Judge.describe(answer))
            .addKeyValue("probeInMs", config.openWaitMs())
            .log("the API is down: intake pauses, requests wait without spending attempts");
      }
      case CLOSED -> LOG.atInfo().log("the API is back: intake and calls go on");
      default -> LOG.atInfo().addKeyValue("state", state).log("the breaker moved");
    }
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
        .recordResult(Judge::breakerFailure)
        .clock(new SteadyClock(time))
        .currentTimestampFunction(clock -> time.nanos(), TimeUnit.NANOSECONDS)
        .build();
  }

  /** What Resilience4j measures its waits by. */
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
