package dev.revoker.resilience;

import dev.revoker.model.Secret;
import dev.revoker.resilience.Task.Phase;
import dev.revoker.resilience.Task.Phase.Plain;
import dev.revoker.time.Time;
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
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Holds the waiting tasks: a queue for each lane, and the tasks at rest, whose probe failed. Every
 * change of a phase is made here, with its hold time, its counts and the callback at the end.
 * Decides nothing. Guarded by the dispatcher's lock.
 */
final class TaskQueues {
  /** All that were admitted and have not ended. */
  private final IdentityHashMap<RequestProcessor.Caller, Task> open = new IdentityHashMap<>();

  private final List<SequencedSet<Task>> ready;
  private final SequencedSet<Task> resting = new LinkedHashSet<>();

  /** The sessions of ended tasks' keys that are to be logged out, for each lane. */
  private final List<Deque<Secret>> sessionsToClose;

  private final WaitLimits limits;
  private final Time time;
  private final Consumer<Runnable> afterUnlock;
  private final int[] waiting;
  private int parked;

  /**
   * Starts empty.
   *
   * @param afterUnlock runs an action once the lock is released
   */
  TaskQueues(int lanes, WaitLimits limits, Time time, Consumer<Runnable> afterUnlock) {
    this.ready =
        new ArrayList<>(
            IntStream.range(0, lanes).mapToObj(lane -> new LinkedHashSet<Task>()).toList());
    this.sessionsToClose =
        IntStream.range(0, lanes).<Deque<Secret>>mapToObj(lane -> new ArrayDeque<>()).toList();
    this.limits = limits;
    this.time = time;
    this.afterUnlock = afterUnlock;
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

  // ---- how they move

  void admit(Task task) {
    open.put(task.caller, task);
    limits.holdBegan(task);
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
    limits.holdBegan(task);
    ready.get(task.lane).addFirst(task);
  }

  /** To the back of its queue, after tasks that have not had their turn. */
  void last(Task task) {
    move(task, Plain.READY);
    limits.holdBegan(task);
    ready.get(task.lane).addLast(task);
  }

  void rest(Task task, Phase.Resting rest) {
    move(task, rest);
    limits.holdBegan(task);
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
    afterUnlock.accept(task.caller::withdrawn);
  }

  void end(Task task, NextStep.End end) {
    move(task, Plain.ENDED);
    Instant now = time.now();
    afterUnlock.accept(() -> task.caller.answered(task.result(end, now)));
  }

  private void move(Task task, Phase next) {
    Phase before = task.phase();
    task.moveTo(next);
    // A task with a protected key ends before it was in a queue.
    if (ready.get(task.lane).remove(task) || resting.remove(task)) {
      limits.holdEnded(task);
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
