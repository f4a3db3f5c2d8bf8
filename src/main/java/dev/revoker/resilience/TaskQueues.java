package dev.revoker.resilience;

import dev.revoker.model.Secret;
import dev.revoker.resilience.Task.Phase;
import dev.revoker.resilience.Task.Phase.Plain;
import dev.revoker.time.Time;
import dev.revoker.time.Time.Timer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Holds the waiting tasks: a queue for each lane, and the tasks at rest, whose probe failed. Every
 * change of a phase is made here, with its hold time, its counts and the callback at the end.
 * Decides nothing. Guarded by the dispatcher's lock.
 */
final class TaskQueues {
  /**
   * How long a task was held: it waited for a call while requests had to wait for the API. By the
   * gate's hold clock.
   *
   * @param endedMs in waits that have ended
   * @param sinceMs when the present wait began
   */
  record Hold(long endedMs, long sinceMs) {
    static final Hold NONE = new Hold(0, 0);

    private long totalMs(long clockMs) {
      return endedMs + clockMs - sinceMs;
    }
  }

  /** All that were admitted and have not ended. */
  private final IdentityHashMap<RequestProcessor.Caller, Task> open = new IdentityHashMap<>();

  private final List<SequencedSet<Task>> ready;
  private final SequencedSet<Task> resting = new LinkedHashSet<>();

  /** The sessions of ended tasks' keys that are to be logged out, for each lane. */
  private final List<Deque<Secret>> sessionsToClose;

  private final long holdMaxMs;
  private final ApiGate gate;
  private final Time time;
  private final EventLock lock;
  private final int[] waiting;
  private int parked;

  /** One timer serves the task whose hold is over first. */
  private @Nullable Timer holdTimer;

  private long holdTimerAtMs;

  /** Starts empty. A {@code holdMaxMs} of 0 is no limit. */
  TaskQueues(int lanes, long holdMaxMs, ApiGate gate, Time time, EventLock lock) {
    this.ready =
        new ArrayList<>(
            IntStream.range(0, lanes).mapToObj(lane -> new LinkedHashSet<Task>()).toList());
    this.sessionsToClose =
        IntStream.range(0, lanes).<Deque<Secret>>mapToObj(lane -> new ArrayDeque<>()).toList();
    this.holdMaxMs = holdMaxMs;
    this.gate = gate;
    this.time = time;
    this.lock = lock;
    this.waiting = new int[lanes];
  }

  // ---- where they are

  /** The tasks of these callers that have not ended. */
  List<Task> of(Collection<? extends RequestProcessor.Caller> callers) {
    return callers.stream().map(open::get).filter(Objects::nonNull).toList();
  }

  /** The head of the lane's queue, or null. */
  @Nullable Task peek(int lane) {
    SequencedSet<Task> queue = ready.get(lane);
    return queue.isEmpty() ? null : queue.getFirst();
  }

  int lanes() {
    return ready.size();
  }

  /** Tasks of the lane that wait for nothing but a permit. */
  int ready(int lane) {
    return ready.get(lane).size();
  }

  int ready() {
    return ready.stream().mapToInt(SequencedSet::size).sum();
  }

  /** The tasks at rest, the longest first. Not a copy. */
  SequencedSet<Task> resting() {
    return resting;
  }

  /** The tasks in the queues and at rest. */
  Stream<Task> held() {
    return Stream.concat(ready.stream().flatMap(SequencedSet::stream), resting.stream());
  }

  /** Tasks of the lane in back-off, at rest, parked, or waiting for memory. */
  int waiting(int lane) {
    return waiting[lane];
  }

  /** Tasks that wait for the API or for a login. Not those in back-off. */
  int waitingForApi() {
    return ready() + resting.size() + parked;
  }

  /** The sessions of the lane's keys that no task uses any more: the queue itself, not a copy. */
  Deque<Secret> sessionsToClose(int lane) {
    return sessionsToClose.get(lane);
  }

