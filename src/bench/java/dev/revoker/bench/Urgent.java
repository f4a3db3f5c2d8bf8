package dev.revoker.bench;

import dev.revoker.sandbox.Faults.Latency;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Urgent requests one by one, in their own topic, during the drain of a standard backlog: from
 * sending each urgent one to its visible result. All settings are defaults.
 */
record Urgent(
    String id,
    String title,
    Latency latency,
    int warmUp,
    int standard,
    int urgent,
    List<Implementation> implementations)
    implements Scenario {
  private static final int CONCURRENCY = 64;
  private static final double PER_SECOND = 10;

  @Override
  public Measured measure(TestBed testBed, Implementation implementation) throws Exception {
    int total = warmUp + standard + urgent;
    try (Run run = new Run(testBed, implementation, true, CONCURRENCY, total)) {
      run.start(1, 0);
      // Warm-up with all slots in use, so that the connections are open.
      run.behave(latency, 0);
      run.sendAll(run.parameters().requests(), warmUp);
      run.await();
      run.sendAll(run.parameters().requests(), standard);
      int first = run.sent();
      long[] sentAt = new long[total];
      run.sendPaced(run.parameters().urgentRequests(), urgent, PER_SECOND, sentAt);
      if (!run.await()) {
        return Measured.voided(run.faults());
      }
      Map<Figure, Double> figures = new EnumMap<>(Figure.class);
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
