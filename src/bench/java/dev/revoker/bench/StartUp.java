package dev.revoker.bench;

import dev.revoker.sandbox.Latency;
import java.util.List;
import java.util.Map;

/** From the start of a process, with a request waiting, to its visible result. */
record StartUp(String id, String title, List<Contender> contenders) implements Scenario {
  private static final int CONCURRENCY = 64;

  @Override
  public Measured measure(Stand stand, Contender contender) throws Exception {
    try (Run run = new Run(stand, contender, false, CONCURRENCY, 1)) {
      run.behave(Latency.NONE, 0);
      run.pile(run.place().requests(), 1);
      long start = System.nanoTime();
      run.launch();
      if (!run.await()) {
        return Measured.voided(run.faults());
      }
      double ms = (run.tally().seenAt(0) - start) / 1e6;
      return new Measured(
          Map.of(Figure.START_MS, ms, Figure.RSS_MB, run.peakRssMb()), run.faults());
    }
  }
}
