package dev.revoker.resilience;

import dev.revoker.config.Config;
import java.util.List;

/**
 * The slots for API calls ({@code max.in.flight}), some of them reserved for more urgent lanes.
 * Guarded by the dispatcher's lock.
 */
final class LaneBulkhead {
  private final int max;
  private final int[] reserved;
  private final int[] inFlight;
  private int total;

  LaneBulkhead(int max, List<Config.Lane> lanes) {
    this.max = max;
    this.reserved = lanes.stream().mapToInt(Config.Lane::reserved).toArray();
    this.inFlight = new int[lanes.size()];
  }

  /** Whether a slot is free that no more urgent lane has reserved. */
  boolean isFree(int lane) {
    int free = max - total;
    for (int moreUrgent = 0; moreUrgent < lane; moreUrgent++) {
      free -= Math.max(0, reserved[moreUrgent] - inFlight[moreUrgent]);
    }
    return free > 0;
  }

  void acquire(int lane) {
    inFlight[lane]++;
    total++;
  }

  void release(int lane) {
    inFlight[lane]--;
    total--;
  }

  int inFlight(int lane) {
    return inFlight[lane];
  }
}
