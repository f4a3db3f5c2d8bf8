package dev.revoker.publish;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Results that were acknowledged, in the order in which they were sent, as many as are worth their
 * memory. Used by one thread.
 */
final class Recent {
  /**
   * The end of one transaction may decide over several before it. Those whose markers a broker left
   * out are the ones just before its restart; more would only cost memory, of which a worker has
   * little.
   */
  private static final int MOST = 500;

  private static final int MOST_BYTES = 1 << 20;

  /** Nor any from long before: who looks for them reads all that others wrote in between. */
  private static final long LONGEST_MS = 30_000;

  private final List<Sent> all = new ArrayList<>();
  private long bytes;

  /** The newest; forgets the oldest. */
  void add(List<Sent> more) {
    append(more);
    trim(1, LONGEST_MS);
  }

  /** They are older than what is there. */
  void addBefore(List<Sent> older) {
    all.addAll(0, older);
    older.forEach(one -> bytes += one.bytes());
    trim(1, LONGEST_MS);
  }

  /** The same as {@link #add}, but more are kept: they are to be looked for. */
  void gather(List<Sent> more) {
    append(more);
    trim(3, Long.MAX_VALUE);
  }

  private void append(List<Sent> more) {
    all.addAll(more);
    more.forEach(one -> bytes += one.bytes());
  }

  private void trim(int times, long longestMs) {
    int surplus = 0;
    while (surplus < all.size()
        && (all.size() - surplus > times * MOST
            || bytes > (long) times * MOST_BYTES
            || all.getLast().timestampMs() - all.get(surplus).timestampMs() > longestMs)) {
      bytes -= all.get(surplus++).bytes();
    }
    all.subList(0, surplus).clear();
  }

  List<Sent> all() {
    return all;
  }

  void removeIf(Predicate<Sent> which) {
    all.removeIf(which);
    bytes = all.stream().mapToLong(Sent::bytes).sum();
  }

  void clear() {
    all.clear();
    bytes = 0;
  }
}
