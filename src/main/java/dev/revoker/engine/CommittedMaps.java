package dev.revoker.engine;

import dev.revoker.engine.RequestLoop.TopicIds;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether the metadata of a committed offset is a map of this partition's answered
 * requests. Metadata that does not fit is ignored, with a warning: a request may then get a second
 * result, but none is skipped. Used by the loop's thread alone.
 */
final class CommittedMaps {
  private static final Logger LOG = LoggerFactory.getLogger(CommittedMaps.class);

  /** Short, because it blocks the loop. */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final Consumer<byte[], byte[]> consumer;
  private final TopicIds topicIds;

  CommittedMaps(Consumer<byte[], byte[]> consumer, TopicIds topicIds) {
    this.consumer = consumer;
    this.topicIds = topicIds;
  }

  /**
   * Looks up the topic ids of those partitions that were just assigned.
   *
   * @throws org.apache.kafka.common.KafkaException if they cannot be looked up now
   */
  void identify(Collection<Partition> partitions) {
    Set<String> topics =
        partitions.stream()
            .filter(partition -> partition.identity == null)
            .map(partition -> partition.id.topic())
            .collect(Collectors.toSet());
    if (!topics.isEmpty()) {
      Map<String, Uuid> ids = topicIds.of(topics);
      partitions.stream()
          .filter(partition -> partition.identity == null)
          .forEach(
              partition ->
                  partition.identity =
                      new TopicIdPartition(
                          Objects.requireNonNull(ids.get(partition.id.topic())), partition.id));
    }
  }

  /**
   * The map that is committed for this partition.
   *
   * @throws org.apache.kafka.common.KafkaException if it cannot be checked now
   * @throws FatalWorkerException if a newer worker wrote it
   */
  OffsetMap of(Partition partition, @Nullable OffsetAndMetadata committed) {
    if (committed == null) {
      return OffsetMap.none();
    }
    long offset = committed.offset();
    return switch (OffsetMapCodec.decode(partition.identity(), offset, committed.metadata())) {
      case OffsetMapCodec.Decoded.Map(OffsetMap map, int version) ->
          checked(partition, map, version);
      case OffsetMapCodec.Decoded.Misfit(String why) -> ignored(partition, offset, why);
      case OffsetMapCodec.Decoded.Newer(String version) ->
          throw new FatalWorkerException(
              String.format(
                  Locale.ROOT,
                  "the metadata of the committed offset %d of %s has version %s, which this worker"
                      + " does not know. A newer worker wrote it: run that version, or reset the"
                      + " group's offset for this partition; requests that were answered beyond"
                      + " that offset are then processed again",
                  offset,
                  partition.id,
                  version),
              null);
    };
  }

  /** An assignment begins: nothing in the map can lie beyond the end of the partition's log. */
  private OffsetMap checked(Partition partition, OffsetMap map, int version) {
    if (partition.progress != null || map.unanswered().isEmpty()) {
      return map;
    }
    long end =
        consumer
            .endOffsets(Set.of(partition.id), TIMEOUT)
            .getOrDefault(partition.id, Long.MIN_VALUE);
    if (map.endOffset() > end) {
      String why =
          String.format(
              Locale.ROOT, "reaches to offset %d, and the log ends at %d", map.endOffset(), end);
      return ignored(partition, map.nextOffset(), why);
    }
    // Version 1 does not name its partition: such metadata is replaced, so that it is trusted only
    // once.
    partition.rewriteDue = version == 1;
    return map;
  }

  private static OffsetMap ignored(Partition partition, long offset, String why) {
    partition.rewriteDue = true;
    LOG.atWarn()
        .addKeyValue("partition", partition.id)
        .addKeyValue("offset", offset)
        .addKeyValue("metadata", why)
        .log(
            "the metadata of the committed offset does not fit: the worker ignores it and processes"
                + " every request from the committed offset on");
    return OffsetMap.answeredBefore(offset);
  }
}
