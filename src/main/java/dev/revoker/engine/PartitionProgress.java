package dev.revoker.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which requests of one partition are answered. {@link #with} computes the next commit and changes
 * nothing; {@link #committed} takes that commit over after it succeeded. Used by the loop's thread
 * alone.
 */
final class PartitionProgress {
  /** Unanswered requests: delivered ones, and those of the last commit that are yet to be read. */
  private final NavigableSet<Long> unanswered;

  /** Every record before this offset has been delivered; the other offsets are holes. */
  private long deliveredEndOffset;

  /** Every request before this offset that is not in {@link #unanswered} is answered. */
  private long answeredEndOffset;

  /** The last commit that is known to have succeeded. */
  private OffsetMap committed;

  private PartitionProgress(OffsetMap committed) {
    this.committed = committed;
    this.unanswered = new TreeSet<>(committed.unanswered());
    this.deliveredEndOffset = committed.nextOffset();
    this.answeredEndOffset = committed.endOffset();
  }

  /** Continues from a commit. */
  static PartitionProgress from(OffsetMap committed) {
    return new PartitionProgress(committed);
  }

  /**
   * Whether one more request may be delivered, so that the commit's metadata fits in whatever order
   * the requests are answered. At this bound the partition pauses.
   */
  boolean hasRoomFor(long offset) {
    if (offset < answeredEndOffset) {
      // The last commit's metadata covers this offset already.
      return true;
    }
    // Unanswered offsets of the last commit that are not read again are holes, and do not count.
    // The tail is short, and TreeSet counts a view by walking it.
    int delivered = unanswered.size() - unanswered.tailSet(deliveredEndOffset).size();
    long span = delivered == 0 ? 0 : offset - unanswered.first();
    return OffsetMapCodec.maxEncodedLength(delivered + 1, span)
        <= OffsetMapCodec.MAX_METADATA_BYTES;
  }

  /**
   * The record at this offset was read. Offsets rise from call to call; skipped offsets are holes.
   *
   * @return whether to process the request; false if it is answered already
   */
  boolean deliver(long offset) {
    if (offset < deliveredEndOffset) {
      return false;
    }
    unanswered.subSet(deliveredEndOffset, offset).clear();
    deliveredEndOffset = offset + 1;
    if (offset < answeredEndOffset) {
      return unanswered.contains(offset);
    }
    unanswered.add(offset);
    return true;
  }

  /** Every record before this offset was delivered: those that were not are holes. */
  void passHolesTo(long offset) {
    if (offset > deliveredEndOffset) {
      unanswered.subSet(deliveredEndOffset, offset).clear();
      deliveredEndOffset = offset;
    }
  }

  /** Whether every request is answered, and the committed offset lies before the last of them. */
  boolean isBeyondCommitted() {
    return unanswered.isEmpty()
        && Math.max(deliveredEndOffset, answeredEndOffset) > committed.nextOffset();
  }

  /** The map to commit together with the results of these offsets. Changes nothing. */
  OffsetMap with(Collection<Long> answeredNow) {
    Set<Long> answers = new HashSet<>(answeredNow);
    long end = answeredEndOffset;
    for (long offset : answeredNow) {
      end = Math.max(end, offset + 1);
    }
    List<Long> left = new ArrayList<>();
    long next = Math.max(deliveredEndOffset, end);
    for (long offset : unanswered) {
      if (answers.contains(offset)) {
        continue;
      }
      if (left.isEmpty()) {
        next = offset;
      }
      if (offset >= end) {
        break;
      }
      left.add(offset);
    }
    return new OffsetMap(next, Math.max(next, end), left);
  }

  /** The commit of these offsets' results and of this map succeeded. */
  void committed(Collection<Long> answeredNow, OffsetMap map) {
    committed = map;
    answered(answeredNow);
  }

  private void answered(Collection<Long> offsets) {
    for (long offset : offsets) {
      unanswered.remove(offset);
      answeredEndOffset = Math.max(answeredEndOffset, offset + 1);
    }
  }

  /**
   * Takes over the broker's committed map, after a commit whose outcome was unknown.
   *
   * @return the offsets that are answered at the broker, and were unanswered here
   */
  List<Long> reconcile(OffsetMap committed) {
    Set<Long> stillUnanswered = new HashSet<>(committed.unanswered());
    List<Long> answeredThere =
        unanswered.stream()
            .filter(offset -> offset < committed.endOffset())
            .filter(offset -> !stillUnanswered.contains(offset))
            .toList();
    answered(answeredThere);
    this.committed = committed;
    return answeredThere;
  }

  /**
   * Whether the broker has lost a commit that it had acknowledged: a request whose result was
   * committed is not answered in the broker's map.
   */
  boolean isAheadOf(OffsetMap there) {
    return committed.endOffset() > there.endOffset()
        || committed.nextOffset() > there.nextOffset()
        || there.unanswered().stream().anyMatch(committed::isAnswered);
  }

  long committedOffset() {
    return committed.nextOffset();
  }

  int unanswered() {
    return unanswered.size();
  }
}
