package dev.revoker.bench;

import dev.revoker.engine.OffsetMapMicro;
import dev.revoker.message.EncryptedMicro;
import dev.revoker.message.MessageMicro;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The parser and the codec alone (JMH), to detect regressions in them. */
record Micro(String id, String title, boolean quick) implements Scenario {
  @Override
  public List<Implementation> implementations() {
    return Stream.of(
            part(MessageMicro.class, "readFull", "Read a request with every field"),
            part(MessageMicro.class, "readLeast", "Read a request with a key alone"),
            part(MessageMicro.class, "readBroken", "Refuse 64 KiB that are no JSON"),
            part(MessageMicro.class, "writeResult", "Write a result"),
            part(MessageMicro.class, "worstRecord", "Read, redact and write the worst 64 KiB"),
            part(EncryptedMicro.class, "readEcdhEs", "Read a request encrypted with ECDH-ES"),
            part(EncryptedMicro.class, "readEcdhEsA256kw", "The same with ECDH-ES+A256KW"),
            part(EncryptedMicro.class, "readRsa2048", "The same with RSA-OAEP-256, 2048 bits"),
            part(EncryptedMicro.class, "readRsa4096", "The same with RSA-OAEP-256, 4096 bits"),
            part(OffsetMapMicro.class, "encode", "Encode progress, 500 runs"),
            part(OffsetMapMicro.class, "decode", "Decode progress, 500 runs"))
        .toList();
  }

  @Override
  public Measured measure(TestBed testBed, Implementation implementation) throws Exception {
    TimeValue turn = quick ? TimeValue.milliseconds(100) : TimeValue.seconds(1);
    double nanos =
        new Runner(
                new OptionsBuilder()
                    .include(((Piece) implementation).benchmark())
                    .forks(1)
                    .jvmArgs("-XX:+UseSerialGC")
                    .warmupIterations(3)
                    .warmupTime(turn)
                    .measurementIterations(5)
                    .measurementTime(turn)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .runSingle()
            .getPrimaryResult()
            .getScore();
    return new Measured(Map.of(Figure.NANOS, nanos), List.of());
  }

  private static Implementation part(Class<?> type, String method, String title) {
    return new Piece(method, title, type.getName() + "." + method + "$");
  }

  private record Piece(String id, String title, String benchmark) implements Implementation {
    @Override
    public Child start(RunParameters parameters) {
      throw new UnsupportedOperationException("it is no process");
    }
  }
}
