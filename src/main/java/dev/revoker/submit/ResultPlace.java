package dev.revoker.submit;

import java.time.DateTimeException;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Where a result is in the results topic, and when its worker completed it.
 *
 * @param completedAt by the clock of that worker
 */
record ResultPlace(int partition, long offset, Instant completedAt) {
  /** Null where the result has no valid time. */
  static @Nullable ResultPlace of(ConsumerRecord<byte[], byte[]> record, ResultRecord result) {
    try {
      Instant completedAt = Instant.parse(result.text("completed_at"));
      return new ResultPlace(record.partition(), record.offset(), completedAt);
    } catch (DateTimeException notATime) {
      return null;
    }
  }

  /**
   * Whether this result is newer. The results of one request id are in one partition, whose order
   * needs no clock. Only results of two ids are compared by their workers' clocks.
   */
  boolean isAfter(ResultPlace other) {
    return partition == other.partition
        ? offset > other.offset
        : !completedAt.isBefore(other.completedAt);
  }
}
