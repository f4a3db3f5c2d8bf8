package dev.revoker.engine;

import dev.revoker.model.Result;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** A transaction's results and offsets. */
public record Batch(
    List<Result> results,
    Map<TopicPartition, OffsetAndMetadata> offsets,
    ConsumerGroupMetadata group) {}
