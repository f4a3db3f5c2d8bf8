package dev.revoker.bench;

import dev.revoker.sandbox.Latency;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** From the start of a process, with a request waiting, to its visible result. */
record StartUp(String id, String title) implements Scenario {
  private static final int CONCURRENCY = 64;
  private static final int TRAINING = 500;

  @Override
  public List<Contender> contenders() {
    List<Contender> all = new ArrayList<>(Contender.ALL);
    all.add(1, RevokerWorker.from(Path.of("")));
    return all;
  }

  @Override
  public Measured measure(Stand stand, Contender contender) throws Exception {
    Contender measured =
        contender.id().equals(RevokerWorker.CACHED) ? RevokerWorker.from(cache(stand)) : contender;
    try (Run run = new Run(stand, measured, false, CONCURRENCY, 1)) {
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

  /** What a worker leaves at its end that worked for a moment. */
  private static Path cache(Stand stand) throws Exception {
    Path cache = stand.folder().resolve("revoker.aot");
    if (!Files.exists(cache)) {
      try (Run run = new Run(stand, RevokerWorker.leaving(cache), false, CONCURRENCY, TRAINING)) {
        run.start(1, TRAINING);
      }
      if (!Files.exists(cache)) {
        throw new IllegalStateException("the worker left no cache: " + cache);
      }
    }
    return cache;
  }
}
