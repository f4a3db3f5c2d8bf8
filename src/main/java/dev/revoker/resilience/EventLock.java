package dev.revoker.resilience;

import dev.revoker.time.Time;
import dev.revoker.time.Time.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The one lock of the package. Whatever happens, an admission, an answer or a timer, is an event
 * that runs under it; calls and callbacks run once it is released. Safe on any thread.
 */
final class EventLock {
  private final ReentrantLock lock = new ReentrantLock();
  private final Time time;
  private final Runnable before;
  private final Runnable after;
  private final Consumer<Throwable> broken;

  /** To be done, in order, once the lock is released: calls, callbacks, meters. */
  private List<Runnable> deferred = new ArrayList<>();

  /**
   * Starts unlocked.
   *
   * @param before runs under the lock before each event
   * @param after runs under the lock after each event
   * @param broken receives what an event or a deferred action throws, which is a bug
   */
  EventLock(Time time, Runnable before, Runnable after, Consumer<Throwable> broken) {
    this.time = time;
    this.before = before;
    this.after = after;
    this.broken = broken;
  }

  /** Runs the event under the lock, and then what was deferred. */
  void run(Runnable event) {
    try {
      locked(event).forEach(Runnable::run);
    } catch (RuntimeException | Error bug) {
      broken.accept(bug);
      throw bug;
    }
  }

  /** Runs the event under the lock after the delay, unless the timer is cancelled. */
  Timer runAfter(long delayMs, Runnable event) {
    return time.after(delayMs, () -> run(event));
  }

  /** An event of its own: what is due by now is done. */
  void wake() {
    run(() -> {});
  }

  /** Only under the lock: runs the action once the lock is released. */
  void afterUnlock(Runnable action) {
    deferred.add(action);
  }

  /** Looks under the lock, without an event. */
  <T> T read(Supplier<T> look) {
    lock.lock();
    try {
      return look.get();
    } finally {
      lock.unlock();
    }
  }

  /** Returns what is to be done once the lock is released. */
  private List<Runnable> locked(Runnable event) {
    lock.lock();
    try {
      before.run();
      event.run();
      after.run();
      if (deferred.isEmpty()) {
        return List.of();
      }
      List<Runnable> taken = deferred;
      deferred = new ArrayList<>();
      return taken;
    } finally {
      lock.unlock();
    }
  }
}
