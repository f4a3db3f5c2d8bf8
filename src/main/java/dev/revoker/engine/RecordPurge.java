package dev.revoker.engine;

import dev.revoker.time.Time;
import dev.revoker.time.Time.Timer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Deletes request records from the brokers, up to the offset that was committed {@code
 * purge.answered.after.ms} ago and never beyond it: every record before that offset has a committed
 * result. The time of a commit is known only to the worker that saw it, so it begins anew when a
 * partition gets another owner; records are then deleted later.
 *
 * <p>Runs on the timer's thread and blocks on nothing. A failure is reported and changes nothing;
 * the next round tries again.
 */
public final class RecordPurge implements AutoCloseable {
  /** Deletes records before these offsets. Kafka's admin client, or a test. */
  interface Deletion {
    void delete(Map<TopicIdPartition, Long> offsets, Runnable done, Consumer<Throwable> failed);
  }

  /** How often it looks during {@code purge.answered.after.ms}. */
  private static final int ROUNDS = 20;

  private static final long SHORTEST_ROUND_MS = 100;

  /** A committed offset, and when it was seen, which is no earlier than its commit. */
  private record Seen(long atMs, long offset) {}

  private final long afterMs;
  private final Supplier<Map<TopicIdPartition, Long>> committed;
  private final Deletion deletion;
  private final Consumer<Throwable> failed;
  private final Time time;
  private final Map<TopicIdPartition, Deque<Seen>> history = new HashMap<>();
  private final Map<TopicIdPartition, Long> deleted = new ConcurrentHashMap<>();
  private volatile @Nullable Timer next;
  private volatile boolean closed;

  RecordPurge(
      long afterMs,
      Supplier<Map<TopicIdPartition, Long>> committed,
      Deletion deletion,
      Consumer<Throwable> failed,
      Time time) {
    this.afterMs = afterMs;
    this.committed = committed;
    this.deletion = deletion;
    this.failed = failed;
    this.time = time;
  }

  /**
   * Starts the rounds.
   *
   * @param loop knows the committed offsets
   * @param failed is called for each failure, on any thread
   */
  public static RecordPurge start(
      long afterMs, RequestLoop loop, Admin admin, Consumer<Throwable> failed, Time time) {
    RecordPurge purge =
        new RecordPurge(
            afterMs,
            loop::committedOffsets,
            (offsets, done, refused) -> delete(admin, offsets, done, refused),
            failed,
            time);
    purge.schedule();
    return purge;
  }

  /** Ends the rounds. A deletion that was sent may still be performed. */
  @Override
  public void close() {
    closed = true;
    Timer waiting = next;
    if (waiting != null) {
      waiting.cancel();
    }
  }

  private void schedule() {
    next = time.after(Math.max(SHORTEST_ROUND_MS, afterMs / ROUNDS), this::roundAndNext);
  }

  private void roundAndNext() {
    if (closed) {
      return;
    }
    try {
      round();
    } catch (RuntimeException | Error bug) {
      failed.accept(bug);
    }
    schedule();
  }

  /** Notes the committed offsets, and deletes up to those that are old enough. */
  void round() {
    Map<TopicIdPartition, Long> now = committed.get();
    history.keySet().retainAll(now.keySet());
    deleted.keySet().retainAll(now.keySet());
    Map<TopicIdPartition, Long> due = new HashMap<>();
    now.forEach(
        (partition, offset) -> {
          Deque<Seen> seen = history.computeIfAbsent(partition, same -> new ArrayDeque<>());
          if (!seen.isEmpty() && offset < seen.getLast().offset()) {
            // The committed offset was reset: what is after it will be processed again.
            seen.clear();
          }
          if (seen.isEmpty() || offset > seen.getLast().offset()) {
            seen.addLast(new Seen(time.millis(), offset));
          }
          Long old = oldEnough(seen);
          if (old != null && old > deleted.getOrDefault(partition, 0L)) {
            due.put(partition, old);
          }
        });
    if (!due.isEmpty()) {
      deletion.delete(due, () -> deleted.putAll(due), failed);
    }
  }

  /** The highest offset that was committed long enough ago; null if there is none. */
  private @Nullable Long oldEnough(Deque<Seen> seen) {
    long latestMs = time.millis() - afterMs;
    Seen found = null;
    while (!seen.isEmpty() && seen.getFirst().atMs() <= latestMs) {
      found = seen.removeFirst();
    }
    if (found == null) {
      return null;
    }
    seen.addFirst(found);
    return found.offset();
  }

  /**
   * A topic that was deleted and created again has the same name and partitions, and its records
   * are unanswered. So the topics' ids are looked up first, and partitions of other topics left
   * out.
   */
  private static void delete(
      Admin admin, Map<TopicIdPartition, Long> offsets, Runnable done, Consumer<Throwable> failed) {
    Set<String> topics =
        offsets.keySet().stream().map(TopicIdPartition::topic).collect(Collectors.toSet());
    var unused =
        admin
            .describeTopics(topics)
            .allTopicNames()
            .toCompletionStage()
            .thenCompose(
                now -> admin.deleteRecords(ofTheseTopics(offsets, now)).all().toCompletionStage())
            .whenComplete(
                (nothing, refused) -> {
                  if (refused == null) {
                    done.run();
                  } else {
                    failed.accept(refused);
                  }
                });
  }

  static Map<TopicPartition, RecordsToDelete> ofTheseTopics(
      Map<TopicIdPartition, Long> offsets, Map<String, TopicDescription> topics) {
    Map<TopicPartition, RecordsToDelete> records = new HashMap<>();
    offsets.forEach(
        (partition, offset) -> {
          TopicDescription now = topics.get(partition.topic());
          if (now != null && now.topicId().equals(partition.topicId())) {
            records.put(partition.topicPartition(), RecordsToDelete.beforeOffset(offset));
          }
        });
    return records;
  }
}
