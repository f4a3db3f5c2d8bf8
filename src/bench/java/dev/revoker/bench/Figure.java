package dev.revoker.bench;

/** What is measured, in the order of the tables. */
enum Figure {
  PER_SECOND("revocations/s", 0),
  SHARE("of the ideal", 3),
  STEADY_SHARE("of the ideal, steady part", 3),
  P50_MS("p50, ms", 1),
  P99_MS("p99, ms", 1),
  MAX_MS("max, ms", 1),
  START_MS("start to first result, ms", 0),
  CPU_US("CPU, µs a revocation", 1),
  BROKER_CPU_US("broker CPU, µs", 1),
  BOTH_CPU_US("both, µs", 1),
  REPORTED_FAILED("removed, reported as failed", 0),
  RSS_MB("peak RSS, MB", 0),
  NANOS("ns an operation", 0),
  IN_FLIGHT("most calls at a time", 0);

  private final String title;
  private final int decimals;

  Figure(String title, int decimals) {
    this.title = title;
    this.decimals = decimals;
  }

  String title() {
    return title;
  }

  String format(double value) {
    return String.format(java.util.Locale.ROOT, "%,." + decimals + "f", value);
  }
}
