package dev.revoker.engine;

import dev.revoker.resilience.RequestProcessor;
import dev.revoker.time.Time;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;

/**
 * Tells the dispatcher which share of {@code rate.limit.per.second} this worker has: of all request
 * partitions, those that it owns. The share shrinks before another worker can own a revoked
 * partition. It ends one session timeout after the last heartbeat, when the group may have given
 * the partitions away: a worker that was frozen or cut off makes no call before it is in the group
 * again. Used by the loop's thread alone.
 */
final class GroupShare {
  private static final long RENEWAL_MS = 1_000;
  private static final Duration LOOK_UP = Duration.ofMillis(500);

  private final Consumer<byte[], byte[]> consumer;
  private final Intake intake;
  private final RequestProcessor processor;
  private final LongSupplier heartbeatAgeMs;
  private final long sessionTimeoutMs;
  private final boolean limited;
  private final Time time;

  private long owned;
  private long total;
  private long renewAtMs;

  /**
   * Starts without a share.
   *
   * @param heartbeatAgeMs how long ago the group heard of this worker; negative if it never did
   * @param limited false if there is no rate limit; then nothing is looked up
   */
  GroupShare(
      Consumer<byte[], byte[]> consumer,
      Intake intake,
      RequestProcessor processor,
      LongSupplier heartbeatAgeMs,
      long sessionTimeoutMs,
      boolean limited,
      Time time) {
    this.consumer = consumer;
    this.intake = intake;
    this.processor = processor;
    this.heartbeatAgeMs = heartbeatAgeMs;
    this.sessionTimeoutMs = sessionTimeoutMs;
    this.limited = limited;
    this.time = time;
    this.renewAtMs = time.millis();
  }

  /** Renews the share once a second, and whenever the partitions have changed. */
  void renew() {
    if (!limited || (countOwned() == owned && time.millis() < renewAtMs)) {
      return;
    }
    renewAtMs = time.millis() + RENEWAL_MS;
    try {
      total = intake.topics().stream().mapToLong(this::partitions).sum();
    } catch (KafkaException unknown) {
      // A wakeup, or no answer. The number of partitions hardly ever changes: the last one counts.
      // What is wrong with the topics, the poll reports.
    }
    publish();
  }

  /**
   * After partitions were added, an assignment may name some that the metadata does not have yet.
   */
  private long partitions(String topic) {
    long known = consumer.partitionsFor(topic, LOOK_UP).size();
    return intake.partitions().stream()
        .filter(partition -> partition.id.topic().equals(topic))
        .mapToLong(partition -> partition.id.partition() + 1L)
        .reduce(known, Math::max);
  }

  /** Partitions were revoked or lost. Looks nothing up: it is called inside a rebalance. */
  void shrink() {
    if (limited && countOwned() < owned) {
      publish();
    }
  }

  private void publish() {
    owned = countOwned();
    double share = total == 0 ? 0 : Math.min(1, (double) owned / total);
    long ageMs = Math.max(0, heartbeatAgeMs.getAsLong());
    processor.rateShare(share, Math.max(0, sessionTimeoutMs - ageMs));
  }

  private long countOwned() {
    return intake.partitions().stream().filter(partition -> !partition.isLeaving()).count();
  }
}
