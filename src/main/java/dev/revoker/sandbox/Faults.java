package dev.revoker.sandbox;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint misbehaves. Immutable; {@link #NONE} is the start for others.
 *
 * @param latency from the arrival of the call, when it takes effect, to the answer
 * @param rates the share of calls that each fault befalls; a call meets one at most, so together
 *     they may not exceed 1
 * @param everyNth every so many calls one meets {@link Fault#ERROR} for certain; 0 means never
 * @param errorStatus what {@link Fault#ERROR} answers; 400 to 599
 * @param retryAfterSeconds goes with 429 and with the error status; null means no such header
 */
public record Faults(
    Latency latency,
    Map<Fault, Double> rates,
    int everyNth,
    int errorStatus,
    @Nullable Integer retryAfterSeconds) {
  /** All well. */
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

  /** These, with this fault at this rate. */
  public Faults with(Fault fault, double rate) {
    EnumMap<Fault, Double> changed = new EnumMap<>(Fault.class);
    changed.putAll(rates);
    changed.put(fault, rate);
    return new Faults(latency, changed, everyNth, errorStatus, retryAfterSeconds);
  }

  /** These, with this latency. */
  public Faults with(Latency changed) {
    return new Faults(changed, rates, everyNth, errorStatus, retryAfterSeconds);
  }

  /** These, with every nth call an error. */
  public Faults withEveryNth(int changed) {
    return new Faults(latency, rates, changed, errorStatus, retryAfterSeconds);
  }

  /** These, with another error status. */
  public Faults withErrorStatus(int changed) {
    return new Faults(latency, rates, everyNth, changed, retryAfterSeconds);
  }

  /** These, with a Retry-After, or without one. */
  public Faults withRetryAfter(@Nullable Integer seconds) {
    return new Faults(latency, rates, everyNth, errorStatus, seconds);
  }
}
