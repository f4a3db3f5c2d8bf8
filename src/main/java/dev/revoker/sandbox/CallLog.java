package dev.revoker.sandbox;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The calls to remove_api_key in the order of their arrival, linked by key; about 24 bytes for
 * each. Not thread-safe.
 */
final class CallLog {
  /** After so many calls the log is full, and later ones are only counted. */
  static final int MAX_CALLS = 4_000_000;

  private static final int NONE = -1;

  private final List<String> answers = new ArrayList<>();
  private long[] atMs = new long[512];
  private int[] previous = new int[512];
  private int[] session = new int[512];
  private short[] answer = new short[512];
  private int[] lastOfKey = new int[0];
  private int[] countOfKey = new int[0];
  private int size;

  /** Notes a call that ended in this answer. */
  void add(int key, long epochMs, int ofSession, String answered) {
    if (key >= lastOfKey.length) {
      int old = lastOfKey.length;
      int capacity = Math.max(512, Math.max(key + 1, old * 2));
      lastOfKey = Arrays.copyOf(lastOfKey, capacity);
      Arrays.fill(lastOfKey, old, capacity, NONE);
      countOfKey = Arrays.copyOf(countOfKey, capacity);
    }
    countOfKey[key]++;
    if (size == MAX_CALLS) {
      return;
    }
    if (size == atMs.length) {
      int capacity = Math.min(MAX_CALLS, size * 2);
      atMs = Arrays.copyOf(atMs, capacity);
      previous = Arrays.copyOf(previous, capacity);
      session = Arrays.copyOf(session, capacity);
      answer = Arrays.copyOf(answer, capacity);
    }
    atMs[size] = epochMs;
    previous[size] = lastOfKey[key];
    session[size] = ofSession;
    answer[size] = indexOf(answered);
    lastOfKey[key] = size++;
  }

  int count(int key) {
    return key < 0 || key >= countOfKey.length ? 0 : countOfKey[key];
  }

  /** The calls for a key, the first first. */
  List<Ledger.Call> of(int key) {
    List<Ledger.Call> calls = new ArrayList<>();
    int at = key < 0 || key >= lastOfKey.length ? NONE : lastOfKey[key];
    for (; at != NONE; at = previous[at]) {
      calls.add(
          new Ledger.Call(
              at, Instant.ofEpochMilli(atMs[at]), session[at], answers.get(answer[at])));
    }
    return calls.reversed();
  }

  private short indexOf(String answered) {
    int index = answers.indexOf(answered);
    if (index < 0) {
      index = answers.size();
      answers.add(answered);
    }
    return (short) index;
  }
}
