package dev.revoker.message;

import dev.revoker.model.Outcome;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.Result.KeyState;
import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A request as an alert sends it, read; and its result, written. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MessageMicro {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
  private static final Source SOURCE = new Source("key-revocations", 3, 42);
  private static final byte[] FULL =
      """
      {"api_securekey": "968a8b637a5040159424872fffdb895b", "account": "acme", "request_id": "alert-81/7",
       "reason": "found in a public repository", "requested_by": "secret-scanner",
       "requested_at": "2026-11-23T09:59:58.113Z", "not_after": "2026-11-24T09:59:58Z",
       "labels": {"repository": "acme/site", "severity": "high"}}
      """
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] LEAST =
      "{\"api_securekey\": \"968a8b637a5040159424872fffdb895b\"}".getBytes(StandardCharsets.UTF_8);
  private static final byte[] WORST = HostileRecords.worst();
  private static final byte[] BROKEN = new byte[RequestReader.MAX_VALUE_BYTES];

  private final RequestReader reader =
      new RequestReader(Set.of("acme"), "acme", new Fingerprints(null));
  private final ResultWriter writer = new ResultWriter("worker-1", "revoker");
  private final Result result =
      new Result(read(FULL), Outcome.REVOKED, KeyState.INACTIVE, 204, null, 1, 0, NOW);

  /** JMH makes one. */
  public MessageMicro() {}

  /** Every field. */
  @Benchmark
  public Request readFull() {
    return read(FULL);
  }

  /** The key alone. */
  @Benchmark
  public Request readLeast() {
    return read(LEAST);
  }

  /** 64 KiB that are no JSON. */
  @Benchmark
  public Request readBroken() {
    return read(BROKEN);
  }

  /** The result of the full request, without its headers. */
  @Benchmark
  public byte[] writeResult() {
    return writer.value(result);
  }

  /** The most expensive 64 KiB that we know: read, redacted and written. */
  @Benchmark
  public byte[] worstRecord() {
    Request request = reader.read(SOURCE, "standard", WORST, HostileRecords::header, NOW, NOW);
    return writer.value(
        new Result(request, Outcome.REVOKED, KeyState.INACTIVE, 204, null, 1, 0, NOW));
  }

  private Request read(byte[] value) {
    return reader.read(SOURCE, "standard", value, name -> null, NOW, NOW);
  }
}
