package dev.revoker.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * A request topic's share of the worker's memory: how much of it may be held between poll and
 * commit.
 */
final class Lane {
  /** What a request takes besides its value, roughly: many small ones must be bounded too. */
  static final int BYTES_PER_REQUEST = 1024;

  private static final int MIN_REQUESTS = 2048;
  private static final int REQUESTS_PER_SLOT = 4;

  /** Twice what a usual one takes. What is read long before its turn only grows old in the heap. */
  private static final int MAX_BYTES_PER_REQUEST = 2048;

  private static final long MAX_BYTES = 16L << 20;

  /** A poll's worth of usual requests: they never have to be fetched again. */
  private static final long BYTES_BEYOND = 1L << 20;

  final String name;
  final String topic;

  /** In the order in which they take their turns. */
  final List<Partition> partitions = new ArrayList<>();

  private final int maxRequests;
  private int requests;
  private long bytes;

  Lane(String name, String topic, int maxInFlight) {
    this.name = name;
    this.topic = topic;
    this.maxRequests = Math.max(MIN_REQUESTS, REQUESTS_PER_SLOT * maxInFlight);
  }

  boolean mayAdmit() {
    return requests < maxRequests;
  }

  /** Whether more is to be polled. */
  boolean mayRead() {
    return bytes < maxBytes();
  }

  /** Whether what was polled can be kept. */
  boolean mayHold() {
    return bytes < maxBytes() + BYTES_BEYOND;
  }

  private long maxBytes() {
    return Math.min(MAX_BYTES, (long) maxRequests * MAX_BYTES_PER_REQUEST);
  }

  void read(Pending pending) {
    bytes += pending.bytes;
  }

  void admitted() {
    requests++;
  }

  /** Read, and never admitted. */
  void dropped(Pending pending) {
    bytes -= pending.bytes;
  }

  void released(Pending pending) {
    requests--;
    bytes -= pending.bytes;
  }
}
