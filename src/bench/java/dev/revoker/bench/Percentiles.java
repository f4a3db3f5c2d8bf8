package dev.revoker.bench;

import java.util.Arrays;
import java.util.Map;

/** Percentiles of latencies, by nearest rank. */
final class Percentiles {
  private Percentiles() {}

  /** Adds median, 99th percentile and maximum of some nanoseconds. */
  static void put(long[] nanos, Map<Figure, Double> figures) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    figures.put(Figure.P50_MS, rank(sorted, 0.5));
    figures.put(Figure.P99_MS, rank(sorted, 0.99));
    figures.put(Figure.MAX_MS, rank(sorted, 1));
  }

  private static double rank(long[] sorted, double share) {
    int index = (int) Math.ceil(share * sorted.length) - 1;
    return sorted[Math.max(0, index)] / 1e6;
  }
}
