package dev.revoker.submit;

import dev.revoker.model.Source;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of one request: the first one, and those that were sent again. They have the same
 * bytes, so what one of them is answered holds for each. One thread.
 */
final class RequestCopies {
  /** How often a request is sent again. */
  static final int MAX_ROUNDS = 3;

  /** {@code redrive} makes three copies; others can make them without end. */
  private static final int MAX_KEPT = 8;

  /** Records without a result. */
  private final List<Copy> open = new ArrayList<>(1);

  private int kept;
  private int sentAgain;
  private @Nullable Copy last;
  private @Nullable ResultPlace lastResult;

  /** One of these records. */
  record Copy(RequestCopies all, Source source, int round) {
    /** The record has this result. */
    void answered(ResultPlace result) {
      all.answered(this, result);
    }
  }

  /** A record that failed. */
  Copy addFailed(Source source, int round) {
    sentAgain += round > 0 ? 1 : 0;
    return new Copy(this, source, round);
  }

  /** Another record; null for those that are only counted, because there are too many. */
  @Nullable Copy addOther(Source source, int round) {
    sentAgain += round > 0 ? 1 : 0;
    if (kept == MAX_KEPT) {
      return null;
    }
    kept++;
    Copy copy = new Copy(this, source, round);
    open.add(copy);
    return copy;
  }

  private void answered(Copy copy, ResultPlace result) {
    open.remove(copy);
    if (last == null || lastResult == null || isAfter(copy, result, last, lastResult)) {
      last = copy;
      lastResult = result;
    }
  }

  /** The record with the newest result; null before any result was read. */
  @Nullable Source lastAnswered() {
    return last == null ? null : last.source();
  }

  /**
   * A record without a result that was sent after the one with the newest result; null where there
   * is none. An earlier one may have had its result before those that were read.
   */
  @Nullable Source inFlight() {
    Copy newest = last;
    return newest == null
        ? null
        : open.stream()
            .filter(copy -> isSentAfter(copy, newest))
            .map(Copy::source)
            .findFirst()
            .orElse(null);
  }

  /** How often the request was sent again: as the last record counts, or as records were found. */
  int rounds() {
    return Math.max(sentAgain, last == null ? 0 : last.round());
  }

  private static boolean isAfter(Copy copy, ResultPlace result, Copy last, ResultPlace lastResult) {
    boolean isRoundTelling =
        copy.round() != last.round() && result.partition() != lastResult.partition();
    return isRoundTelling ? copy.round() > last.round() : result.isAfter(lastResult);
  }

  private static boolean isSentAfter(Copy copy, Copy last) {
    return copy.round() > last.round()
        || (copy.round() == last.round()
            && copy.source().topic().equals(last.source().topic())
            && copy.source().partition() == last.source().partition()
            && copy.source().offset() > last.source().offset());
  }
}
