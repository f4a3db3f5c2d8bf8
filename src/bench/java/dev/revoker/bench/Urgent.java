package dev.revoker.bench;

import dev.revoker.sandbox.Latency;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Urgent requests one by one, in a topic of their own, while a pile of others is worked off: from
 * the send of each urgent one to its visible result. All settings as they come.
 */
record Urgent(
    String id,
    String title,
    Latency latency,
    int warmUp,
    int standard,
    int urgent,
    List<Contender> contenders)
    implements Scenario {
  private static final int CONCURRENCY = 64;
  private static final double PER_SECOND = 10;

  @Override
  public Measured measure(Stand stand, Contender contender) throws Exception {
    int total = warmUp + standard + urgent;
    try (Run run = new Run(stand, contender, true, CONCURRENCY, total)) {
      run.start(1, 0);
      // With all slots taken, as later: the first to be so opens the connections.
      run.behave(latency, 0);
      run.pile(run.place().requests(), warmUp);
      run.await();
      run.pile(run.place().requests(), standard);
      int first = run.sent();
      long[] sentAt = new long[total];
      run.pace(run.place().urgentRequests(), urgent, PER_SECOND, sentAt);
      if (!run.await()) {
        return Measured.voided(run.faults());
      }
      Map<Figure, Double> figures = new EnumMap<>(Figure.class);
      figures.put(Figure.RSS_MB, run.peakRssMb());
      Percentiles.put(
          IntStream.range(first, total).mapToLong(i -> run.tally().seenAt(i) - sentAt[i]).toArray(),
          figures);
      return new Measured(figures, run.faults());
    }
  }
}
