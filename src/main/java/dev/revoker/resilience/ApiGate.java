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
 * <p>An answer counts only in the {@link Era} in which its call was permitted. A call from before
 * an outage that is answered while the breaker is half-open is no probe and returns no permission.
 */
final class ApiGate {
  /**
   * A state of the breaker, from one transition to the next; each time another object. Legal
   * transitions:
   *
   * <pre>
   * Closed     → Open (too many calls failed)
   * Open       → ProbeRound (breaker.open.wait.ms is over)
   * ProbeRound → Closed (enough probes succeeded; or one did, and no request waits),
   *              Open (too many probes failed),
   *              ProbeRound (a rest is over, and no probe is in flight: the last answers are old)
   * </pre>
   */
  sealed interface Era {}

  /** Every call may go out; failures spend attempts. */
  private static final class Closed implements Era {}

  /** No call goes out. */
  private static final class Open implements Era {
    /** By the steady clock. */
    private final long sinceMs;

    private Open(long sinceMs) {
      this.sinceMs = sinceMs;
    }
  }

  /**
   * The breaker is half-open: only probes go out. What they found so far; legal transitions:
   *
   * <pre>
   * NOTHING → FAILURE, SUCCESS (the first probe was answered)
   * FAILURE → SUCCESS
   * </pre>
   *
   * A 429 finds nothing, and another probe may go out for it.
   */
  private static final class ProbeRound implements Era {
    private enum Found {
      NOTHING,
      FAILURE,
      SUCCESS
    }

    /** No request waited when the round began, so intake admits one for the first probe. */
    private final boolean admitsOne;

    private int left;
    private int inFlight;
    private Found found = Found.NOTHING;

    private ProbeRound(int probes, boolean admitsOne) {
      this.left = probes;
      this.admitsOne = admitsOne;
    }

    private void start() {
      left--;
      inFlight++;
    }

    private void throttled() {
      left++;
      inFlight--;
    }

    private void answered(boolean success) {
      inFlight--;
      found = success || found == Found.SUCCESS ? Found.SUCCESS : Found.FAILURE;
    }
  }

  /**
   * The permission for one call.
   *
   * @param holds how many holds after a 429 had begun when the call was permitted
   */
  record Permit(Era era, int holds) {
    /** Whether it was granted while the breaker was half-open. */
    boolean probe() {
      return era instanceof ProbeRound;
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(ApiGate.class);

  private final CircuitBreakerRegistry registry;
  private final CircuitBreaker breaker;
  private final Backoff backoff;
  private final Config.Breaker config;
  private final Time time;
  private final Runnable wake;

  private Era era = new Closed();
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

  /** The present state: another object after each transition. */
  Era era() {
    return era;
  }

  /** The breaker is closed: failures spend attempts. */
  boolean apiUp() {
    return era instanceof Closed;
  }

  /** The breaker is open: no call goes out. */
  boolean isOpen() {
    return era instanceof Open;
  }

  /** The breaker is half-open: only probes go out. */
  boolean probing() {
    return era instanceof ProbeRound;
  }

  /** A probe may go out, and none is in flight. */
  boolean lacksProbes() {
    return era instanceof ProbeRound round && round.left > 0 && round.inFlight == 0;
  }

  /**
   * How many more requests are wanted now, of which so many wait. While the breaker is closed there
   * is no limit; while it is open, none is wanted. A half-open breaker wants one request if none
   * waited when it became half-open, until the probe of that request is answered. Otherwise it
   * wants enough for this round of probes and the next, waiting requests included, so that a
   * request that always fails cannot keep the others out.
   */
  int intakeRoom(int waiting) {
    return switch (era) {
      case Closed closed -> Integer.MAX_VALUE;
      case Open open -> 0;
      case ProbeRound round when round.admitsOne && round.found == ProbeRound.Found.NOTHING ->
          round.inFlight == 0 && waiting == 0 ? 1 : 0;
      case ProbeRound round -> Math.max(0, 2 * config.halfOpenCalls() - waiting);
    };
  }

  long openWaitMs() {
    return config.openWaitMs();
  }

  /** The permission for one call, whose answer must then go to {@link #answered}; or null. */
  @Nullable Permit tryAcquire() {
    // Asked while open, Resilience4j would move to half-open by itself; tick() does that.
    if (backoff.holdLeftMs() > 0
        || era instanceof Open
        || (era instanceof ProbeRound round && round.left == 0)
        || !breaker.tryAcquirePermission()) {
      return null;
    }
    if (era instanceof ProbeRound round) {
      round.start();
    }
    return new Permit(era, backoff.holdsBegun());
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
    boolean throttled = answer instanceof ApiAnswer.Throttled;
    if (throttled) {
      backoff.throttled(permit.holds(), answer.retryAfterMs());
    } else {
      backoff.passed(permit.holds());
    }
    if (permit.era() == era) {
      if (era instanceof ProbeRound round && throttled) {
        breaker.releasePermission();
        round.throttled();
      } else if (era instanceof ProbeRound round) {
        round.answered(!breakerFailure(answer));
      }
      if (!throttled) {
        record(answer, tookNanos, shown);
      }
    }
    updateHoldClock();
    return permit.era() == era && apiUp();
  }

  /**
   * Does what is due by now. Called under the lock before every event.
   *
   * @param waiting how many requests wait for the API
   */
  void tick(int waiting) {
    if (era instanceof Open open && time.millis() - open.sinceMs >= config.openWaitMs()) {
      beginProbing(waiting == 0);
    }
    updateHoldClock();
  }

  /** Begins a new round of probes, unless one is in flight: the last answers are old. */
  void probeAnew() {
    if (era instanceof ProbeRound round && round.inFlight == 0) {
      beginProbing(false);
    }
  }

  /**
   * Closes the half-open breaker if a probe succeeded, none is in flight, and no waiting request
   * could be another one. The breaker itself would wait for as many probes as {@code
   * breaker.half.open.calls}, while no call may come for hours.
   */
  void closeAfterProbe(int waiting) {
    if (waiting == 0
        && era instanceof ProbeRound round
        && round.found == ProbeRound.Found.SUCCESS
        && round.inFlight == 0) {
      breaker.transitionToClosedState();
      era = new Closed();
      updateHoldClock();
      logUp();
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

  private void beginProbing(boolean admitsOne) {
    breaker.transitionToHalfOpenState();
    era = new ProbeRound(config.halfOpenCalls(), admitsOne);
    LOG.atDebug()
        .addKeyValue("probes", config.halfOpenCalls())
        .log("the API is probed; all other requests keep waiting");
  }

  private void record(ApiAnswer answer, long tookNanos, UnaryOperator<String> shown) {
    // A boolean, not the answer: Resilience4j puts the value into texts that it logs.
    breaker.onResult(tookNanos, TimeUnit.NANOSECONDS, breakerFailure(answer));
    State after = breaker.getState();
    if (after == State.OPEN) {
      LOG.atLevel(apiUp() ? Level.WARN : Level.DEBUG)
          .addKeyValue("lastAnswer", shown.apply(answer.describe()))
          .addKeyValue("probeInMs", config.openWaitMs())
          .log("the API is down: pausing intake, requests wait without spending attempts");
      era = new Open(time.millis());
      time.after(config.openWaitMs(), wake);
    } else if (after == State.CLOSED && !apiUp()) {
      era = new Closed();
      logUp();
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
