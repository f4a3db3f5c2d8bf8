package dev.revoker.sim;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A worker's main thread, which runs only while the simulation waits for it. Only one of the two
 * runs at any time, so there are no races.
 */
final class Fiber {
  /** Ends a fiber from inside, as kill -9 does. The worker's code must not catch it. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    Killed() {
      super("killed", null, false, false);
    }
  }

  private final Thread thread;
  private volatile boolean turn;
  private volatile boolean killed;
  private volatile boolean ended;
  private volatile @Nullable Thread simulation;
  private volatile @Nullable Throwable failure;

  Fiber(String name, Runnable main) {
    thread =
        Thread.ofVirtual()
            .name(name)
            .unstarted(
                () -> {
                  try {
                    main.run();
                  } catch (Killed killedNow) {
                    // The simulation ended this fiber.
                  } catch (Throwable escaped) {
                    failure = escaped;
                  }
                  ended = true;
                  turn = false;
                  LockSupport.unpark(simulation);
                });
  }

  boolean ended() {
    return ended;
  }

  /** The exception that its main threw, which is a bug of the simulation. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Lets it run until it waits again. The simulation's thread. */
  void resume() {
    if (ended) {
      return;
    }
    simulation = Thread.currentThread();
    turn = true;
    if (thread.getState() == Thread.State.NEW) {
      thread.start();
    } else {
      LockSupport.unpark(thread);
    }
    while (turn) {
      LockSupport.park(this);
    }
  }

  /** Ends it where it waits. The simulation's thread. */
  void kill() {
    killed = true;
    if (thread.getState() == Thread.State.NEW) {
      ended = true;
    }
    resume();
  }

  /** Gives the turn back until {@link #resume}. The fiber's own thread. */
  void suspend() {
    turn = false;
    LockSupport.unpark(simulation);
    while (!turn) {
      LockSupport.park(this);
    }
    if (killed) {
      throw new Killed();
    }
  }

  boolean current() {
    return Thread.currentThread() == thread;
  }
}
