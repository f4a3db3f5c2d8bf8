package dev.revoker.consume;

import dev.revoker.model.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Answered requests that go into one transaction. Used by the loop's thread alone. */
record Answers(List<Pending> requests) {
  static final Answers NONE = new Answers(List.of());

  boolean isEmpty() {
    return requests.isEmpty();
  }

  List<Result> results() {
    List<Result> results = new ArrayList<>(requests.size());
    for (Pending request : requests) {
      Result result = request.result();
      if (result != null) {
        results.add(result);
      }
    }
    return results;
  }

  /** What to commit with the results. Changes nothing. */
  Map<TopicPartition, OffsetAndMetadata> offsets() {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    byPartition()
        .forEach(
            (partition, answered) -> {
              OffsetMap map = progress(partition).with(answered);
              offsets.put(partition.id, new OffsetAndMetadata(map.nextOffset(), map.encode()));
            });
    return offsets;
  }

  /** The transaction is committed: the requests are done with. */
  void done() {
    byPartition()
        .forEach(
            (partition, answered) -> {
              if (!partition.gone) {
                progress(partition).answered(answered);
              }
            });
    requests.forEach(request -> request.partition.release(request));
  }

  private Map<Partition, List<Long>> byPartition() {
    return requests.stream()
        .collect(
            Collectors.groupingBy(
                request -> request.partition,
                Collectors.mapping(Pending::offset, Collectors.toList())));
  }

  private static PartitionProgress progress(Partition partition) {
    PartitionProgress progress = partition.progress;
    if (progress == null) {
      throw new IllegalStateException("a request was admitted before its partition was loaded");
    }
    return progress;
  }
}
