package dev.revoker.sandbox;

import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * The delay of answers: log-normally distributed, or fixed if median and 99th percentile are equal.
 *
 * @param medianMs the median in milliseconds; 0 means no delay
 * @param p99Ms the 99th percentile in milliseconds; at least the median
 */
public record Latency(double medianMs, double p99Ms) {
  /** No delay. */
  public static final Latency NONE = fixed(0);

  /** The 99th percentile of the standard normal distribution. */
  private static final double P99_DEVIATIONS = 2.3263;

  public Latency {
    if (!(medianMs >= 0 && p99Ms >= medianMs && p99Ms <= 3_600_000)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "latency_ms: 0 <= median_ms <= p99_ms <= 3600000 is needed; median_ms and p99_ms are"
                  + " %s, %s",
              medianMs,
              p99Ms));
    }
    if (medianMs == 0 && p99Ms > 0) {
      throw new IllegalArgumentException("latency_ms: with a median_ms of 0, p99_ms must be 0");
    }
  }

  /** The same delay for every answer. */
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
