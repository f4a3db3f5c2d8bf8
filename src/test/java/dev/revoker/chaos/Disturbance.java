package dev.revoker.chaos;

/**
 * A disturbance, and the pause before the next one.
 *
 * @param target which worker, broker node or kind of fault, counted from 0
 * @param moreCalls wait until the API got this many more calls, with a time limit, so that the
 *     workers are busy again
 * @param gapMs a further pause
 */
record Disturbance(Kind kind, int target, int moreCalls, long gapMs) {
  /** The kinds of disturbances. */
  enum Kind {
    /** kill -9 of a worker, which is started again. */
    KILL_WORKER,
    /** SIGTERM of a worker, which is started again when it has ended. */
    STOP_WORKER,
    /** SIGSTOP of a worker. */
    FREEZE_WORKER,
    /** SIGCONT: after less than a session timeout it was only slow, after more it is a zombie. */
    THAW_WORKER,
    /** Starts one more worker. */
    JOIN,
    /** SIGTERM of the last one started. */
    LEAVE,
    /** A rolling restart: each worker is stopped gracefully, without other disturbances. */
    ROLL,
    /** kill -9 of one of three nodes. */
    KILL_BROKER,
    /** The killed node is started again; waits until all replicas are in sync. */
    RESTART_BROKER,
    /** SIGSTOP of a node. */
    FREEZE_BROKER,
    /** SIGCONT of it; waits until all replicas are in sync. */
    THAW_BROKER,
    /** Moves the leadership of all partitions, the coordinators' too. */
    MOVE_LEADERS,
    /** The whole API is down; the target says how. */
    OUTAGE,
    /** Slow answers, some slower than the worker's time-out. */
    LATENCY_SPIKE,
    /** 5% of the calls end without an answer, half of them after they took effect. */
    LOSE_ANSWERS,
    /** A tenth of the calls gets 429. */
    THROTTLE,
    /** A tenth of the calls gets 503. */
    ERRORS,
    /** The API's faults end. */
    API_WELL,
    /** All sessions end. */
    EXPIRE_SESSIONS,
    /** The results topic refuses records. */
    REFUSE_PRODUCE,
    /** The results topic accepts records again. */
    TAKE_PRODUCE;

    boolean kills() {
      return this == KILL_WORKER || this == KILL_BROKER;
    }

    /** Whether an answered call may be repeated because of it. */
    boolean violent() {
      return switch (this) {
        case STOP_WORKER, JOIN, LEAVE, ROLL, EXPIRE_SESSIONS, THROTTLE, ERRORS -> false;
        default -> true;
      };
    }

    /** Whether a graceful stop may fail during it. */
    boolean troublesBroker() {
      return switch (this) {
        case KILL_BROKER, FREEZE_BROKER, MOVE_LEADERS, REFUSE_PRODUCE -> true;
        default -> false;
      };
    }
  }

  @Override
  public String toString() {
    return "%s(%d) then +%d calls, %d ms".formatted(kind, target, moreCalls, gapMs);
  }
}
