package dev.revoker.resilience;

import dev.revoker.api.Api;
import dev.revoker.api.ApiAnswer;
import dev.revoker.api.ApiCall;
import dev.revoker.resilience.Gate.Permit;
import dev.revoker.time.Time;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes a call through its gates, has it made, and gives back what it took when its answer comes.
 * Guarded by the dispatcher's lock; the call itself is made outside it.
 *
 * <p>The order of the gates, and why: a lane's slot is first (it costs nothing to look), then the
 * rate is looked at, then the hold after a 429 and the breaker (a permission to probe is scarce),
 * and only with that permission the rate and the slot are taken, so that nothing is wasted.
 */
final class Calls {
  private final Api api;
  private final Slots slots;
  private final RateShares rate;
  private final Gate gate;
  private final Moves moves;
  private final Time time;
  private final Effects effects;
  private final Dispatcher.Listener listener;
  private final Consumer<Runnable> locked;

  /**
   * Shares the dispatcher's parts.
   *
   * @param locked runs an answer's event under the lock
   */
  Calls(
      Api api,
      Slots slots,
      RateShares rate,
      Gate gate,
      Moves moves,
      Time time,
      Effects effects,
      Dispatcher.Listener listener,
      Consumer<Runnable> locked) {
    this.api = api;
    this.slots = slots;
    this.rate = rate;
    this.gate = gate;
    this.moves = moves;
    this.time = time;
    this.effects = effects;
    this.listener = listener;
    this.locked = locked;
  }

  boolean slotFree(int lane) {
    return slots.free(lane);
  }

  /** Gives the task its slot and the permit for one call, to be used; or null. */
  @Nullable Permit tryBegin(Task task) {
    if (!rate.open(task.lane)) {
      return null;
    }
    Permit permit = gate.tryAcquire();
    if (permit != null) {
      rate.take(task.lane);
      slots.take(task.lane);
      moves.called(task);
    }
    return permit;
  }

  /** Makes the call once the lock is released; {@code then} runs under the lock again. */
  void make(Task task, Permit permit, ApiCall call, Consumer<Reply> then) {
    effects.add(
        () -> {
          long startedNanos = time.nanos();
          api.call(
              call, answer -> answered(task, permit, answer, time.nanos() - startedNanos, then));
        });
  }

  private void answered(
      Task task, Permit permit, ApiAnswer answer, long nanos, Consumer<Reply> then) {
    locked.accept(
        () -> {
          effects.add(() -> listener.apiCalled(Judge.word(answer), nanos));
          slots.giveBack(task.lane);
          boolean spends = gate.answered(permit, answer, nanos, task::shown);
          then.accept(new Reply(answer, permit.probe(), spends));
        });
  }
}
