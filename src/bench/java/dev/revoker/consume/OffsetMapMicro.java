package dev.revoker.consume;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The progress codec, with 500 unanswered requests among 2,000, each a run of its own. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OffsetMapMicro {
  private static final long NEXT = 1_000_000;
  private static final List<Long> UNANSWERED =
      LongStream.range(0, 500).mapToObj(i -> NEXT + 4 * i).toList();

  private final OffsetMap map = new OffsetMap(NEXT, NEXT + 2000, UNANSWERED);
  private final String metadata = map.encode();

  /** JMH makes one. */
  public OffsetMapMicro() {}

  /** What each transaction does for each of its partitions. */
  @Benchmark
  public Object encode() {
    return map.encode();
  }

  /** What an assignment does. */
  @Benchmark
  public Object decode() {
    return OffsetMap.decode(NEXT, metadata);
  }
}
