package dev.revoker.ops;

import dev.revoker.model.Outcome;
import dev.revoker.model.Result;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Every meter of the worker, each named here and nowhere else. All that can be known beforehand
 * (each lane with each outcome, each account with each login result) exists at zero from the start,
 * so that {@code rate()} sees the first event. Nothing is labelled by request.
 *
 * <p>Safe on any thread. No method blocks; a record costs a map look-up and an atomic add. Callers
 * go through an {@link ObserverGuard} all the same.
 */
public final class Meters {
  /** The login gave a session. */
  public static final String LOGIN_SUCCESS = "success";

  /** The API refused the login: it is not tried again before {@code login.retry.ms}. */
  public static final String LOGIN_REFUSED = "refused";

  /** No usable answer came: the login may be tried again. */
  public static final String LOGIN_FAILED = "failed";

  /**
   * The longest age that is recorded. Senders write zero times (year 1, 1601, 1970), and a Timer
   * overflows above 292 years.
   */
  public static final Duration MAX_AGE = Duration.ofDays(365);

  // Few buckets, so that a scrape stays small: Micrometer's own would be some seventy a series.

  /** API calls and transactions end by a time-out of seconds. */
  private static final Duration[] CALL_BUCKETS =
      millis(2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000);

  /** Received to committed: back-off and outages stretch it to an hour. */
  private static final Duration[] REQUEST_BUCKETS =
      millis(
          5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
          900_000, 3_600_000);

  /** Requested to committed: includes the time in the topic, up to a day. */
  private static final Duration[] AGE_BUCKETS =
      millis(
          10,
          25,
          50,
          100,
          250,
          500,
          1_000,
          5_000,
          10_000,
          30_000,
          60_000,
          300_000,
          900_000,
          3_600_000,
          14_400_000,
          86_400_000);

  private static final List<String> LOGIN_RESULTS =
      List.of(LOGIN_SUCCESS, LOGIN_REFUSED, LOGIN_FAILED);

  private static final List<String> MEMORY_RESULTS = List.of("found", "unknown", "failed");

  private final MeterRegistry registry;
  private final ByTag<LaneMeters> lanes;
  private final ByTag<ByTag<Counter>> logins;
  private final ByTag<Timer> apiCalls;
  private final ByTag<Counter> memoryLookups;
  private final Timer commits;
  private volatile @Nullable Gauges gauges;

  /**
   * Registers everything.
   *
   * @param lanes names, most urgent first
   * @param accounts names
   */
  public Meters(MeterRegistry registry, List<String> lanes, Collection<String> accounts) {
    this.registry = registry;
    this.lanes = new ByTag<>(lanes, lane -> new LaneMeters(registry, lane));
    logins = new ByTag<>(accounts, this::loginCounters);
    apiCalls = new ByTag<>(List.of(), this::apiTimer);
    commits =
        Timer.builder("revoker.commit")
            .description("One Kafka transaction: results and offsets, from begin to committed.")
            .serviceLevelObjectives(CALL_BUCKETS)
            .register(registry);
    Gauge.builder("revoker.build.info", () -> 1)
        .description("The version that runs; always 1.")
        .tag("version", version())
        .register(registry);
    lanes.forEach(this::registerGauges);
    memoryLookups = new ByTag<>(MEMORY_RESULTS, this::lookupCounter);
    gauge("revoker.remembered.keys", Gauges::rememberedKeys)
        .description("Revoked keys that memory can recognize.")
        .register(registry);
    gauge("revoker.intake.paused", g -> g.intakePaused() ? 1 : 0)
        .description("1 while the breaker is not closed, or a 429 holds the calls back.")
        .register(registry);
  }

  /** A result was committed: counted by lane and outcome, and timed. */
  public void answered(Result result, Instant committedAt) {
    lanes.of(result.request().lane()).answered(result, committedAt);
  }

