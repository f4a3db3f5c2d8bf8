package dev.revoker.bench;

import dev.revoker.sandbox.Faults.Latency;
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
  public List<Implementation> implementations() {
    List<Implementation> all = new ArrayList<>(Implementation.ALL);
    all.add(1, RevokerWorker.from(Path.of("")));
    return all;
  }

  @Override
  public Measured measure(TestBed testBed, Implementation implementation) throws Exception {
    Implementation measured =
        implementation.id().equals(RevokerWorker.CACHED)
            ? RevokerWorker.from(cache(testBed))
            : implementation;
    try (Run run = new Run(testBed, measured, false, CONCURRENCY, 1)) {
      run.behave(Latency.NONE, 0);
      run.sendAll(run.parameters().requests(), 1);
      long start = System.nanoTime();
      run.launch();
      if (!run.await()) {
        return Measured.voided(run.faults());
      }
      double ms = (run.counter().seenAt(0) - start) / 1e6;
      return new Measured(
          Map.of(Figure.START_MS, ms, Figure.RSS_MB, run.peakRssMb()), run.faults());
    }
  }

  /** The AOT cache of a worker that has answered a few requests. */
  private static Path cache(TestBed testBed) throws Exception {
    Path cache = testBed.folder().resolve("revoker.aot");
    if (!Files.exists(cache)) {
      try (Run run = new Run(testBed, RevokerWorker.leaving(cache), false, CONCURRENCY, TRAINING)) {
        run.start(1, TRAINING);
      }
      if (!Files.exists(cache)) {
        throw new IllegalStateException("the worker left no cache: " + cache);
      }
    }
    return cache;
  }
}
