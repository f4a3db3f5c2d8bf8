package dev.revoker.engine;

import java.util.ArrayList;
import java.util.List;

/** A request topic, and how much memory its requests may take between poll and commit. */
final class Lane {
  /**
   * The approximate memory of a request besides its value, so that many small requests are bounded
   * too.
   */
  static final int BYTES_PER_REQUEST = 1024;

  private static final int MIN_REQUESTS = 2048;
  private static final int REQUESTS_PER_SLOT = 4;

  /** Twice the bytes of a usual request. Reading further ahead would only fill the heap. */
  private static final int MAX_BYTES_PER_REQUEST = 2048;

  private static final long MAX_BYTES = 16L << 20;

  /** How far one poll may exceed the bound, so that records of usual size are not fetched twice. */
  private static final long MAX_BYTES_PER_POLL = 1L << 20;

  final String name;
  final String topic;

  /** Whether results never wait for others: true for the most urgent of several lanes. */
  final boolean prompt;

  /** In the order in which they are read and admitted. */
  final List<Partition> partitions = new ArrayList<>();

  private final int maxRequests;
  private int requests;
  private long bytes;

  Lane(String name, String topic, int maxInFlight, boolean prompt) {
    this.name = name;
    this.topic = topic;
    this.prompt = prompt;
    this.maxRequests = Math.max(MIN_REQUESTS, REQUESTS_PER_SLOT * maxInFlight);
  }

  /** Requests that were admitted and have no committed result. */
  int requests() {
    return requests;
  }

  boolean mayAdmit() {
    return requests < maxRequests;
  }

  /** Whether its partitions may be polled. */
  boolean mayPoll() {
    return bytes < maxBytes();
  }

  /** Whether one more record of a poll may be kept. */
  boolean mayKeep() {
    return bytes < maxBytes() + MAX_BYTES_PER_POLL;
  }

  private long maxBytes() {
    return Math.min(MAX_BYTES, (long) maxRequests * MAX_BYTES_PER_REQUEST);
  }

  void read(TrackedRequest request) {
    bytes += request.bytes;
  }

  void admitted() {
    requests++;
  }

  /** The request was read, and will not be admitted. */
  void dropped(TrackedRequest request) {
    bytes -= request.bytes;
  }

  void released(TrackedRequest request) {
    requests--;
    bytes -= request.bytes;
  }
}
