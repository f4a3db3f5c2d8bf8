package dev.revoker.bench;

import dev.revoker.sandbox.Faults.Latency;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A backlog of requests that becomes visible at once to warm processes.
 *
 * @param concurrency calls at a time, of each process
 * @param everyNth call fails with a 503; 0 means none
 * @param meanMs of the latency; 0 if the shortest possible time is not known
 * @param processes of the implementation, which share the partitions
 */
record Drain(
    String id,
    String title,
    int concurrency,
    Latency latency,
    double meanMs,
    int everyNth,
    int warmUp,
    int count,
    int processes,
    boolean urgentLane,
    List<Implementation> implementations)
    implements Scenario {

  @Override
  public Measured measure(TestBed testBed, Implementation implementation) throws Exception {
    try (Run run = new Run(testBed, implementation, urgentLane, concurrency, warmUp + count)) {
      run.start(processes, warmUp);
      run.behave(latency, everyNth);
      Run.CpuTime before = run.cpuTime();
      long start = run.sendAll(run.parameters().requests(), count);
      if (!run.await()) {
        return Measured.voided(run.faults());
      }
      Run.CpuTime after = run.cpuTime();
      Map<Figure, Double> figures = new EnumMap<>(Figure.class);
      rates(run.counter().sortedTimes(warmUp, count), start, figures);
      after.since(before, count, figures);
      run.reportedFailed(figures);
      figures.put(Figure.RSS_MB, run.peakRssMb());
      figures.put(Figure.IN_FLIGHT, (double) testBed.api().state().maxInFlight());
      return new Measured(figures, run.faults());
    }
  }

  /** Over the whole drain, and from a tenth to nine tenths of it. */
  private void rates(long[] times, long start, Map<Figure, Double> figures) {
    int last = times.length - 1;
    double perSecond = times.length * 1e9 / (times[last] - start);
    figures.put(Figure.PER_SECOND, perSecond);
    if (meanMs > 0) {
      double ideal = processes * concurrency * 1000 / meanMs;
      figures.put(Figure.SHARE, perSecond / ideal);
      int low = endOfClump(times, last / 10);
      int high = endOfClump(times, last - last / 10);
      if (high > low) {
        double steady = (high - low) * 1e9 / (times[high] - times[low]);
        figures.put(Figure.STEADY_SHARE, steady / ideal);
      }
    }
  }

  /** Results of a batch come at once: only from end to end do their numbers fit their times. */
  private static int endOfClump(long[] times, int index) {
    int end = index;
    while (end + 1 < times.length && times[end + 1] == times[index]) {
      end++;
    }
    return end;
  }
}
