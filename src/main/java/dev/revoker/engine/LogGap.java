package dev.revoker.engine;

import java.time.Duration;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of a partition's log where reading does not go on at the offset at which it stood.
 * Mostly nothing: offsets have holes.
 */
final class LogGap {
  private static final Logger LOG = LoggerFactory.getLogger(LogGap.class);
  private static final Duration LOOK_UP_TIMEOUT = Duration.ofSeconds(1);

  private LogGap() {}

  /**
   * Looks at the first offset of what was read.
   *
   * @throws LoopFailure if it lies before where reading stood: the records from there on are new
   *     ones under old offsets, and would be passed over
   */
  static void check(Partition partition, long offset, Consumer<?, ?> consumer) {
    long expected = partition.readNextOffset;
    if (offset < expected) {
      throw new LoopFailure(
          ("%s goes on at offset %d, though requests up to %d were read before: the topic was made"
                  + " anew, or its log cut back. Where the group still has a committed offset for"
                  + " it, reset that to where the new requests begin")
              .formatted(partition.id, offset, expected - 1),
          null);
    }
    if (partition.longUnread && expected >= 0 && offset > expected) {
      tellDeleted(partition, expected, consumer);
    }
  }

  private static void tellDeleted(Partition partition, long expected, Consumer<?, ?> consumer) {
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
                "requests were deleted before they could be read: they get no result. Raise the"
                    + " topic's retention");
      }
    } catch (WakeupException meantForThePoll) {
      tellDeleted(partition, expected, consumer);
    } catch (KafkaException unknown) {
      LOG.atWarn()
          .addKeyValue("partition", partition.id)
          .addKeyValue("from", expected)
          .addKeyValue("cause", unknown.toString())
          .log("offsets were skipped, and whether requests were deleted there can't be told");
    }
  }
}
