package dev.revoker.engine;

import dev.revoker.resilience.RequestProcessor;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One assignment of a partition to this worker. The next assignment of the same partition is
 * another object, so that a late answer to a request of the earlier assignment is recognised. Used
 * by the loop's thread alone.
 *
 * <pre>
 * state          admits  commits  what happens                                     next state
 * NEW            no      no       the committed offset is read                     CURRENT
 *                                 it is revoked, or the worker stops               LEAVING
 * CURRENT        yes     yes      a transaction is aborted, or a producer lost     STALE
 *                                 it is revoked, or the worker stops               LEAVING
 * STALE          yes     no       the committed offset is read again               CURRENT
 *                                 it is revoked, or the worker stops               LEAVING_STALE
 * LEAVING        no      yes      a transaction is aborted, or a producer lost     LEAVING_STALE,
 *                                 unless it was NEW before: nothing was admitted   LEAVING
 * LEAVING_STALE  no      no       the committed offset is read again               LEAVING
 * any                             the assignment ends: late answers are discarded  ENDED
 * </pre>
 */
final class Partition {
  private enum State {
    NEW,
    CURRENT,
    STALE,
    LEAVING,
    LEAVING_STALE,
    ENDED
  }

  final TopicPartition id;
  final Lane lane;

  /** Polled records that are not read yet. They come after the backlog. */
  final ArrayDeque<ConsumerRecord<byte[], byte[]>> unread = new ArrayDeque<>();

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

  /** Whether the consumer does not fetch it. */
  boolean paused;

  /** The next polled record has this offset or a higher one; -1 if that is unknown. */
  long nextOffset = -1;

  /** The first offset of this assignment; -1 before a record was read or an offset committed. */
  long firstOffset = -1;

  /** The partition was paused so long that retention may have deleted unread records. */
  boolean longUnread = true;

  private State state = State.NEW;
  private boolean abandoned;

  Partition(TopicPartition id, Lane lane) {
    this.id = id;
    this.lane = lane;
  }

  // ---- its state

  boolean mayAdmit() {
    return state == State.CURRENT || state == State.STALE;
  }

  boolean mayCommit() {
    return state == State.CURRENT || state == State.LEAVING;
  }

  /** Whether the committed offset must be read before anything is committed. */
  boolean mustLoad() {
    return state == State.NEW || state == State.STALE || state == State.LEAVING_STALE;
  }

  boolean isLeaving() {
    return state == State.LEAVING || state == State.LEAVING_STALE;
  }

  boolean hasEnded() {
    return state == State.ENDED;
  }

  /** Whether the drain of this partition ended before every admitted request was committed. */
  boolean isAbandoned() {
    return abandoned;
  }

  /** The committed offset was read, and memory agrees with it. */
  void loaded() {
    failedReads = 0;
    state =
        switch (state) {
          case NEW, STALE, CURRENT -> State.CURRENT;
          case LEAVING_STALE, LEAVING -> State.LEAVING;
          case ENDED -> State.ENDED;
        };
  }

  /** Memory and broker may differ from now on. */
  void mustLoadAgain() {
    state =
        switch (state) {
          case CURRENT -> State.STALE;
          case LEAVING -> progress == null ? State.LEAVING : State.LEAVING_STALE;
          case NEW, STALE, LEAVING_STALE, ENDED -> state;
        };
  }

  /** The partition is revoked, or the worker stops. */
  void leave() {
    state =
        switch (state) {
          case NEW, CURRENT -> State.LEAVING;
          case STALE -> State.LEAVING_STALE;
          case LEAVING, LEAVING_STALE, ENDED -> state;
        };
  }

  /** Ends the assignment and forgets every request that is not committed. */
  void end() {
    drop();
    state = State.ENDED;
  }

  // ---- its requests

  /** Whether polled records are unread, or not admitted. */
  boolean hasBacklog() {
    return !backlog.isEmpty() || !unread.isEmpty();
  }

  /** Whether polled records can be read now. */
  boolean hasUnread() {
    return mayAdmit() && !unread.isEmpty();
  }

  /** What the metadata of a committed offset must name. */
  TopicIdPartition identity() {
    return Objects.requireNonNull(identity, "the topic's id is not looked up yet");
  }

  /** Once every polled record is admitted, the offsets up to the next record are holes. */
  void passHoles() {
    if (progress != null && !hasBacklog()) {
      progress.passHolesTo(nextOffset);
    }
  }

  /** Whether a commit without results would change what is committed. */
  boolean isCommitDue() {
    return progress != null
        && state == State.CURRENT
        && (rewriteDue || progress.isBeyondCommitted());
  }

  /** The admitted requests, as the dispatcher knows them. */
  Collection<RequestProcessor.Caller> callers() {
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

  /** Forgets every request that is not committed. */
  void drop() {
    abandoned |= isLeaving() && !admitted.isEmpty();
    List.copyOf(admitted.values()).forEach(this::release);
    backlog.forEach(lane::dropped);
    backlog.clear();
    unread.forEach(lane::unkept);
    unread.clear();
  }

  /** A transaction that answers these offsets is committed, with this map. */
  void committed(List<Long> offsets, OffsetMap map) {
    if (progress != null && !hasEnded()) {
      progress.committed(offsets, map);
      rewriteDue = false;
    }
  }

  /** The request is committed, withdrawn or discarded. */
  void release(TrackedRequest request) {
    if (admitted.remove(request.offset(), request)) {
      lane.released(request);
    }
  }
}
