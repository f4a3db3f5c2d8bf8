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
 * One assignment of a partition to this worker. The next assignment of the same partition is
 * another object, so that a late answer to a request of the earlier assignment is recognised. Used
 * by the loop's thread alone.
 */
final class Partition {
  final TopicPartition id;
  final Lane lane;

  /** Requests that were read, and are not admitted yet. */
  final ArrayDeque<TrackedRequest> backlog = new ArrayDeque<>();

  /** Requests that were admitted, and whose results are not committed yet; by offset. */
  final TreeMap<Long, TrackedRequest> admitted = new TreeMap<>();

  /** The partition with its topic's id when the assignment began; null until that is looked up. */
  @Nullable TopicIdPartition identity;

  /** How often the committed offset could not be read. */
  int failedReads;

  /** The committed metadata must be replaced, even if no request has a new result. */
  boolean rewriteDue;

  /** Null until the committed offset was read. */
  @Nullable PartitionProgress progress;

  /** The committed offset must be read before anything is committed. */
  boolean stale = true;

  /** The partition is being revoked: none of its requests is admitted any more. */
  boolean leaving;

  /** The assignment has ended: late answers are discarded. */
  boolean gone;

  /** When the partition was revoked, some admitted requests had no committed result. */
  boolean abandoned;

  boolean paused;

  /** The next record of the partition has this offset or a higher one; -1 if that is unknown. */
  long readNextOffset = -1;

  /** The first offset of this assignment; -1 before a record was read or an offset committed. */
  long firstOffset = -1;

  /** The partition was paused so long that retention may have deleted unread records. */
  boolean longUnread = true;

  Partition(TopicPartition id, Lane lane) {
    this.id = id;
    this.lane = lane;
  }

  /** What the metadata of a committed offset must name. */
  TopicIdPartition identity() {
    return Objects.requireNonNull(identity, "the topic's id is not looked up yet");
  }

  /** Once every record that was read is admitted, the offsets up to the next record are holes. */
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

  /** Whether admitted requests have no result yet. */
  boolean callsUnderWay() {
    return admitted.values().stream().anyMatch(request -> !request.isAnswered());
  }

  /** Whether admitted requests have a result that is not committed. */
  boolean answersUncommitted() {
    return admitted.values().stream().anyMatch(TrackedRequest::isAnswered);
  }

  /** The time from which the age of the oldest unanswered request is measured, or null. */
  @Nullable Instant oldest() {
    TrackedRequest first = admitted.isEmpty() ? backlog.peek() : admitted.firstEntry().getValue();
    return first == null ? null : first.request.agedFrom();
  }

  /** Whether this request is admitted and not committed. If it is not, its answer is late. */
  boolean holds(TrackedRequest request) {
    return admitted.get(request.offset()) == request;
  }

  /** Ends the assignment and forgets every request that is not committed. */
  void discard() {
    gone = true;
    drop();
  }

  /** Forgets every request that is not committed. */
  void drop() {
    abandoned |= leaving && !admitted.isEmpty();
    List.copyOf(admitted.values()).forEach(this::release);
    backlog.forEach(lane::dropped);
    backlog.clear();
  }

  /** The request is committed, withdrawn or discarded. */
  void release(TrackedRequest request) {
    if (admitted.remove(request.offset(), request)) {
      lane.released(request);
    }
  }
}
