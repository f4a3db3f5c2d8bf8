package dev.revoker.resilience;

import dev.revoker.model.KeyState;
import dev.revoker.model.Outcome;
import dev.revoker.model.ResultError;
import dev.revoker.resilience.Task.Phase;
import dev.revoker.time.Time;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Moves tasks between their phases, and keeps what goes with it: queues, holds, counts, callbacks.
 * Decides nothing. Guarded by the dispatcher's lock.
 */
final class Moves {
  private final ReadyQueues ready;
  private final Holds holds;
  private final Time time;
  private final Effects effects;
  private final int[] waiting;
  private int parked;

  Moves(int lanes, ReadyQueues ready, Holds holds, Time time, Effects effects) {
    this.ready = ready;
    this.holds = holds;
    this.time = time;
    this.effects = effects;
    this.waiting = new int[lanes];
  }

  /** Those of the lane in back-off, at rest, or parked. */
  int waiting(int lane) {
    return waiting[lane];
  }

  /** Those that wait for their account's login, over all lanes. */
  int parked() {
    return parked;
  }

  void admit(Task task) {
    holds.began(task);
    ready.addLast(task);
  }

  void called(Task task) {
    move(task, Phase.CALLING);
  }

  void park(Task task) {
    move(task, Phase.PARKED);
    parked++;
  }

  /** To the front of its queue, before those that came later. */
  void first(Task task) {
    move(task, Phase.READY);
    holds.began(task);
    ready.addFirst(task);
  }

  /** To the back of its queue, after those that have not had their turn. */
  void last(Task task) {
    move(task, Phase.READY);
    holds.began(task);
    ready.addLast(task);
  }

  void rest(Task task) {
    move(task, Phase.RESTING);
    holds.began(task);
    ready.rest(task);
  }

  void backOff(Task task) {
    move(task, Phase.BACKING_OFF);
  }

  void withdrawn(Task task) {
    move(task, Phase.ENDED);
    effects.add(task.caller::withdrawn);
  }

  void end(Task task, Outcome outcome, KeyState keyState, @Nullable ResultError error) {
    move(task, Phase.ENDED);
    Instant now = time.now();
    effects.add(() -> task.caller.answered(task.result(outcome, keyState, error, now)));
  }

  private void move(Task task, Phase next) {
    Phase before = task.phase();
    task.moveTo(next);
    if ((before == Phase.READY || before == Phase.RESTING) && ready.remove(task)) {
      holds.left(task);
    }
    if (before == Phase.PARKED) {
      parked--;
    }
    waiting[task.lane] += count(next) - count(before);
  }

  private static int count(Phase phase) {
    return switch (phase) {
      case PARKED, RESTING, BACKING_OFF -> 1;
      case READY, CALLING, ENDED -> 0;
    };
  }
}
