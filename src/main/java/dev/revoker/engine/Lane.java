package dev.revoker.engine;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** A request topic, and how much memory its requests may take between poll and commit. */
final class Lane {
  /**
   * The approximate memory of a request besides its value, so that many small requests are bounded
   * too.
   */
  static final int BYTES_PER_REQUEST = 1024;

  /**
   * The approximate memory of a header besides the bytes of its name and value. A record of a few
   * hundred kilobytes can have a hundred thousand headers.
   */
  private static final int BYTES_PER_HEADER = 100;

  /**
   * The largest record that waits unread. A larger one is fetched again when it can be read at
   * once, so that its key and its headers are never kept.
   */
  private static final int MAX_UNREAD_RECORD_BYTES = 64 << 10;

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

  /** Whether one more record of a poll may be read or kept. */
  boolean mayKeep() {
    return bytes < maxBytes() + MAX_BYTES_PER_POLL;
  }

  /** Whether the record may be kept until a later turn reads it. */
  boolean mayKeepUnread(ConsumerRecord<byte[], byte[]> record) {
    return mayKeep() && unreadBytes(record) <= MAX_UNREAD_RECORD_BYTES;
  }

  /** The record is kept until a later turn reads it. */
  void kept(ConsumerRecord<byte[], byte[]> record) {
    bytes += unreadBytes(record);
  }

  /** The record is read now, or discarded. */
  void unkept(ConsumerRecord<byte[], byte[]> record) {
    bytes -= unreadBytes(record);
  }

  /**
   * The approximate memory of a record as the consumer returns it. Counts only as far as {@link
   * #MAX_UNREAD_RECORD_BYTES}.
   */
  private static long unreadBytes(ConsumerRecord<byte[], byte[]> record) {
    // Kafka gives -1 as the size of null.
    long size = BYTES_PER_REQUEST;
    size += Math.max(0, record.serializedKeySize());
    size += Math.max(0, record.serializedValueSize());
    for (Header header : record.headers()) {
      if (size > MAX_UNREAD_RECORD_BYTES) {
        return size;
      }
      byte[] value = header.value();
      size += BYTES_PER_HEADER + header.key().length() + (value == null ? 0 : value.length);
    }
    return size;
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
