package dev.revoker.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Request;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No value of 64 KiB stalls its lane; docs/BENCHMARKS.md has the figures. */
class HostileRecordsTest {
  private static final int TIMES = 20;

  /** Twenty times what they need on a slow machine, and a quarter of what one needed once. */
  private static final long LIMIT_MS = 20 * TIMES;

  static Stream<String> names() {
    return HostileRecords.all().keySet().stream();
  }

  /** The time to load the classes of Jackson and Nimbus is not a record's. */
  @BeforeAll
  static void loadClasses() {
    for (byte[] value : HostileRecords.all().values()) {
      Fixture.READER.read(
          Fixture.SOURCE,
          "standard",
          value,
          HostileRecords::header,
          Fixture.RECORD_TIME,
          Fixture.RECEIVED);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void aHostileRecordIsReadRedactedAndWrittenInLittleTime(String name) {
    byte[] value = HostileRecords.all().get(name);
    ResultWriter writer = new ResultWriter("w-1", "revoker");
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < TIMES; i++) {
      Request request =
          Fixture.READER.read(
              Fixture.SOURCE,
              "standard",
              value,
              HostileRecords::header,
              Fixture.RECORD_TIME,
              Fixture.RECEIVED);
      assertThat(writer.value(RandomRequestsTest.result(request))).isNotEmpty();
    }
    assertThat((threads.getCurrentThreadCpuTime() - before) / 1_000_000).isLessThan(LIMIT_MS);
  }
}
