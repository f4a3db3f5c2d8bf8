package dev.revoker.engine;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
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

  private static final TopicIdPartition PARTITION = new TopicIdPartition(Uuid.ONE_UUID, 7, "topic");

  private final OffsetMap map = new OffsetMap(NEXT, NEXT + 2000, UNANSWERED);
  private final String metadata = OffsetMapCodec.encode(map, PARTITION);

  /** JMH makes one. */
  public OffsetMapMicro() {}

  /** What each transaction does for each of its partitions. */
  @Benchmark
  public Object encode() {
    return OffsetMapCodec.encode(map, PARTITION);
  }

  /** What an assignment does. */
  @Benchmark
  public Object decode() {
    return OffsetMapCodec.decode(PARTITION, NEXT, metadata);
  }
}
