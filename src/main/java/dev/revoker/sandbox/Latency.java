package dev.revoker.sandbox;

import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * How long answers take: log-normal, or fixed where median and 99th percentile are the same.
 *
 * @param medianMs milliseconds; 0 means at once
 * @param p99Ms milliseconds; not below the median
 */
public record Latency(double medianMs, double p99Ms) {
  /** At once. */
  public static final Latency NONE = fixed(0);

  /** How many standard deviations the 99th percentile of a normal distribution is from its mean. */
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
      throw new IllegalArgumentException("latency_ms: a median_ms of 0 has no tail");
    }
  }

  /** The same for every answer. */
  public static Latency fixed(double ms) {
    return new Latency(ms, ms);
  }

  /** Draws one; nanoseconds. */
  long drawNanos(RandomGenerator random) {
    double ms = medianMs;
    if (p99Ms > medianMs) {
      ms *= Math.exp(Math.log(p99Ms / medianMs) / P99_DEVIATIONS * random.nextGaussian());
    }
    return (long) (ms * 1e6);
  }
}
