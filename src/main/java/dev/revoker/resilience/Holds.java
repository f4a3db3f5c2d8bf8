package dev.revoker.resilience;

import dev.revoker.time.Time;
import dev.revoker.time.Time.Timer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long each request has waited out an outage: its time in READY and RESTING while the gate held
 * it, over all outages together. One timer stands for the request whose time is up first. Guarded
 * by the dispatcher's lock.
 */
final class Holds {
  private final long maxMs;
  private final Gate gate;
  private final ReadyQueues ready;
  private final Time time;
  private final Runnable wake;

  private @Nullable Timer timer;
  private long timerAtMs;

  /**
   * A limit of 0 means without end.
   *
   * @param wake called by a timer, without the lock, when a hold may be over
   */
  Holds(long maxMs, Gate gate, ReadyQueues ready, Time time, Runnable wake) {
    this.maxMs = maxMs;
    this.gate = gate;
    this.ready = ready;
    this.time = time;
    this.wake = wake;
  }

  void began(Task task) {
    task.waitsSinceHoldMs = gate.holdClockMs();
    if (timer != null && time.millis() + remainingMs(task) < timerAtMs) {
      // Held before, so its time is up before that of those who wait already.
      disarm();
    }
  }

  void left(Task task) {
    task.heldMs += gate.holdClockMs() - task.waitsSinceHoldMs;
  }

  /** Those whose hold is over now. */
  List<Task> over() {
    if (maxMs == 0 || !gate.holding() || (timer != null && time.millis() < timerAtMs)) {
      return List.of();
    }
    disarm();
    return ready.all().filter(task -> remainingMs(task) <= 0).toList();
  }

  /** Sets the timer if requests are held and it is not set. */
  void arm() {
    if (maxMs == 0 || timer != null || !gate.holding()) {
      return;
    }
    ready
        .all()
        .mapToLong(this::remainingMs)
        .min()
        .ifPresent(
            remainingMs -> {
              timerAtMs = time.millis() + remainingMs;
              timer = time.after(remainingMs, wake);
            });
  }

  private long remainingMs(Task task) {
    return maxMs - task.heldMs - (gate.holdClockMs() - task.waitsSinceHoldMs);
  }

  private void disarm() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
