package dev.revoker.bench;

import dev.revoker.sandbox.Faults.Latency;
import java.util.ArrayList;
import java.util.List;

/** All that is measured. */
final class Scenarios {
  /** The mean of a log-normal latency with median 50 ms and 99th percentile 1 s. */
  private static final double LONG_TAIL_MEAN_MS =
      50 * Math.exp(Math.pow(Math.log(1000 / 50.0) / 2.3263, 2) / 2);

  static final List<Implementation> OURS = List.of(Implementation.ALL.getFirst());

  private final boolean quick;
  private final List<Scenario> all = new ArrayList<>();

  private Scenarios(boolean quick) {
    this.quick = quick;
  }

  /** Full, or so small that all take a minute or two and the figures mean little. */
  static List<Scenario> of(boolean quick) {
    Scenarios scenarios = new Scenarios(quick);
    scenarios.drains();
    scenarios.latencies();
    scenarios.growth();
    return List.copyOf(scenarios.all);
  }

  /** One drain, for the decoys only. */
  static Scenario decoys() {
    Latency latency = Latency.fixed(20);
    return new Drain(
        "decoys", "Harness check", 8, latency, 20, 0, 0, 400, 1, false, Implementation.DECOYS);
  }

  /** Warms up the broker before the runs that count. */
  static Scenario brokerWarmUp(boolean quick) {
    int count = quick ? 500 : 20_000;
    List<Implementation> opponents = Implementation.ALL.subList(1, Implementation.ALL.size());
    return new Drain(
        "broker-warm-up", "Warm-up", 64, Latency.NONE, 0, 0, 0, count, 1, false, opponents);
  }

  private void drains() {
    drain("drain-64-50", 64, 50, 50, 50, 0, warmUp(), 20_000);
    drain("drain-512-50", 512, 50, 50, 50, 0, warmUp(), 100_000);
    // CPU time is measured here, and during the warm-up the JIT compiler uses half of it.
    drain("drain-64-0", 64, 0, 0, 0, 0, sized(100_000), 100_000);
    // As after a start: the classes are loaded, and nothing is compiled yet.
    drain("drain-young", 64, 50, 50, 50, 0, 1, 10_000);
    drain("drain-long-tail", 64, 50, 1000, LONG_TAIL_MEAN_MS, 0, warmUp(), 20_000);
    drain("drain-64-5", 64, 5, 5, 5, 0, warmUp(), 40_000);
    drain("drain-errors", 64, 5, 5, 5, 20, warmUp(), 40_000);
    all.add(
        new Drain(
            "drain-encrypted",
            "Encrypted requests: C=64, L=50 ms, %,d requests".formatted(sized(20_000)),
            64,
            Latency.fixed(50),
            50,
            0,
            warmUp(),
            sized(20_000),
            1,
            false,
            List.of(OURS.getFirst(), EncryptedRevoker.withNewKeys())));
    workers(2);
    if (!quick) {
      workers(4);
    }
    all.add(
        new Profile(
            "profile",
            "Where Revoker's CPU time goes: drain, C=64, L=0",
            sized(100_000),
            sized(100_000)));
    all.add(
        new Floor(
            "floor",
            "Floor: CPU of the bare calls, and of bare consuming and producing",
            64,
            sized(100_000),
            sized(100_000)));
    all.add(new Micro("micro", "Parser and codec by themselves (JMH, one thread)", quick));
  }

  private void latencies() {
    all.add(
        new Paced(
            "paced",
            "Paced: 200/s, L=20 ms, sent to visible",
            200,
            Latency.fixed(20),
            warmUp(),
            quick ? 200 : 1000,
            quick ? 400 : 4000,
            Implementation.ALL));
    all.add(
        new Paced(
            "paced-young",
            "Paced, short warm-up: 200/s, L=20 ms, sent to visible",
            200,
            Latency.fixed(20),
            quick ? 100 : 2000,
            quick ? 100 : 400,
            quick ? 400 : 4000,
            Implementation.ALL));
    all.add(
        new Urgent(
            "urgent",
            "Urgent: one every 100 ms behind %,d standard, L=50 ms, sent to visible"
                .formatted(sized(100_000)),
            Latency.fixed(50),
            warmUp(),
            sized(100_000),
            quick ? 10 : 250,
            Implementation.ALL));
    all.add(new StartUp("start-up", "Start of the process to first result"));
  }

  private void growth() {
    for (int count : quick ? List.of(2_000) : List.of(10_000, 100_000, 1_000_000)) {
      all.add(
          new Drain(
              "growth-" + count,
              "Growth: %,d in the topic, L=0, default settings".formatted(count),
              64,
              Latency.NONE,
              0,
              0,
              quick ? 500 : 50_000,
              count,
              1,
              true,
              OURS));
    }
  }

  private void drain(
      String id,
      int concurrency,
      double medianMs,
      double p99Ms,
      double meanMs,
      int nth,
      int warmUp,
      int count) {
    String latency =
        p99Ms > medianMs
            ? "L log-normal, median %.0f ms, p99 %.0f ms, mean %.0f ms"
                .formatted(medianMs, p99Ms, meanMs)
            : "L=%.0f ms".formatted(medianMs);
    String faults = nth > 0 ? ", every %dth call a 503".formatted(nth) : "";
    all.add(
        new Drain(
            id,
            "Drain: C=%d, %s%s, %,d requests".formatted(concurrency, latency, faults, sized(count)),
            concurrency,
            new Latency(medianMs, p99Ms),
            meanMs,
            nth,
            warmUp,
            sized(count),
            1,
            false,
            Implementation.ALL));
  }

  private void workers(int processes) {
    int count = processes * sized(20_000);
    all.add(
        new Drain(
            "workers-" + processes,
            "%d workers in one group: C=64 each, L=50 ms, %,d requests".formatted(processes, count),
            64,
            Latency.fixed(50),
            50,
            0,
            processes * warmUp(),
            count,
            processes,
            false,
            OURS));
  }

  private int warmUp() {
    return quick ? 300 : 20_000;
  }

  private int sized(int count) {
    return quick ? Math.max(500, count / 100) : count;
  }
}
