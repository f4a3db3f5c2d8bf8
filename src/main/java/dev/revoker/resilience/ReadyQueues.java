package dev.revoker.resilience;

import dev.revoker.resilience.Task.Phase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What could be called now, a queue for each lane. A task that ends while it stands in a queue
 * stays there until it comes to the head; {@link #size} does not count it. Guarded by the
 * dispatcher's lock.
 */
final class ReadyQueues {
  private final List<Deque<Task>> queues;
  private final int[] sizes;

  ReadyQueues(int lanes) {
    this.queues =
        new ArrayList<>(
            IntStream.range(0, lanes).mapToObj(lane -> new ArrayDeque<Task>()).toList());
    this.sizes = new int[lanes];
  }

  void addFirst(Task task) {
    queues.get(task.lane).addFirst(task);
    sizes[task.lane]++;
  }

  void addLast(Task task) {
    queues.get(task.lane).addLast(task);
    sizes[task.lane]++;
  }

  /** The head of the lane, or null; it stays where it is. */
  @Nullable Task peek(int lane) {
    Deque<Task> queue = queues.get(lane);
    Task head = queue.peek();
    while (head != null && head.phase() == Phase.ENDED) {
      queue.remove();
      head = queue.peek();
    }
    return head;
  }

  /** Takes the head that {@link #peek} showed. */
  void removeHead(int lane) {
    queues.get(lane).remove();
    sizes[lane]--;
  }

  /** To be told of a task that ended in its queue. */
  void ended(Task task) {
    sizes[task.lane]--;
  }

  /** The tasks that are ready, in no order that matters. */
  List<Task> all() {
    return queues.stream()
        .flatMap(Deque::stream)
        .filter(task -> task.phase() == Phase.READY)
        .toList();
  }

  int size(int lane) {
    return sizes[lane];
  }

  int size() {
    return IntStream.of(sizes).sum();
  }
}
