package dev.revoker.sandbox;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The faults that are set now, and which call gets which fault. Thread-safe. */
final class ActiveFaults {
  private final Map<Endpoint, Faults> faults = new EnumMap<>(Endpoint.class);
  private final Map<Endpoint, Integer> callsSeen = new EnumMap<>(Endpoint.class);
  private final Set<String> refusedLogins = new HashSet<>();
  private final OtherAccountKeyAnswer otherAccountKeyAtStart;
  private OtherAccountKeyAnswer otherAccountKey;
  private Outage outage = Outage.NONE;
  private SplittableRandom random;

  ActiveFaults(long seed, OtherAccountKeyAnswer otherAccountKey) {
    random = new SplittableRandom(seed);
    this.otherAccountKeyAtStart = otherAccountKey;
    this.otherAccountKey = otherAccountKey;
  }

  /**
   * What one call gets.
   *
   * @param fault null if it gets its normal answer
   */
  record Draw(Faults faults, @Nullable Fault fault, long latencyNanos, Outage outage) {}

  synchronized Draw draw(Endpoint endpoint) {
    Faults now = faults(endpoint);
    long latencyNanos = now.latency().drawNanos(random);
    int seen = callsSeen.merge(endpoint, 1, Integer::sum);
    boolean nth = now.everyNth() > 0 && seen % now.everyNth() == 0;
    return new Draw(now, nth ? Fault.ERROR : drawFault(now), latencyNanos, outage);
  }

  synchronized Faults faults(Endpoint endpoint) {
    return faults.getOrDefault(endpoint, Faults.NONE);
  }

  /** Sets the faults of one endpoint, or of all endpoints if it is null. */
  synchronized void set(@Nullable Endpoint endpoint, Faults changed) {
    for (Endpoint each : Endpoint.values()) {
      if (endpoint == null || endpoint == each) {
        if (faults(each).everyNth() != changed.everyNth()) {
          callsSeen.remove(each);
        }
        faults.put(each, changed);
      }
    }
  }

  synchronized Outage outage() {
    return outage;
  }

  synchronized void outage(Outage changed) {
    outage = changed;
  }

  /** How remove_api_key refuses a key of another account. */
  synchronized OtherAccountKeyAnswer otherAccountKey() {
    return otherAccountKey;
  }

  synchronized void otherAccountKey(OtherAccountKeyAnswer changed) {
    otherAccountKey = changed;
  }

  synchronized boolean refusesLogin(@Nullable String account) {
    return account != null && refusedLogins.contains(account);
  }

  synchronized void refuseLogins(String account, boolean refuse) {
    if (refuse) {
      refusedLogins.add(account);
    } else {
      refusedLogins.remove(account);
    }
  }

  synchronized Set<String> refusedLogins() {
    return Set.copyOf(refusedLogins);
  }

  synchronized void seed(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Ends all faults and the outage. */
  synchronized void clear() {
    faults.clear();
    callsSeen.clear();
    refusedLogins.clear();
    outage = Outage.NONE;
    otherAccountKey = otherAccountKeyAtStart;
  }

  private @Nullable Fault drawFault(Faults now) {
    if (now.rates().isEmpty()) {
      return null;
    }
    double left = random.nextDouble();
    for (Map.Entry<Fault, Double> rate : now.rates().entrySet()) {
      left -= rate.getValue();
      if (left < 0) {
        return rate.getKey();
      }
    }
    return null;
  }
}
