package dev.revoker.memory;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.agrona.collections.Long2LongHashMap;

/**
 * Where the {@code revoked} results of the latest keys are: a truncated hash of the fingerprint to
 * the position of the result record. The position may be wrong, since two fingerprints may share a
 * hash and records may be deleted: the caller reads the record and compares.
 *
 * <p>The entries are spread over tables of a fixed size, in the order in which they were added. A
 * full table is never enlarged, so it costs 18 bytes a key; only the newest table may be partly
 * empty, by at most 64 KiB. At the bound the oldest table is dropped. A look-up searches the
 * tables, the newest first, which takes microseconds.
 *
 * <p>Safe on any thread.
 */
final class RevokedKeyIndex {
  /** A record of the results topic. */
  record Position(int partition, long offset) {}

  private static final int TABLE_SLOTS = 1 << 12;
  private static final float LOAD = 0.9f;
  private static final int TABLE_KEYS = (int) (TABLE_SLOTS * LOAD);

  /** With few keys to remember, dropping a whole table would drop too many of them. */
  private static final int MIN_TABLES = 16;

  private static final int OFFSET_BITS = 44;
  private static final long MAX_OFFSET = (1L << OFFSET_BITS) - 1;
  private static final int MAX_PARTITION = (1 << (Long.SIZE - 1 - OFFSET_BITS)) - 1;
  private static final long MISSING = -1;

  /** Differs from process to process, so that nobody can choose fingerprints that share a slot. */
  private static final long SEED = new SecureRandom().nextLong();

  private final int maxKeys;
  private final int tableKeys;

  /** The oldest first. */
  private final ArrayDeque<Long2LongHashMap> tables = new ArrayDeque<>();

  private int size;

  /**
   * Starts empty.
   *
   * @param maxKeys how many keys it holds at most
   */
  RevokedKeyIndex(int maxKeys) {
    this.maxKeys = maxKeys;
    this.tableKeys = Math.clamp(maxKeys / MIN_TABLES, 1, TABLE_KEYS);
  }

  /**
   * Adds the position of a result.
   *
   * @return whether it was added; a position with too large a number is left out
   */
  synchronized boolean add(long hash, Position position) {
    if (position.partition() > MAX_PARTITION || position.offset() > MAX_OFFSET) {
      return false;
    }
    if (size >= maxKeys) {
      size -= tables.removeFirst().size();
    }
    Long2LongHashMap newest = tables.peekLast();
    if (newest == null || newest.size() >= tableKeys) {
      newest = new Long2LongHashMap(16, LOAD, MISSING);
      tables.addLast(newest);
    }
    long packed = ((long) position.partition() << OFFSET_BITS) | position.offset();
    if (newest.put(hash, packed) == MISSING) {
      size++;
    }
    return true;
  }

  /** Where results of this hash are, the newest first. */
  synchronized List<Position> positions(long hash) {
    List<Position> found = new ArrayList<>(1);
    for (Iterator<Long2LongHashMap> newestFirst = tables.descendingIterator();
        newestFirst.hasNext(); ) {
      long packed = newestFirst.next().get(hash);
      if (packed != MISSING) {
        found.add(new Position((int) (packed >>> OFFSET_BITS), packed & MAX_OFFSET));
      }
    }
    return found;
  }

  synchronized int size() {
    return size;
  }

  synchronized void clear() {
    tables.clear();
    size = 0;
  }

  /**
   * The hash of a fingerprint, which is {@code sha256:} or {@code hmac-sha256:} and 64 hex digits.
   *
   * @throws NumberFormatException if it is not
   */
  static long hash(String fingerprint) {
    int digits = fingerprint.indexOf(':') + 1;
    if (fingerprint.length() != digits + 64) {
      throw new NumberFormatException("not a fingerprint");
    }
    long mixed = (Long.parseUnsignedLong(fingerprint, digits, digits + 16, 16) ^ SEED) * SPREAD;
    return mixed ^ (mixed >>> 32);
  }

  /** An odd number, so that different fingerprints keep different hashes. */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;
}
