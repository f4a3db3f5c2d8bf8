package dev.revoker.resilience;

import dev.revoker.resilience.Task.Phase.Plain;
import dev.revoker.time.Time;
import dev.revoker.time.Time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What ends waiting: {@code not_after}, by the wall clock, and {@code hold.max.ms}, by a clock that
 * runs only while requests must wait for the API. Finds the tasks whose wait is over; {@link
 * TaskSteps} ends them. Guarded by the dispatcher's lock.
 */
final class WaitLimits {
  /**
   * No timer for a {@code not_after} is set further ahead; when it fires, the time is checked
   * again.
   */
  private static final Duration LONGEST_TIMER = Duration.ofDays(1);

  private final long holdMaxMs;
  private final ApiGate gate;
  private final Time time;
  private final Consumer<Runnable> locked;
  private final Runnable wake;

  /** One timer serves the task whose hold is over first. */
  private @Nullable Timer holdTimer;

  private long holdTimerAtMs;

  /**
   * A {@code holdMaxMs} of 0 is no limit.
   *
   * @param locked runs an event under the lock
   * @param wake called by a timer, without the lock, when a hold may be over
   */
  WaitLimits(long holdMaxMs, ApiGate gate, Time time, Consumer<Runnable> locked, Runnable wake) {
    this.holdMaxMs = holdMaxMs;
    this.gate = gate;
    this.time = time;
    this.locked = locked;
    this.wake = wake;
  }

  // ---- not_after

  /** Sets the timer for the task's {@code not_after}; then {@code end} runs under the lock. */
  void watchExpiry(Task task, Consumer<Task> end) {
    Instant notAfter = task.request.notAfter();
    if (notAfter == null) {
      return;
    }
    Duration left = Duration.between(time.now(), notAfter);
    long delayMs = (left.compareTo(LONGEST_TIMER) > 0 ? LONGEST_TIMER : left).toMillis() + 1;
    task.expiry = time.after(delayMs, () -> locked.accept(() -> expiryDue(task, end)));
  }

  private void expiryDue(Task task, Consumer<Task> end) {
    if (task.phase() == Plain.ENDED) {
      return;
    }
    if (!hasExpired(task)) {
      watchExpiry(task, end);
    } else if (!task.callInFlight()) {
      // The answer of a call in flight may still decide. Before any further call not_after is
      // checked again.
      end.accept(task);
    }
  }

  /** Whether {@code not_after} has passed. */
  boolean hasExpired(Task task) {
    Instant notAfter = task.request.notAfter();
    return notAfter != null && !time.now().isBefore(notAfter);
  }

  // ---- hold.max.ms

  /** The task begins to wait for a call. */
  void holdBegan(Task task) {
    task.waitsSinceHoldMs = gate.holdClockMs();
    if (holdTimer != null && time.millis() + holdLeftMs(task) < holdTimerAtMs) {
      // It was held before, so its hold is over before that of the tasks that wait already.
      cancelHoldTimer();
    }
  }

  /** The task no longer waits for a call. */
  void holdEnded(Task task) {
    task.heldMs += gate.holdClockMs() - task.waitsSinceHoldMs;
  }

  /** Those of the waiting tasks whose hold is over. */
  List<Task> heldTooLong(Stream<Task> waiting) {
    if (holdMaxMs == 0 || !gate.holding() || (holdTimer != null && time.millis() < holdTimerAtMs)) {
      return List.of();
    }
    cancelHoldTimer();
    return waiting.filter(task -> holdLeftMs(task) <= 0).toList();
  }

  /** Sets the timer if tasks are held and it is not set. */
  void armHoldTimer(Stream<Task> waiting) {
    if (holdMaxMs == 0 || holdTimer != null || !gate.holding()) {
      return;
    }
    waiting
        .mapToLong(this::holdLeftMs)
        .min()
        .ifPresent(
            leftMs -> {
              holdTimerAtMs = time.millis() + leftMs;
              holdTimer = time.after(leftMs, wake);
            });
  }

  private long holdLeftMs(Task task) {
    return holdMaxMs - task.heldMs - (gate.holdClockMs() - task.waitsSinceHoldMs);
  }

  private void cancelHoldTimer() {
    if (holdTimer != null) {
      holdTimer.cancel();
      holdTimer = null;
    }
  }
}
