package dev.revoker.resilience;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What could be called now, a queue for each lane; and beside them those that rest, because they
 * have just been a probe that failed. A task can leave from anywhere, at once, so that nothing of
 * it stays. Guarded by the dispatcher's lock.
 */
final class ReadyQueues {
  private final List<SequencedSet<Task>> queues;
  private final SequencedSet<Task> resting = new LinkedHashSet<>();

  ReadyQueues(int lanes) {
    this.queues =
        new ArrayList<>(
            IntStream.range(0, lanes).mapToObj(lane -> new LinkedHashSet<Task>()).toList());
  }

  void addFirst(Task task) {
    queues.get(task.lane).addFirst(task);
  }

  void addLast(Task task) {
    queues.get(task.lane).addLast(task);
  }

  void rest(Task task) {
    resting.add(task);
  }

  /** Takes it out of its queue, or from those that rest; false if it was in neither. */
  boolean remove(Task task) {
    return queues.get(task.lane).remove(task) || resting.remove(task);
  }

  /** The head of the lane, or null; it stays where it is. */
  @Nullable Task peek(int lane) {
    SequencedSet<Task> queue = queues.get(lane);
    return queue.isEmpty() ? null : queue.getFirst();
  }

  /** Those that rest, the longest first. Not a copy. */
  SequencedSet<Task> resting() {
    return resting;
  }

  /** All that wait here, those that rest included, in no order that matters. */
  Stream<Task> all() {
    return Stream.concat(queues.stream().flatMap(SequencedSet::stream), resting.stream());
  }

  int size(int lane) {
    return queues.get(lane).size();
  }

  int size() {
    return queues.stream().mapToInt(SequencedSet::size).sum();
  }
}
