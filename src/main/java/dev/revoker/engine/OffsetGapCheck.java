package dev.revoker.engine;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out why the first offset of a poll is not the expected one. Mostly the offsets between are
 * holes. Otherwise the topic was created again, or retention has deleted requests.
 */
final class OffsetGapCheck {
  private static final Logger LOG = LoggerFactory.getLogger(OffsetGapCheck.class);
  private static final Duration LOOK_UP_TIMEOUT = Duration.ofSeconds(1);

  private OffsetGapCheck() {}

  /**
   * Compares the first offset of a poll with the expected one.
   *
   * @throws FatalWorkerException if it is lower: the records from there on are new records with old
   *     offsets, and the worker would skip them
   */
  static void check(Partition partition, long offset, Consumer<?, ?> consumer) {
    long expected = partition.nextOffset;
    if (offset < expected) {
      throw new FatalWorkerException(
          String.format(
              Locale.ROOT,
              "%s continues at offset %d, but requests up to offset %d were read before: the topic"
                  + " was created again, or its log was truncated. If the group still has a"
                  + " committed offset for this partition, reset it to the first new request",
              partition.id,
              offset,
              expected - 1),
          null);
    }
    if (partition.longUnread && expected >= 0 && offset > expected) {
      warnIfDeleted(partition, expected, consumer);
    }
  }

  private static void warnIfDeleted(Partition partition, long expected, Consumer<?, ?> consumer) {
    try {
      long start =
          consumer
              .beginningOffsets(Set.of(partition.id), LOOK_UP_TIMEOUT)
              .getOrDefault(partition.id, expected);
      if (start > expected) {
        LOG.atWarn()
            .addKeyValue("partition", partition.id)
            .addKeyValue("from", expected)
            .addKeyValue("to", start - 1)
            .log(
                "requests were deleted before the worker could read them: they get no result. Raise"
                    + " the topic's retention");
      }
    } catch (WakeupException meantForThePoll) {
      warnIfDeleted(partition, expected, consumer);
    } catch (KafkaException unknown) {
      LOG.atWarn()
          .addKeyValue("partition", partition.id)
          .addKeyValue("from", expected)
          .addKeyValue("cause", unknown.toString())
          .log("offsets were skipped; the worker cannot find out whether requests were deleted");
    }
  }
}
