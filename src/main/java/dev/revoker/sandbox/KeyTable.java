package dev.revoker.sandbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;

/**
 * Every key that was ever made or asked for, by index; about 40 bytes for each, so that a million
 * fit beside a benchmark. A key is known by 128 bits: its 32 digits, or the start of a SHA-256
 * where it has another length. Not thread-safe.
 */
final class KeyTable {
  /** What the API knows of a key. */
  enum State {
    /** It was asked for, and never made. */
    UNKNOWN,
    ACTIVE,
    REMOVED
  }

  private static final int NONE = -1;
  private static final int USUAL_DIGITS = 32;

  private int[] slots = new int[1024];
  private long[] high = new long[512];
  private long[] low = new long[512];
  private State[] state = new State[512];
  private int[] owner = new int[512];
  private int[] earlier = new int[512];
  private int size;
  private final Map<Integer, String> unusual = new HashMap<>();

  KeyTable() {
    Arrays.fill(slots, NONE);
  }

  /** The index of a key in any case of digits, or -1. */
  int find(String key) {
    Id id = Id.of(key);
    return slots[slot(id.high(), id.low())];
  }

  /** The index of a key, which is added as unknown where it is new. */
  int findOrAdd(String key) {
    Id id = Id.of(key);
    int slot = slot(id.high(), id.low());
    if (slots[slot] != NONE) {
      return slots[slot];
    }
    if (key.length() != USUAL_DIGITS) {
      unusual.put(size, key.toLowerCase(Locale.ROOT));
    }
    int index = size++;
    if (index == high.length) {
      grow();
      slot = slot(id.high(), id.low());
    }
    slots[slot] = index;
    high[index] = id.high();
    low[index] = id.low();
    state[index] = State.UNKNOWN;
    owner[index] = NONE;
    earlier[index] = NONE;
    return index;
  }

  State state(int index) {
    return state[index];
  }

  /** The account that the key is of, or -1. */
  int owner(int index) {
    return owner[index];
  }

  /** The key that the same account got before this one, or -1. */
  int earlier(int index) {
    return earlier[index];
  }

  void activate(int index, int account, int earlierKey) {
    state[index] = State.ACTIVE;
    owner[index] = account;
    earlier[index] = earlierKey;
  }

  void remove(int index) {
    state[index] = State.REMOVED;
  }

  /** The key's digits, in lower case. */
  String digits(int index) {
    HexFormat hex = HexFormat.of();
    return unusual.getOrDefault(index, hex.toHexDigits(high[index]) + hex.toHexDigits(low[index]));
  }

  private int slot(long keyHigh, long keyLow) {
    int mask = slots.length - 1;
    int slot = Long.hashCode((keyHigh ^ Long.rotateLeft(keyLow, 32)) * 0x9E3779B97F4A7C15L) & mask;
    while (slots[slot] != NONE && (high[slots[slot]] != keyHigh || low[slots[slot]] != keyLow)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    int capacity = high.length * 2;
    high = Arrays.copyOf(high, capacity);
    low = Arrays.copyOf(low, capacity);
    state = Arrays.copyOf(state, capacity);
    owner = Arrays.copyOf(owner, capacity);
    earlier = Arrays.copyOf(earlier, capacity);
    slots = new int[capacity * 2];
    Arrays.fill(slots, NONE);
    for (int index = 0; index < capacity / 2; index++) {
      slots[slot(high[index], low[index])] = index;
    }
  }

  /** Whether it is made of hex digits alone, at least one. */
  static boolean isHex(String text) {
    return !text.isEmpty() && text.chars().allMatch(HexFormat::isHexDigit);
  }

  private record Id(long high, long low) {
    static Id of(String key) {
      if (key.length() == USUAL_DIGITS && isHex(key)) {
        return new Id(
            Long.parseUnsignedLong(key, 0, 16, 16), Long.parseUnsignedLong(key, 16, 32, 16));
      }
      try {
        byte[] digits = key.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer hash = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(digits));
        return new Id(hash.getLong(), hash.getLong());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-256", e);
      }
    }
  }
}
