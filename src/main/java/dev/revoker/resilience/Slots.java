package dev.revoker.resilience;

import dev.revoker.config.Config;
import java.util.List;

/** The slots for API calls, and who may take one. Guarded by the dispatcher's lock. */
final class Slots {
  private final int max;
  private final int[] reserved;
  private final int[] inFlight;
  private int total;

  Slots(int max, List<Config.Lane> lanes) {
    this.max = max;
    this.reserved = lanes.stream().mapToInt(Config.Lane::reserved).toArray();
    this.inFlight = new int[lanes.size()];
  }

  /** Whether a slot is free that no more urgent lane has reserved. */
  boolean free(int lane) {
    int free = max - total;
    for (int moreUrgent = 0; moreUrgent < lane; moreUrgent++) {
      free -= Math.max(0, reserved[moreUrgent] - inFlight[moreUrgent]);
    }
    return free > 0;
  }

  void take(int lane) {
    inFlight[lane]++;
    total++;
  }

  void giveBack(int lane) {
    inFlight[lane]--;
    total--;
  }

  int inFlight(int lane) {
    return inFlight[lane];
  }

  int inFlight() {
    return total;
  }
}
