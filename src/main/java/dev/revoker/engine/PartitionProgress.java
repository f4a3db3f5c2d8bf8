package dev.revoker.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which requests of one partition are answered. Changes only after the commit that says so: {@link
 * #with} shows what is to be committed, {@link #committed} makes it so. Used by the loop's thread
 * alone.
 */
final class PartitionProgress {
  /**
   * Delivered and not answered; besides, until they are delivered, those that the last commit left
   * unanswered.
   */
  private final NavigableSet<Long> unanswered;

  /** Where delivery stands: every record before it has been delivered, or is a hole. */
  private long deliveredEndOffset;

  /** The highest answered offset and 1, at least: before it, what is not unanswered is answered. */
  private long answeredEndOffset;

  /** What the last commit said that is known to be done. */
  private OffsetMap committed;

  private PartitionProgress(OffsetMap committed) {
    this.committed = committed;
    this.unanswered = new TreeSet<>(committed.unanswered());
    this.deliveredEndOffset = committed.nextOffset();
    this.answeredEndOffset = committed.endOffset();
  }

  /** Goes on from what was committed. */
  static PartitionProgress from(OffsetMap committed) {
    return new PartitionProgress(committed);
  }

  /**
   * Whether one more request may be taken on, so that whatever is answered first, the commit's
   * metadata fits. At this bound the partition pauses.
   */
  boolean hasRoomFor(long offset) {
    if (offset < answeredEndOffset) {
      // The last commit has it already, as answered or among the unanswered, where it had its room.
      return true;
    }
    // What the last commit left unanswered and is not there any more will be forgotten. The tail is
    // short, mostly empty, and to count is to walk.
    int delivered = unanswered.size() - unanswered.tailSet(deliveredEndOffset).size();
    long span = delivered == 0 ? 0 : offset - unanswered.first();
    return OffsetMapCodec.maxEncodedLength(delivered + 1, span)
        <= OffsetMapCodec.MAX_METADATA_BYTES;
  }

  /**
   * Notes that the record at this offset was delivered. Offsets rise from call to call; those that
   * are skipped are holes.
   *
   * @return whether it is to be carried out; false if an earlier run of this worker, or another
   *     worker, answered it
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

  /** What to commit together with the results of these offsets. Changes nothing. */
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

  /** The commit with these offsets' results is done, and this is what {@link #with} gave for it. */
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
   * Takes over what the broker has, after a commit whose end is not known.
   *
   * @return the offsets that were thought unanswered and are answered there
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
   * Whether the broker has lost a commit that it had acknowledged: something that was committed as
   * answered is not answered there.
   */
  boolean isAheadOf(OffsetMap there) {
    return committed.endOffset() > there.endOffset()
        || committed.nextOffset() > there.nextOffset()
        || there.unanswered().stream().anyMatch(committed::isAnswered);
  }

  int unanswered() {
    return unanswered.size();
  }
}
