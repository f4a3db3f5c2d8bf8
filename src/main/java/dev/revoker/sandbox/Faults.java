package dev.revoker.sandbox;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The faults of an endpoint. Immutable: start with {@link #NONE} and add to it.
 *
 * @param latencyMs the delay of the answer; the call takes effect when it arrives
 * @param rates the share of calls that get each fault; a call gets one fault at most, so the rates
 *     add up to 1 at most
 * @param everyNth every Nth call gets {@link Fault#ERROR}; 0 means none
 * @param errorStatus the status of {@link Fault#ERROR}; 400 to 599
 * @param retryAfter the Retry-After header of a 429 and of an error, in seconds; null means none
 */
public record Faults(
    Latency latencyMs,
    @JsonAnyGetter Map<Fault, Double> rates,
    int everyNth,
    int errorStatus,
    @Nullable Integer retryAfter) {
  /** No faults. */
  public static final Faults NONE = new Faults(Latency.NONE, Map.of(), 0, 503, null);

  public Faults {
    EnumMap<Fault, Double> ordered = new EnumMap<>(Fault.class);
    ordered.putAll(rates);
    rates = Collections.unmodifiableMap(ordered);
    rates.forEach(
        (fault, rate) -> require(rate >= 0 && rate <= 1, fault.rateName() + ": 0 to 1", rate));
    require(
        rates.values().stream().mapToDouble(Double::doubleValue).sum() < 1.000001,
        "the rates add up to 1 at most",
        rates);
    require(everyNth >= 0, "every_nth: 0 or more", everyNth);
    require(errorStatus >= 400 && errorStatus <= 599, "error_status: 400 to 599", errorStatus);
    require(retryAfter == null || retryAfter >= 0, "retry_after: 0 or more", retryAfter);
  }

  @JsonCreator
  static Faults ofJson(
      Latency latencyMs,
      int everyNth,
      int errorStatus,
      @Nullable Integer retryAfter,
      @JsonAnySetter Map<String, Double> rates) {
    EnumMap<Fault, Double> known = new EnumMap<>(Fault.class);
    rates.forEach((name, rate) -> known.put(named(name), rate));
    return new Faults(latencyMs, known, everyNth, errorStatus, retryAfter);
  }

  /** The same with this fault at this rate. */
  public Faults with(Fault fault, double rate) {
    EnumMap<Fault, Double> changed = new EnumMap<>(Fault.class);
    changed.putAll(rates);
    changed.put(fault, rate);
    return new Faults(latencyMs, changed, everyNth, errorStatus, retryAfter);
  }

  /** The same with this latency. */
  public Faults with(Latency changed) {
    return new Faults(changed, rates, everyNth, errorStatus, retryAfter);
  }

  /** The same with an error for every Nth call. */
  public Faults withEveryNth(int changed) {
    return new Faults(latencyMs, rates, changed, errorStatus, retryAfter);
  }

  /** The same with a Retry-After header. */
  public Faults withRetryAfter(int seconds) {
    return new Faults(latencyMs, rates, everyNth, errorStatus, seconds);
  }

  private static Fault named(String rateName) {
    return Arrays.stream(Fault.values())
        .filter(fault -> fault.rateName().equals(rateName))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    rateName
                        + ": unknown; see bin/revoker sandbox --help. The rates are "
                        + Arrays.stream(Fault.values())
                            .map(Fault::rateName)
                            .collect(Collectors.joining(", "))));
  }

  private static void require(boolean holds, String rule, @Nullable Object given) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", not " + given);
    }
  }

  /**
   * The delay of answers: log-normally distributed, or fixed if median and 99th percentile are
   * equal.
   *
   * @param medianMs the median in milliseconds; 0 means no delay
   * @param p99Ms the 99th percentile in milliseconds; at least the median, and an hour at most
   */
  public record Latency(double medianMs, double p99Ms) {
    /** No delay. */
    public static final Latency NONE = fixed(0);

    /** The 99th percentile of the standard normal distribution. */
    private static final double P99_DEVIATIONS = 2.3263;

    @JsonCreator
    public Latency(
        @JsonProperty(required = true) double medianMs,
        @JsonProperty(required = true) double p99Ms) {
      boolean none = medianMs == 0 && p99Ms == 0;
      if (!none && !(medianMs > 0 && p99Ms >= medianMs && p99Ms <= 3_600_000)) {
        throw new IllegalArgumentException(
            "latency_ms: both 0, or 0 < median_ms <= p99_ms <= 3600000; median_ms is "
                + medianMs
                + " and p99_ms is "
                + p99Ms);
      }
      this.medianMs = medianMs;
      this.p99Ms = p99Ms;
    }

    /** The same delay for every answer. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Latency fixed(double ms) {
      return new Latency(ms, ms);
    }

    /** Draws a delay, in nanoseconds. */
    long drawNanos(RandomGenerator random) {
      double ms = medianMs;
      if (p99Ms > medianMs) {
        ms *= Math.exp(Math.log(p99Ms / medianMs) / P99_DEVIATIONS * random.nextGaussian());
      }
      return (long) (ms * 1e6);
    }
  }

  /** What a call can get instead of its normal answer. "Effect" is what the call asks for. */
  public enum Fault {
    /** 429, with Retry-After if one is set; no effect. */
    THROTTLE,
    /** The error status, with Retry-After if one is set; no effect. */
    ERROR,
    /** 400 {@code UNHANDLED_ERROR}; no effect. */
    UNHANDLED_ERROR,
    /** The connection is reset (RST); no effect. */
    RESET,
    /** The connection stays open, and no answer comes until the client closes it; no effect. */
    NO_ANSWER,
    /** The connection is closed without an answer; no effect. */
    CLOSE_BEFORE_EFFECT,
    /** The call took effect, and the connection is closed without an answer. */
    CLOSE_AFTER_EFFECT,
    /** The call took effect, and the connection is closed in the middle of the answer. */
    HALF_ANSWER,
    /** The call took effect, and the answer's body is compressed by gzip without being asked. */
    GZIP_ANSWER,
    /**
     * 400 {@code INVALID_QUERY} with the key in its comment, written as a UUID; no effect. A call
     * without a key gets its normal answer.
     */
    ECHO_KEY;

    /** The name of its rate in JSON, such as {@code reset_rate}. */
    @JsonValue
    String rateName() {
      return wireName() + "_rate";
    }

    /** The name under which calls that got it are counted. */
    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How the whole API fails. {@code /_sandbox/} still works, except during {@link #REFUSE}. */
  public enum Outage {
    /** No outage. */
    @JsonProperty("none")
    NONE,
    /** Every call is answered with 503. */
    @JsonProperty("503")
    UNAVAILABLE,
    /** The connection of every call is reset. */
    @JsonProperty("reset")
    RESET,
    /** No call is answered. */
    @JsonProperty("hang")
    HANG,
    /** All connections are reset, and nothing listens on the port. */
    @JsonProperty("refuse")
    REFUSE
  }
}
