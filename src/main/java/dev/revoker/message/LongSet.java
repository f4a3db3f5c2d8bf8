package dev.revoker.message;

import java.security.SecureRandom;

/**
 * A set of longs that grows: open addressing, half full at most, no boxes. The slot of a value
 * differs from process to process, so that no sender can choose values that collide.
 */
final class LongSet {
  private static final long SPREAD = new SecureRandom().nextLong() | 1;

  private long[] table;
  private int shift;
  private int size;
  private boolean holdsZero;

  /** With room for so many. */
  LongSet(int expected) {
    resize(Math.max(16, Integer.highestOneBit(Math.max(1, expected)) * 4));
  }

  boolean isEmpty() {
    return size == 0 && !holdsZero;
  }

  /** Adds the value; returns false if the set has it already. */
  boolean add(long value) {
    if (value == 0) {
      boolean added = !holdsZero;
      holdsZero = true;
      return added;
    }
    int at = place(value);
    if (table[at] == value) {
      return false;
    }
    table[at] = value;
    if (++size * 2 > table.length) {
      grow();
    }
    return true;
  }

  private void grow() {
    long[] before = table;
    resize(before.length * 2);
    for (long one : before) {
      if (one != 0) {
        table[place(one)] = one;
      }
    }
  }

  boolean contains(long value) {
    return value == 0 ? holdsZero : table[place(value)] == value;
  }

  /** The slot of the value, or the free slot for it. */
  private int place(long value) {
    int at = (int) ((value * SPREAD) >>> shift);
    while (table[at] != 0 && table[at] != value) {
      at = (at + 1) & (table.length - 1);
    }
    return at;
  }

  private void resize(int capacity) {
    table = new long[capacity];
    shift = Long.numberOfLeadingZeros(capacity - 1);
  }
}
