package dev.revoker.chaos;

/**
 * One disturbance, and how long to go on before the next.
 *
 * @param target which worker, broker node or kind of fault, counted from 0
 * @param moreCalls wait until the API got so many more calls, or until that takes too long: the
 *     workers are in the middle of it again
 * @param gapMs and then for so long
 */
record Disturbance(Kind kind, int target, int moreCalls, long gapMs) {
  /** What is done. */
  enum Kind {
    /** kill -9 of a worker, which is started again. */
    KILL_WORKER,
    /** SIGTERM of a worker, which is started again when it has ended. */
    STOP_WORKER,
    /** SIGSTOP of a worker. */
    FREEZE_WORKER,
    /** SIGCONT: for less than a session it was slow, for longer it is a zombie. */
    THAW_WORKER,
    /** One worker more. */
    JOIN,
    /** SIGTERM of the one that came last. */
    LEAVE,
    /** Every worker in turn is stopped in order, with nothing else going on. */
    ROLL,
    /** kill -9 of one of three nodes. */
    KILL_BROKER,
    /** The killed node is started again; waits until all replicas are in sync. */
    RESTART_BROKER,
    /** SIGSTOP of a node. */
    FREEZE_BROKER,
    /** SIGCONT of it; waits until all replicas are in sync. */
    THAW_BROKER,
    /** Other replicas lead the partitions, coordinators' included. */
    MOVE_LEADERS,
    /** The whole API is down, in the way that the target says. */
    OUTAGE,
    /** Answers take long, some longer than the worker waits. */
    LATENCY_SPIKE,
    /** 5% of the calls end without an answer, half of them after they took effect. */
    LOSE_ANSWERS,
    /** A tenth gets a 429. */
    THROTTLE,
    /** A tenth gets a 503. */
    ERRORS,
    /** The API is well again. */
    API_WELL,
    /** All sessions end. */
    EXPIRE_SESSIONS,
    /** The results topic refuses what is produced. */
    REFUSE_PRODUCE,
    /** It takes it again. */
    TAKE_PRODUCE;

    boolean kills() {
      return this == KILL_WORKER || this == KILL_BROKER;
    }

    /** Whether a call that was answered may be made again because of it. */
    boolean violent() {
      return switch (this) {
        case STOP_WORKER, JOIN, LEAVE, ROLL, EXPIRE_SESSIONS, THROTTLE, ERRORS -> false;
        default -> true;
      };
    }

    /** Whether a graceful stop cannot be expected to end well meanwhile. */
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