  /** Takes all sessions of keys, those of tasks that have not ended too. */
  List<Secret> takeKeySessions() {
    open.values().forEach(this::releaseSessions);
    List<Secret> taken = sessionsToClose.stream().flatMap(Deque::stream).toList();
    sessionsToClose.forEach(Deque::clear);
    return taken;
  }

  private void releaseSessions(Task task) {
    sessionsToClose.get(task.lane).addAll(task.keySessions());
  }

  // ---- hold.max.ms

  private void holdBegan(Task task) {
    task.hold = new Hold(task.hold.endedMs(), gate.holdClockMs());
    if (holdTimer != null && time.millis() + holdLeftMs(task) < holdTimerAtMs) {
      // It was held before, so its hold is over before that of the tasks that wait already.
      cancelHoldTimer();
    }
  }

  /** The tasks whose hold is over. */
  List<Task> heldTooLong() {
    if (holdMaxMs == 0 || !gate.holding() || (holdTimer != null && time.millis() < holdTimerAtMs)) {
      return List.of();
    }
    cancelHoldTimer();
    return held().filter(task -> holdLeftMs(task) <= 0).toList();
  }

  /** Sets the timer if tasks are held and it is not set. */
  void armHoldTimer() {
    if (holdMaxMs == 0 || holdTimer != null || !gate.holding()) {
      return;
    }
    held()
        .mapToLong(this::holdLeftMs)
        .min()
        .ifPresent(
            leftMs -> {
              holdTimerAtMs = time.millis() + leftMs;
              holdTimer = time.after(leftMs, lock::wake);
            });
  }

  private long holdLeftMs(Task task) {
    return holdMaxMs - task.hold.totalMs(gate.holdClockMs());
  }

  private void cancelHoldTimer() {
    if (holdTimer != null) {
      holdTimer.cancel();
      holdTimer = null;
    }
  }

  // ---- how they move

  void admit(Task task) {
    open.put(task.caller, task);
    holdBegan(task);
    ready.get(task.lane).addLast(task);
  }

  void calling(Task task) {
    move(task, Plain.CALLING);
  }

  void park(Task task) {
    move(task, Plain.PARKED);
    parked++;
  }

  /** To the front of its queue, before tasks that came later. */
  void first(Task task) {
    move(task, Plain.READY);
    holdBegan(task);
    ready.get(task.lane).addFirst(task);
  }

  /** To the back of its queue, after tasks that have not had their turn. */
  void last(Task task) {
    move(task, Plain.READY);
    holdBegan(task);
    ready.get(task.lane).addLast(task);
  }

  void rest(Task task, Phase.Resting rest) {
    move(task, rest);
    holdBegan(task);
    resting.add(task);
  }

  void backOff(Task task, Phase.BackingOff backOff) {
    move(task, backOff);
  }

  void remember(Task task, Phase.Remembering remembering) {
    move(task, remembering);
  }

  void withdrawWhenAnswered(Task task) {
    move(task, Plain.WITHDRAWN);
  }

  /** Ends it without a result. */
  void withdraw(Task task) {
    move(task, Plain.ENDED);
    lock.afterUnlock(task.caller::withdrawn);
  }

  void end(Task task, NextStep.End end) {
    move(task, Plain.ENDED);
    Instant now = time.now();
    lock.afterUnlock(() -> task.caller.answered(task.result(end, now)));
  }

  private void move(Task task, Phase next) {
    Phase before = task.phase();
    task.moveTo(next);
    // A task with a protected key ends before it was in a queue.
    if (ready.get(task.lane).remove(task) || resting.remove(task)) {
      task.hold = new Hold(task.hold.totalMs(gate.holdClockMs()), 0);
    }
    parked -= before == Plain.PARKED ? 1 : 0;
    if (next == Plain.ENDED) {
      open.remove(task.caller);
      releaseSessions(task);
    }
    waiting[task.lane] += isWait(next) - isWait(before);
  }

  private static int isWait(Phase phase) {
    return phase == Plain.PARKED || !(phase instanceof Plain) ? 1 : 0;
  }
}
