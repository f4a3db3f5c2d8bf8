package dev.revoker.sandbox;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The faults of an endpoint. Immutable: start with {@link #NONE} and add to it.
 *
 * @param latency the delay of the answer; the call takes effect when it arrives
 * @param rates the share of calls that get each fault; a call gets one fault at most, so the rates
 *     add up to 1 at most
 * @param everyNth every Nth call gets {@link Fault#ERROR}; 0 means none
 * @param errorStatus the status of {@link Fault#ERROR}; 400 to 599
 * @param retryAfterSeconds the Retry-After header of a 429 and of an error; null means none
 */
public record Faults(
    Latency latency,
    Map<Fault, Double> rates,
    int everyNth,
    int errorStatus,
    @Nullable Integer retryAfterSeconds) {
  /** No faults. */
  public static final Faults NONE = new Faults(Latency.NONE, Map.of(), 0, 503, null);

  public Faults {
    EnumMap<Fault, Double> ordered = new EnumMap<>(Fault.class);
    rates.forEach(
        (fault, rate) -> {
          if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException(fault.rateName() + ": 0 to 1, not " + rate);
          }
          ordered.put(fault, rate);
        });
    rates = Collections.unmodifiableMap(ordered);
    if (rates.values().stream().mapToDouble(Double::doubleValue).sum() > 1.000001) {
      throw new IllegalArgumentException("the rates add up to more than 1: " + rates);
    }
    if (everyNth < 0) {
      throw new IllegalArgumentException("every_nth: 0 or more, not " + everyNth);
    }
    if (errorStatus < 400 || errorStatus > 599) {
      throw new IllegalArgumentException("error_status: 400 to 599, not " + errorStatus);
    }
    if (retryAfterSeconds != null && retryAfterSeconds < 0) {
      throw new IllegalArgumentException("retry_after: 0 or more, not " + retryAfterSeconds);
    }
  }

  /** The same with this fault at this rate. */
  public Faults with(Fault fault, double rate) {
    EnumMap<Fault, Double> changed = new EnumMap<>(Fault.class);
    changed.putAll(rates);
    changed.put(fault, rate);
    return new Faults(latency, changed, everyNth, errorStatus, retryAfterSeconds);
  }

  /** The same with this latency. */
  public Faults with(Latency changed) {
    return new Faults(changed, rates, everyNth, errorStatus, retryAfterSeconds);
  }

  /** The same with an error for every Nth call. */
  public Faults withEveryNth(int changed) {
    return new Faults(latency, rates, changed, errorStatus, retryAfterSeconds);
  }

  /** The same with another error status. */
  public Faults withErrorStatus(int changed) {
    return new Faults(latency, rates, everyNth, changed, retryAfterSeconds);
  }

  /** The same with a Retry-After header, or without one if it is null. */
  public Faults withRetryAfter(@Nullable Integer seconds) {
    return new Faults(latency, rates, everyNth, errorStatus, seconds);
  }
}