  /**
   * An API call ended.
   *
   * @param result one of the caller's few fixed words
   * @param nanos how long it took
   */
  public void apiCalled(String result, long nanos) {
    apiCalls.of(result).record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * A login was tried.
   *
   * @param result {@link #LOGIN_SUCCESS}, {@link #LOGIN_REFUSED} or {@link #LOGIN_FAILED}
   */
  public void loggedIn(String account, String result) {
    logins.of(account).of(result).increment();
  }

  /**
   * Memory was asked whether a key was revoked before.
   *
   * @param result {@code found}, {@code unknown} or {@code failed}
   */
  public void lookedUp(String result) {
    memoryLookups.of(result).increment();
  }

  /** A request asked for the removal of a protected key. */
  public void protectedKeyRequested(String lane) {
    lanes.of(lane).protectedKeys.increment();
  }

  /** A transaction was committed, after so many nanoseconds. */
  public void committed(long nanos) {
    commits.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** Reads these at every scrape from now on, in place of earlier ones. */
  public void watch(Gauges gauges) {
    this.gauges = gauges;
  }

  /**
   * Values that are read at each scrape, from any thread; reading must not block. A value that
   * throws shows as NaN and breaks nothing else.
   */
  public interface Gauges {
    /** Requests that hold a slot. */
    int inFlight(String lane);

    /** Requests in back-off or held. */
    int waiting(String lane);

    /** Age of the oldest request without a committed result; 0 where there is none. */
    double oldestRequestAgeSeconds(String lane);

    /** How many revoked keys memory can recognize. */
    int rememberedKeys();

    /** Whether the breaker is not closed, or a 429 holds the calls back. */
    boolean intakePaused();
  }

  /**
   * The time from then to now, between zero (the sender's clock may be ahead) and {@link #MAX_AGE}.
   */
  public static Duration age(Instant then, Instant now) {
    if (!then.isBefore(now)) {
      return Duration.ZERO;
    }
    Duration age = Duration.between(then, now);
    return age.compareTo(MAX_AGE) > 0 ? MAX_AGE : age;
  }

  /** Of the jar; classes outside of one have none. */
  private static String version() {
    String version = Meters.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }

  private void registerGauges(String lane) {
    gauge("revoker.in.flight", g -> g.inFlight(lane))
        .description("Requests that hold a slot.")
        .tag("lane", lane)
        .register(registry);
    gauge("revoker.waiting", g -> g.waiting(lane))
        .description("Requests in back-off or held.")
        .tag("lane", lane)
        .register(registry);
    gauge("revoker.oldest.request.age", g -> g.oldestRequestAgeSeconds(lane))
        .description("Age of the oldest request without a committed result.")
        .baseUnit("seconds")
        .tag("lane", lane)
        .register(registry);
  }

  private Gauge.Builder<Meters> gauge(String name, ToDoubleFunction<Gauges> value) {
    return Gauge.builder(name, this, self -> self.read(value)).strongReference(true);
  }

  /** 0 before there is anything to measure. */
  private double read(ToDoubleFunction<Gauges> value) {
    Gauges watched = gauges;
    return watched == null ? 0 : value.applyAsDouble(watched);
  }

  private static Duration[] millis(long... bounds) {
    return LongStream.of(bounds).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
  }

  private ByTag<Counter> loginCounters(String account) {
    return new ByTag<>(
        LOGIN_RESULTS,
        result ->
            Counter.builder("revoker.session.logins")
                .description("Logins tried.")
                .tag("account", account)
                .tag("result", result)
                .register(registry));
  }

  private Counter lookupCounter(String result) {
    return Counter.builder("revoker.memory.lookups")
        .description("Questions to memory, after ITEM_NOT_FOUND.")
        .tag("result", result)
        .register(registry);
  }

  private Timer apiTimer(String result) {
    return Timer.builder("revoker.api.call")
        .description("One call of the account API, sent to answered.")
        .serviceLevelObjectives(CALL_BUCKETS)
        .tag("result", result)
        .register(registry);
  }

  /** The meters of one lane. */
  private static final class LaneMeters {
    private final Map<Outcome, Counter> outcomes = new EnumMap<>(Outcome.class);
    private final Counter protectedKeys;
    private final Timer time;
    private final Timer age;

    LaneMeters(MeterRegistry registry, String lane) {
      for (Outcome outcome : Outcome.values()) {
        outcomes.put(
            outcome,
            Counter.builder("revoker.requests")
                .description("Requests with a committed result.")
                .tag("lane", lane)
                .tag("outcome", outcome.wireName())
                .register(registry));
      }
      protectedKeys =
          Counter.builder("revoker.protected.key.requests")
              .description("Requests for the removal of a protected key, all refused.")
              .tag("lane", lane)
              .register(registry);
      time =
          Timer.builder("revoker.request")
              .description("From received to committed.")
              .serviceLevelObjectives(REQUEST_BUCKETS)
              .tag("lane", lane)
              .register(registry);
      age =
          Timer.builder("revoker.request.age")
              .description("From requested_at, else the record's timestamp, to committed.")
              .serviceLevelObjectives(AGE_BUCKETS)
              .tag("lane", lane)
              .register(registry);
    }

    void answered(Result result, Instant committedAt) {
      Counter counter = outcomes.get(result.outcome());
      if (counter != null) {
        counter.increment();
      }
      time.record(age(result.request().receivedAt(), committedAt));
      age.record(age(result.request().agedFrom(), committedAt));
    }
  }

  /**
   * Meters by the value of one label. The expected values exist from the start. Of others only so
   * many get a meter, and the rest count as {@code other}: a mistake of a caller must not become a
   * million series.
   */
  static final class ByTag<M> {
    /** How many values beyond the expected ones get a meter of their own. */
    static final int UNEXPECTED = 16;

    /** The value for all further ones. */
    static final String OTHER = "other";

    private final Map<String, M> meters = new ConcurrentHashMap<>();
    private final Function<String, M> register;
    private final int limit;

    ByTag(Collection<String> expected, Function<String, M> register) {
      this.register = register;
      expected.forEach(word -> meters.put(word, register.apply(word)));
      limit = meters.size() + UNEXPECTED;
    }

    M of(String word) {
      M known = meters.get(word);
      return known != null ? known : add(word);
    }

    private synchronized M add(String word) {
      boolean full = meters.size() >= limit && !meters.containsKey(word);
      return meters.computeIfAbsent(full ? OTHER : word, register);
    }
  }
}
