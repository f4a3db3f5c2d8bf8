package dev.revoker.ops;

import dev.revoker.time.Time;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The seam between the work and what observes it. Whatever an observer throws is caught here,
 * counted in {@code revoker_observer_failures_total} and logged at most once a minute for each
 * observer. It reaches neither the loop, nor a commit, nor the dispatcher, nor a scrape.
 *
 * <p>Safe on any thread. No method throws.
 */
public final class ObserverGuard {
  /** Who observes: the values of the label {@code observer}. */
  public enum Observer {
    /** Counts and times committed results. */
    RESULTS,
    /** Times calls of the account API. */
    CALLS,
    /** Counts logins. */
    LOGINS,
    /** Reads a gauge, or another meter that is a function, at a scrape. */
    GAUGES,
    /** Registers the meters of a library: Kafka's clients, Resilience4j, the JVM. */
    BINDERS,
    /** Deletes request records that have a result. */
    PURGE,
    /** Writes a log line. */
    LOG;

    private String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(ObserverGuard.class);
  private static final long QUIET_MS = 60_000;

  private final Time time;
  private final Map<Observer, Failures> failures = new EnumMap<>(Observer.class);

  /** Counts from zero. */
  public ObserverGuard(Time time) {
    this.time = time;
    long loggedAtMs = time.millis() - QUIET_MS;
    for (Observer observer : Observer.values()) {
      failures.put(observer, new Failures(observer, loggedAtMs));
    }
  }

  /** Registers the counter, at zero for each observer. */
  public void bindTo(MeterRegistry registry) {
    failures
        .values()
        .forEach(
            one ->
                FunctionCounter.builder("revoker.observer.failures", one, Failures::total)
                    .description("Failures of meters, gauges and log lines; the work went on.")
                    .tag("observer", one.observer.label())
                    .register(registry));
  }

  /** Runs the observer; what it throws ends here. */
  public void run(Observer observer, Runnable observation) {
    try {
      observation.run();
    } catch (RuntimeException | Error thrown) {
      failed(observer, thrown);
    }
  }

  /** What the observer reads; NaN where it throws. */
  double read(Observer observer, DoubleSupplier value) {
    try {
      return value.getAsDouble();
    } catch (RuntimeException | Error thrown) {
      failed(observer, thrown);
      return Double.NaN;
    }
  }

  private void failed(Observer observer, Throwable thrown) {
    Failures failed = of(observer);
    failed.count.increment();
    if (failed.mayLog(time.millis())) {
      try {
        LOG.atWarn()
            .addKeyValue("observer", observer.label())
            .addKeyValue("failures", failed.count.sum())
            .setCause(thrown)
            .log("an observer failed; the work goes on without its observation");
      } catch (RuntimeException | Error loggingFailed) {
        // A logging set-up of the user's own can throw. The failure is counted all the same.
        of(Observer.LOG).count.increment();
      }
    }
  }

  private Failures of(Observer observer) {
    return Objects.requireNonNull(failures.get(observer));
  }

  private static final class Failures {
    private final Observer observer;
    private final LongAdder count = new LongAdder();
    private final AtomicLong loggedAtMs;

    /** Log lines that had failed in this process before. */
    private final long logFailuresBefore = LogEncoders.failures();

    Failures(Observer observer, long loggedAtMs) {
      this.observer = observer;
      this.loggedAtMs = new AtomicLong(loggedAtMs);
    }

    /** Log lines that could not be written fail where they are written. */
    long total() {
      return count.sum()
          + (observer == Observer.LOG ? LogEncoders.failures() - logFailuresBefore : 0);
    }

    boolean mayLog(long nowMs) {
      long before = loggedAtMs.get();
      return nowMs - before >= QUIET_MS && loggedAtMs.compareAndSet(before, nowMs);
    }
  }
}
