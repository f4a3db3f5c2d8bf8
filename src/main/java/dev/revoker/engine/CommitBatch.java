package dev.revoker.engine;

import dev.revoker.engine.TrackedRequest.Completion;
import dev.revoker.model.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What one transaction commits: the results of completed requests, and the offsets of their
 * partitions as they are after the commit. Fixed when it is created. Used by the loop's thread
 * alone.
 */
final class CommitBatch {
  private final List<TrackedRequest> requests;
  private final Map<Partition, List<Long>> offsets;
  private final Map<Partition, OffsetMap> maps = new HashMap<>();
  private final long startedNanos;

  /**
   * @param besides partitions whose offsets are committed in any case
   * @param startedNanos by the steady clock
   */
  CommitBatch(List<TrackedRequest> requests, List<Partition> besides, long startedNanos) {
    this.requests = requests;
    this.startedNanos = startedNanos;
    this.offsets =
        requests.stream()
            .collect(
                Collectors.groupingBy(
                    request -> request.partition,
                    HashMap::new,
                    Collectors.mapping(TrackedRequest::offset, Collectors.toList())));
    besides.forEach(partition -> offsets.putIfAbsent(partition, List.of()));
    offsets.forEach((partition, answered) -> maps.put(partition, map(partition, answered)));
  }

  List<TrackedRequest> requests() {
    return requests;
  }

  boolean isEmpty() {
    return offsets.isEmpty();
  }

  long startedNanos() {
    return startedNanos;
  }

  List<Result> results() {
    List<Result> results = new ArrayList<>(requests.size());
    for (TrackedRequest request : requests) {
      // A request that the broker had as committed may have no result here.
      if (request.completion() instanceof Completion.Answered(Result result)) {
        results.add(result);
      }
    }
    return results;
  }

  /** The offsets to commit with the results. */
  Map<TopicPartition, OffsetAndMetadata> offsets() {
    Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>();
    maps.forEach(
        (partition, map) ->
            all.put(
                partition.id,
                new OffsetAndMetadata(
                    map.nextOffset(), OffsetMapCodec.encode(map, partition.identity()))));
    return all;
  }

  /** The transaction is committed: updates the partitions' progress and releases the requests. */
  void done() {
    offsets.forEach(
        (partition, answered) -> {
          OffsetMap map = maps.get(partition);
          if (!partition.gone && partition.progress != null && map != null) {
            partition.progress.committed(answered, map);
            partition.rewriteDue = false;
          }
        });
    requests.forEach(request -> request.partition.release(request));
  }

  private static OffsetMap map(Partition partition, List<Long> answered) {
    PartitionProgress progress = partition.progress;
    if (progress == null) {
      throw new IllegalStateException("a request was admitted before its partition was loaded");
    }
    return progress.with(answered);
  }
}
