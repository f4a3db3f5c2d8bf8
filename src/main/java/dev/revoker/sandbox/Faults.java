package dev.revoker.sandbox;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The faults of an endpoint. Immutable: start with {@link #NONE} and add to it.
 *
 * @param latencyMs the delay of the answer; the call takes effect when it arrives
 * @param rates the share of calls that get each fault; a call gets one fault at most, so the rates
 *     add up to 1 at most
 * @param everyNth every Nth call gets {@link Fault#ERROR}; 0 means none
 * @param errorStatus the status of {@link Fault#ERROR}; 400 to 599
 * @param retryAfter the Retry-After header of a 429 and of an error, in seconds; null means none
 */
public record Faults(
    Latency latencyMs,
    @JsonAnyGetter Map<Fault, Double> rates,
    int everyNth,
    int errorStatus,
    @Nullable Integer retryAfter) {
  /** No faults. */
  public static final Faults NONE = new Faults(Latency.NONE, Map.of(), 0, 503, null);

  public Faults {
    EnumMap<Fault, Double> ordered = new EnumMap<>(Fault.class);
    ordered.putAll(rates);
    rates = Collections.unmodifiableMap(ordered);
    rates.forEach(
        (fault, rate) -> require(rate >= 0 && rate <= 1, fault.rateName() + ": 0 to 1", rate));
    require(
        rates.values().stream().mapToDouble(Double::doubleValue).sum() < 1.000001,
        "the rates add up to 1 at most",
        rates);
    require(everyNth >= 0, "every_nth: 0 or more", everyNth);
    require(errorStatus >= 400 && errorStatus <= 599, "error_status: 400 to 599", errorStatus);
    require(retryAfter == null || retryAfter >= 0, "retry_after: 0 or more", retryAfter);
  }

  @JsonCreator
  static Faults ofJson(
      Latency latencyMs,
      int everyNth,
      int errorStatus,
      @Nullable Integer retryAfter,
      @JsonAnySetter Map<String, Double> rates) {
    EnumMap<Fault, Double> known = new EnumMap<>(Fault.class);
    rates.forEach((name, rate) -> known.put(named(name), rate));
    return new Faults(latencyMs, known, everyNth, errorStatus, retryAfter);
  }

  /** The same with this fault at this rate. */
  public Faults with(Fault fault, double rate) {
    EnumMap<Fault, Double> changed = new EnumMap<>(Fault.class);
    changed.putAll(rates);
    changed.put(fault, rate);
    return new Faults(latencyMs, changed, everyNth, errorStatus, retryAfter);
  }

  /** The same with this latency. */
  public Faults with(Latency changed) {
    return new Faults(changed, rates, everyNth, errorStatus, retryAfter);
  }

  /** The same with an error for every Nth call. */
  public Faults withEveryNth(int changed) {
    return new Faults(latencyMs, rates, changed, errorStatus, retryAfter);
  }

  /** The same with a Retry-After header. */
  public Faults withRetryAfter(int seconds) {
    return new Faults(latencyMs, rates, everyNth, errorStatus, seconds);
  }

  private static Fault named(String rateName) {
    return Arrays.stream(Fault.values())
        .filter(fault -> fault.rateName().equals(rateName))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    rateName
                        + ": unknown; see bin/revoker sandbox --help. The rates are "
                        + Arrays.stream(Fault.values())
                            .map(Fault::rateName)
                            .collect(Collectors.joining(", "))));
  }

  private static void require(boolean holds, String rule, @Nullable Object given) {
    if (!holds) {
      throw new IllegalArgumentException(rule + ", not " + given);
    }
  }
}
