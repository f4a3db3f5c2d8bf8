package dev.revoker.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.revoker.ops.ObserverGuard.Observer;
import dev.revoker.time.ManualTime;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Statistic;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** What observes cannot disturb. */
class ObserverGuardTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(ObserverGuard.class);
  private final Lines lines = new Lines();
  private final ManualTime time = new ManualTime();
  private final ObserverGuard guard = new ObserverGuard(time);
  private final GuardedRegistry registry = new GuardedRegistry(guard);

  @BeforeEach
  void listen() {
    lines.setContext(logger.getLoggerContext());
    lines.start();
    logger.addAppender(lines);
    logger.setAdditive(false);
  }

  @AfterEach
  void listenNoMore() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
  }

  static Stream<Runnable> failures() {
    return Stream.of(
        () -> {
          throw new ArithmeticException("long overflow");
        },
        () -> {
          throw new AssertionError("a bug");
        },
        () -> {
          throw new NoClassDefFoundError("a library");
        },
        ObserverGuardTest::overflow);
  }

  private static void overflow() {
    overflow();
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whatAnObserverThrowsEndsAtTheGuardAndIsCounted(Runnable failure) {
    guard.run(Observer.RESULTS, failure);

    assertThat(count("results")).isOne();
    assertThat(count("calls")).isZero();
    assertThat(lines.events).hasSize(1);
  }

  @Test
  void anObserverThatFailsOftenIsLoggedOnceAMinute() {
    for (int i = 0; i < 1_000; i++) {
      guard.run(Observer.CALLS, () -> fail("call"));
    }
    guard.run(Observer.LOGINS, () -> fail("login"));
    assertThat(lines.events).hasSize(2);

    time.advanceMs(60_000);
    guard.run(Observer.CALLS, () -> fail("call"));
    assertThat(lines.events).hasSize(3);
    assertThat(lines.events.getLast().getKeyValuePairs().toString()).contains("1001");
  }

  @Test
  void loggingThatThrowsIsCountedToo() {
    lines.fail = true;
    guard.run(Observer.CALLS, () -> fail("call"));

    assertThat(count("calls")).isOne();
  }

  @Test
  void metersThatThrowOrAreNegativeBreakNoScrape() {
    AtomicInteger reads = new AtomicInteger();
    Gauge.builder("bad.gauge", () -> fail("gauge")).register(registry);
    FunctionCounter.builder("bad.counter", this, self -> fail("counter")).register(registry);
    FunctionCounter.builder("falling.counter", reads, r -> r.getAndIncrement() == 0 ? 7 : -1)
        .register(registry);
    FunctionTimer.builder(
            "bad.timer",
            this,
            self -> (long) fail("count"),
            self -> fail("total"),
            TimeUnit.SECONDS)
        .register(registry);
    Meter.builder(
            "bad.meter",
            Meter.Type.OTHER,
            List.of(new Measurement(() -> fail("measurement"), Statistic.VALUE)))
        .register(registry);
    Gauge.builder("good.gauge", () -> 5).register(registry);

    registry.scrape();
    String scrape = registry.scrape();
    assertThat(scrape)
        .contains("bad_gauge NaN\n")
        .contains("bad_counter_total 0.0\n")
        .contains("falling_counter_total 7.0\n")
        .contains("good_gauge 5.0\n");
    assertThat(count("gauges")).isGreaterThanOrEqualTo(5);
  }

  private static double fail(String what) {
    throw new IllegalStateException(what);
  }

  private double count(String observer) {
    return registry
        .get("revoker.observer.failures")
        .tag("observer", observer)
        .functionCounter()
        .count();
  }

  private static final class Lines extends AppenderBase<ILoggingEvent> {
    private final List<ILoggingEvent> events = new ArrayList<>();
    private boolean fail;

    @Override
    protected void append(ILoggingEvent event) {
      if (fail) {
        throw new LinkageError("a broken appender");
      }
      events.add(event);
    }
  }
}
