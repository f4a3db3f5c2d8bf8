package dev.revoker.bench;

import dev.revoker.bench.Journal.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The goals of the worker and whether it meets them. A goal without figures is left out. */
final class Goals {
  private static final String OURS = Implementation.ALL.getFirst().id();

  private final Journal journal;
  private final List<Goal> goals = new ArrayList<>();

  private Goals(Journal journal) {
    this.journal = journal;
  }

  /**
   * One goal.
   *
   * @param atLeast whether the limit is a minimum; otherwise it is a maximum
   */
  record Goal(String what, double value, double limit, boolean atLeast) {
    boolean met() {
      return atLeast ? value >= limit : value <= limit;
    }
  }

  static List<Goal> of(Journal journal) {
    Goals goals = new Goals(journal);
    goals.drains();
    goals.latencies();
    goals.growth();
    return List.copyOf(goals.goals);
  }

  static String table(List<Goal> goals) {
    StringBuilder text = new StringBuilder("| goal | limit | measured | |\n|---|--:|--:|---|\n");
    for (Goal goal : goals) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s %.2f | %.2f | %s |%n",
              goal.what(),
              goal.atLeast() ? "&ge;" : "&le;",
              goal.limit(),
              goal.value(),
              goal.met() ? "met" : "**missed**"));
    }
    return text.toString();
  }

  private void drains() {
    atMost(
        "worker + broker CPU, C=64, L=50 ms: times the best opponent",
        0.85,
        versusBest("drain-64-50", Figure.BOTH_CPU_US, false));
    atMost(
        "worker + broker CPU, C=64, L=0: times the best opponent",
        0.6,
        versusBest("drain-64-0", Figure.BOTH_CPU_US, false));
    atMost(
        "the first 10,000 requests: CPU, times the best opponent",
        0.8,
        versusBest("drain-young", Figure.CPU_US, false));
    atLeast("drain, C=64, L=50 ms: share of C/L", 0.97, ours("drain-64-50", Figure.SHARE));
    atLeast(
        "drain, C=512, L=50 ms: times the best opponent",
        1.2,
        versusBest("drain-512-50", Figure.PER_SECOND, true));
    atLeast(
        "two workers, latency-bound: times one",
        1.9,
        ratio(ours("workers-2", Figure.PER_SECOND), ours("drain-64-50", Figure.PER_SECOND)));
  }

  private void latencies() {
    atMost("200/s, L=20 ms, short warm-up: p50, ms", 27, ours("paced-young", Figure.P50_MS));
    atMost("200/s, L=20 ms, short warm-up: p99, ms", 45, ours("paced-young", Figure.P99_MS));
    atMost("urgent behind 100,000, L=50 ms: p99, ms", 75, ours("urgent", Figure.P99_MS));
    atMost("start to first result, ms", 1300, ours("start-up", Figure.START_MS));
    atMost(
        "start to first result, from an AOT cache, ms",
        500,
        median("start-up", RevokerWorker.CACHED, Figure.START_MS));
  }

  private void growth() {
    Optional<Double> large = ours("growth-1000000", Figure.RSS_MB);
    atMost("peak RSS with 1,000,000 in the topic, MB", 200, large);
    atMost(
        "peak RSS, 1,000,000 against 10,000",
        1.05,
        ratio(large, ours("growth-10000", Figure.RSS_MB)));
    atMost(
        "CPU a revocation, 1,000,000 against 10,000",
        1.05,
        ratio(ours("growth-1000000", Figure.CPU_US), ours("growth-10000", Figure.CPU_US)));
  }

  private void atLeast(String what, double limit, Optional<Double> value) {
    value.ifPresent(v -> goals.add(new Goal(what, v, limit, true)));
  }

  private void atMost(String what, double limit, Optional<Double> value) {
    value.ifPresent(v -> goals.add(new Goal(what, v, limit, false)));
  }

  private static Optional<Double> ratio(Optional<Double> above, Optional<Double> below) {
    return above.flatMap(a -> below.map(b -> a / b));
  }

  private Optional<Double> ours(String scenario, Figure figure) {
    return median(scenario, OURS, figure);
  }

  private Optional<Double> versusBest(String scenario, Figure figure, boolean mostIsBest) {
    return ratio(ours(scenario, figure), bestOpponent(scenario, figure, mostIsBest));
  }

  private Optional<Double> bestOpponent(String scenario, Figure figure, boolean mostIsBest) {
    Comparator<Double> order =
        mostIsBest ? Comparator.naturalOrder() : Comparator.<Double>reverseOrder();
    return Implementation.ALL.stream()
        .filter(implementation -> !implementation.id().equals(OURS))
        .flatMap(implementation -> median(scenario, implementation.id(), figure).stream())
        .max(order);
  }

  private Optional<Double> median(String scenario, String implementation, Figure figure) {
    return journal.spread(scenario, implementation, figure).map(Spread::median);
  }
}
