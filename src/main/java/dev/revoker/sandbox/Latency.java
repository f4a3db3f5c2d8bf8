package dev.revoker.sandbox;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.random.RandomGenerator;

/**
 * The delay of answers: log-normally distributed, or fixed if median and 99th percentile are equal.
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
      @JsonProperty(required = true) double medianMs, @JsonProperty(required = true) double p99Ms) {
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
