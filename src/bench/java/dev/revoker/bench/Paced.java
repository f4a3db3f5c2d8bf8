package dev.revoker.bench;

import dev.revoker.sandbox.Faults.Latency;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Requests at a steady pace to a warm process: from sending each to its visible result.
 *
 * @param settle how many at that pace come before those that count
 */
record Paced(
    String id,
    String title,
    double perSecond,
    Latency latency,
    int warmUp,
    int settle,
    int count,
    List<Implementation> implementations)
    implements Scenario {
  private static final int CONCURRENCY = 64;

  @Override
  public Measured measure(TestBed testBed, Implementation implementation) throws Exception {
    int total = warmUp + settle + count;
    try (Run run = new Run(testBed, implementation, false, CONCURRENCY, total)) {
      run.start(1, warmUp);
      run.behave(latency, 0);
      long[] sentAt = new long[total];
      run.sendPaced(run.parameters().requests(), settle, perSecond, sentAt);
      if (!run.await()) {
        return Measured.voided(run.faults());
      }
      Run.CpuTime before = run.cpuTime();
      int first = run.sent();
      run.sendPaced(run.parameters().requests(), count, perSecond, sentAt);
      if (!run.await()) {
        return Measured.voided(run.faults());
      }
      Map<Figure, Double> figures = new EnumMap<>(Figure.class);
      run.cpuTime().since(before, count, figures);
      run.reportedFailed(figures);
      figures.put(Figure.RSS_MB, run.peakRssMb());
      Percentiles.put(
          IntStream.range(first, total)
              .mapToLong(i -> run.counter().seenAt(i) - sentAt[i])
              .toArray(),
          figures);
      return new Measured(figures, run.faults());
    }
  }
}
