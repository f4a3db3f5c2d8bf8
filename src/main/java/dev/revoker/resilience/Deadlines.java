package dev.revoker.resilience;

import dev.revoker.model.Outcome;
import dev.revoker.model.ResultError;
import dev.revoker.resilience.Task.Phase;
import dev.revoker.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * Ends tasks whose {@code not_after} has passed, by the wall clock: where they wait by a timer, and
 * before each call by a look. Guarded by the dispatcher's lock.
 */
final class Deadlines {
  /** A timer is never set further ahead than this; it looks again. */
  private static final Duration LONGEST_TIMER = Duration.ofDays(1);

  private final Moves moves;
  private final Time time;
  private final Consumer<Runnable> locked;

  /**
   * Shares the dispatcher's parts.
   *
   * @param locked runs a timer's event under the lock
   */
  Deadlines(Moves moves, Time time, Consumer<Runnable> locked) {
    this.moves = moves;
    this.time = time;
    this.locked = locked;
  }

  void watch(Task task) {
    Instant notAfter = task.request.notAfter();
    if (notAfter == null) {
      return;
    }
    Duration left = Duration.between(time.now(), notAfter);
    long delayMs = (left.compareTo(LONGEST_TIMER) > 0 ? LONGEST_TIMER : left).toMillis() + 1;
    task.expiry = time.after(delayMs, () -> locked.accept(() -> due(task)));
  }

  /** Whether the time has passed, and the task has ended by that. */
  boolean ended(Task task) {
    if (!passed(task)) {
      return false;
    }
    moves.end(
        task,
        Outcome.EXPIRED,
        task.keyStateIfNotRemoved(),
        new ResultError(ResultError.EXPIRED, "not_after had passed before the key was removed"));
    return true;
  }

  private void due(Task task) {
    if (task.phase() == Phase.ENDED) {
      return;
    }
    if (!passed(task)) {
      watch(task);
    } else if (task.phase() != Phase.CALLING) {
      // A call under way is waited for; whatever would come after it looks at not_after first.
      ended(task);
    }
  }

  private boolean passed(Task task) {
    Instant notAfter = task.request.notAfter();
    return notAfter != null && !time.now().isBefore(notAfter);
  }
}
