package dev.revoker.consume;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Which requests of one partition are answered. Changes only after the commit that says so: {@link
 * #with} shows what is to be committed, {@link #committed} makes it so. Used by the loop's thread
 * alone.
 */
final class PartitionProgress {
  /** They are counted at each admission. */
  private static final long MOST_UNKNOWN = 1 << 13;

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

  /** So many of those that are not delivered yet may be answered before they are. */
  private final int underWay;

  private PartitionProgress(OffsetMap committed, OffsetMap known, int underWay) {
    this.committed = committed;
    this.underWay = underWay;
    this.unanswered = new TreeSet<>(known.unanswered());
    this.deliveredEndOffset = known.nextOffset();
    this.answeredEndOffset = known.endOffset();
  }

  /** Goes on from what was committed. */
  static PartitionProgress from(OffsetMap committed) {
    return new PartitionProgress(committed, committed, 0);
  }

  /**
   * Goes on from what was committed, and from more that is known to be answered, which the next
   * commit says. What lies between them counts as unanswered until it is delivered, or turns out to
   * be a hole.
   *
   * @param start where delivery would begin by what was committed
   * @param admitted was delivered, and is going to be answered without that it is once more
   * @return null if there is none, or more than a commit can say
   */
  static @Nullable PartitionProgress from(
      OffsetMap committed, long start, NavigableSet<Long> answered, NavigableSet<Long> admitted) {
    long unknown = Math.max(start, committed.endOffset());
    long end = unknown;
    for (NavigableSet<Long> known : List.of(answered, admitted)) {
      end = known.isEmpty() ? end : Math.max(end, known.last() + 1);
    }
    if (start < 0 || end - unknown > MOST_UNKNOWN) {
      return null;
    }
    NavigableSet<Long> left = new TreeSet<>(committed.unanswered());
    LongStream.range(unknown, end).forEach(left::add);
    left.removeAll(answered);
    long next = left.isEmpty() ? end : left.first();
    return fits(runs(left) + admitted.size() + 1, left.isEmpty() ? 0 : left.last() - next)
        ? new PartitionProgress(
            committed, new OffsetMap(next, end, List.copyOf(left)), admitted.size())
        : null;
  }

  /**
   * Whether one more request may be taken on, so that whatever is answered first, the commit's
   * metadata fits. At this bound the partition pauses.
   */
  boolean hasRoomFor(long offset) {
    // The tail is short, mostly empty, and to count is to walk.
    int delivered = unanswered.size() - unanswered.tailSet(deliveredEndOffset).size();
    if (delivered == 0) {
      return true;
    }
    if (offset < answeredEndOffset) {
      // The last commit has it already, as answered or among the unanswered, where each had its
      // room. But what was not known to be either was a few long runs, which fall apart as they are
      // delivered.
      int later = runs(unanswered.tailSet(offset, false));
      return fits(delivered + 1 + later + underWay, unanswered.last() - unanswered.first());
    }
    // What the last commit left unanswered and is not there any more will be forgotten.
    return fits(delivered + 1, offset - unanswered.first());
  }

  private static boolean fits(int runs, long span) {
    return OffsetMap.maxEncodedLength(runs, span) <= OffsetMap.MAX_METADATA_BYTES;
  }

  private static int runs(Collection<Long> rising) {
    int runs = 0;
    long end = -1;
    for (long offset : rising) {
      runs += offset == end ? 0 : 1;
      end = offset + 1;
    }
    return runs;
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
    while (!left.isEmpty() && left.getLast() == end - 1) {
      // It ends with an answered one: what was lost and is not read again yet may be none.
      left.removeLast();
      end--;
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

  /** Whether it is answered, and need not be carried out again. */
  boolean isAnswered(long offset) {
    return offset < Math.max(deliveredEndOffset, answeredEndOffset) && !unanswered.contains(offset);
  }

  /** Where delivery stands: every record before this offset was delivered, or is a hole. */
  long deliveredEndOffset() {
    return deliveredEndOffset;
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
