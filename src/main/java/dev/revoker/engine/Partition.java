package dev.revoker.engine;

import dev.revoker.resilience.Dispatcher;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One assignment of a partition to this worker; the next assignment of the same partition is
 * another object, so that what is late can be told from what is ours. Used by the loop's thread
 * alone.
 */
final class Partition {
  final TopicPartition id;
  final Lane lane;

  /** Read, and not admitted yet. */
  final ArrayDeque<Pending> backlog = new ArrayDeque<>();

  /** Admitted, and no result of them committed yet; by offset. */
  final TreeMap<Long, Pending> admitted = new TreeMap<>();

  /** With the topic's id, as it was when the assignment began; null until it is looked up. */
  @Nullable TopicIdPartition identity;

  /** How often its committed state could not be read. */
  int failedReads;

  /** The committed metadata is to be replaced, though no request has a new result. */
  boolean rewriteDue;

  /** Null until the committed state was read. */
  @Nullable PartitionProgress progress;

  /** The committed state must be read again before anything is committed. */
  boolean stale = true;

  /** Being given up: nothing more is read of it or begun. */
  boolean leaving;

  /** No longer ours: whatever still comes of it is discarded. */
  boolean gone;

  /** As it was given up, requests were under way or their results not committed. */
  boolean abandoned;

  boolean paused;

  /**
   * Where reading goes on, but for holes: the next record is not before this offset. -1 where
   * nothing was ever committed.
   */
  long readNextOffset = -1;

  /** Where reading began; -1 where nothing was read and nothing was ever committed. */
  long firstOffset = -1;

  /** It was not read for so long that records may have been deleted unread. */
  boolean longUnread = true;

  Partition(TopicPartition id, Lane lane) {
    this.id = id;
    this.lane = lane;
  }

  /** What its committed metadata must name. */
  TopicIdPartition identity() {
    return Objects.requireNonNull(identity, "the committed state of this partition is not read");
  }

  /** Every record that was read is admitted: the progress reaches to where reading goes on. */
  void passHoles() {
    if (progress != null && backlog.isEmpty()) {
      progress.passHolesTo(readNextOffset);
    }
  }

  /** Whether a commit without results would change what is committed. */
  boolean isCommitDue() {
    return progress != null && !stale && !leaving && (rewriteDue || progress.isBeyondCommitted());
  }

  /** The admitted requests, as the dispatcher knows them. */
  Collection<Dispatcher.Caller> callers() {
    return List.copyOf(admitted.values());
  }

  /** Whether requests are under way whose end is not known yet. */
  boolean callsUnderWay() {
    return admitted.values().stream().anyMatch(pending -> pending.result() == null);
  }

  /** Whether requests are answered and their results not committed. */
  boolean answersUncommitted() {
    return admitted.values().stream().anyMatch(pending -> pending.result() != null);
  }

  /**
   * From when the oldest request that was received and is not answered counts; null if there is
   * none.
   */
  @Nullable Instant oldest() {
    Pending first = admitted.isEmpty() ? backlog.peek() : admitted.firstEntry().getValue();
    return first == null ? null : first.request.agedFrom();
  }

  /** Whether it is still waited for; what else may come is late. */
  boolean holds(Pending pending) {
    return admitted.get(pending.offset()) == pending;
  }

  /** Forgets everything that is not committed, for good. */
  void discard() {
    gone = true;
    drop();
  }

  /** Forgets everything that is not committed: it is read again. */
  void drop() {
    abandoned |= leaving && !admitted.isEmpty();
    List.copyOf(admitted.values()).forEach(this::release);
    backlog.forEach(pending -> lane.dropped(pending));
    backlog.clear();
  }

  /** The request is done with: committed, withdrawn or discarded. */
  void release(Pending pending) {
    if (admitted.remove(pending.offset(), pending)) {
      lane.released(pending);
    }
  }
}
