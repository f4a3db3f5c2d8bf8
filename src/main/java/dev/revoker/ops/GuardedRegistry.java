package dev.revoker.ops;

import dev.revoker.ops.ObserverGuard.Observer;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A registry in which every meter that is a function is read through an {@link ObserverGuard}, the
 * meters of libraries included. A gauge that throws shows as NaN, and a counter or timer that
 * throws, or is negative, as its last sound value. Without this, one of them fails the whole
 * scrape.
 */
public final class GuardedRegistry extends PrometheusMeterRegistry {
  private final ObserverGuard guard;

  /** Registers the guard's own counter. */
  public GuardedRegistry(ObserverGuard guard) {
    super(PrometheusConfig.DEFAULT);
    this.guard = guard;
    guard.bindTo(this);
  }

  @Override
  protected <T> Gauge newGauge(Meter.Id id, @Nullable T object, ToDoubleFunction<T> value) {
    return super.newGauge(
        id, object, read -> guard.read(Observer.GAUGES, () -> value.applyAsDouble(read)));
  }

  @Override
  protected <T> FunctionCounter newFunctionCounter(
      Meter.Id id, T object, ToDoubleFunction<T> count) {
    return super.newFunctionCounter(id, object, new Sound<>(count));
  }

  @Override
  protected <T> FunctionTimer newFunctionTimer(
      Meter.Id id,
      T object,
      ToLongFunction<T> count,
      ToDoubleFunction<T> total,
      TimeUnit totalUnit) {
    Sound<T> soundCount = new Sound<>(count::applyAsLong);
    return super.newFunctionTimer(
        id, object, read -> (long) soundCount.applyAsDouble(read), new Sound<>(total), totalUnit);
  }

  @Override
  protected Meter newMeter(Meter.Id id, Meter.Type type, Iterable<Measurement> measurements) {
    List<Measurement> guarded = new ArrayList<>();
    for (Measurement one : measurements) {
      Sound<Measurement> value = new Sound<>(Measurement::getValue);
      guarded.add(new Measurement(() -> value.applyAsDouble(one), one.getStatistic()));
    }
    return super.newMeter(id, type, guarded);
  }

  /** Prometheus refuses a scrape with a negative counter. */
  private final class Sound<T> implements ToDoubleFunction<T> {
    private final ToDoubleFunction<T> value;
    private volatile double last;

    Sound(ToDoubleFunction<T> value) {
      this.value = value;
    }

    @Override
    public double applyAsDouble(T read) {
      double now =
          guard.read(
              Observer.GAUGES,
              () -> {
                double found = value.applyAsDouble(read);
                if (found < 0) {
                  throw new IllegalStateException("a counter is negative: " + found);
                }
                return found;
              });
      if (!Double.isNaN(now)) {
        last = now;
      }
      return last;
    }
  }
}
