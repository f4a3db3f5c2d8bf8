package dev.revoker.engine;

import dev.revoker.engine.TrackedRequest.Completion;
import dev.revoker.model.Result;
import dev.revoker.model.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * One Kafka transaction: how far it is, and what it commits: the results of completed requests, and
 * the offsets of their partitions as they are after the commit. The results and offsets do not
 * change after its creation. Used by the loop's thread alone.
 */
final class Transaction {
  /** The next step; a step that was not acknowledged in time is repeated. */
  enum Step {
    BEGIN,
    SEND_RESULTS,
    SEND_OFFSETS,
    COMMIT
  }

  final Producer<byte[], byte[]> producer;
  final ConsumerGroupMetadata group;
  final List<SentResult> sent = new ArrayList<>();
  final TimeoutBudget offsetsBudget;
  final TimeoutBudget abortBudget;

  final long startedNanos;
  private final List<TrackedRequest> requests;
  private final Map<Partition, List<Long>> answered;
  private final Map<Partition, OffsetMap> maps = new HashMap<>();

  Step next = Step.BEGIN;

  /**
   * {@code send} threw an exception. Kafka's producer appends a record before it finds that it is
   * in an error state, so it may hold this record.
   */
  boolean sendFailed;

  /**
   * @param offsetsDue partitions whose offsets are committed even if they have no result
   * @param startedNanos by the steady clock
   */
  Transaction(
      Producer<byte[], byte[]> producer,
      List<TrackedRequest> requests,
      List<Partition> offsetsDue,
      ConsumerGroupMetadata group,
      long startedNanos) {
    this.producer = producer;
    this.requests = requests;
    this.group = group;
    this.startedNanos = startedNanos;
    this.offsetsBudget = new TimeoutBudget(producer);
    this.abortBudget = new TimeoutBudget(producer);
    this.answered =
        requests.stream()
            .collect(
                Collectors.groupingBy(
                    request -> request.partition,
                    Collectors.mapping(TrackedRequest::offset, Collectors.toList())));
    answered.forEach((partition, offsets) -> maps.put(partition, map(partition, offsets)));
    offsetsDue.forEach(
        partition -> maps.computeIfAbsent(partition, without -> map(without, List.of())));
  }

  List<TrackedRequest> requests() {
    return requests;
  }

  List<Result> results() {
    return results(requests);
  }

  /**
   * The results of these requests. A request that the broker reported as committed may have no
   * result in this worker.
   */
  static List<Result> results(List<TrackedRequest> requests) {
    List<Result> results = new ArrayList<>(requests.size());
    for (TrackedRequest request : requests) {
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
  void committed() {
    maps.forEach(
        (partition, map) -> partition.committed(answered.getOrDefault(partition, List.of()), map));
    requests.forEach(request -> request.partition.release(request));
  }

  private static OffsetMap map(Partition partition, List<Long> answered) {
    PartitionProgress progress = partition.progress;
    if (progress == null) {
      throw new IllegalStateException("a request was admitted before its partition was loaded");
    }
    return progress.with(answered);
  }

  /** After the abort: whether the producer may still hold a record of this transaction. */
  boolean mayLeaveRecords() {
    return sendFailed || sent.stream().anyMatch(one -> !one.answer().isDone());
  }

  /**
   * A result that was given to the producer, and the broker's answer.
   *
   * @param isShortened whether it was sent without the fields that only repeat the request
   */
  record SentResult(Source source, boolean isShortened, int bytes, Future<RecordMetadata> answer) {
    boolean isRefused() {
      return answer.state() == Future.State.FAILED;
    }

    boolean isTooLarge() {
      return isRefused() && answer.exceptionNow() instanceof RecordTooLargeException;
    }
  }

  /**
   * How often one step of a transaction may time out. Time-outs while the brokers are away do not
   * count: the worker waits for them. A broker that answers and does not complete the step gets
   * three time-outs. Decided by the producer's own metrics. Used by one thread.
   */
  static final class TimeoutBudget {
    /** More than one: a broker that has just started still loads its state. */
    private static final int MAX_TIMEOUTS = 3;

    private final Producer<?, ?> producer;
    private double bytesBefore;
    private int timeouts;

    TimeoutBudget(Producer<?, ?> producer) {
      this.producer = producer;
    }

    /** Whether there is a connection to a broker, or one is being made: Kafka counts both. */
    boolean isConnected() {
      return metric("connection-count") > 0;
    }

    /** An attempt of the step begins. */
    void attempt() {
      bytesBefore = bytesReceived();
    }

    /** The attempt timed out. Returns whether the step has used up its time-outs. */
    boolean timedOut() {
      if (bytesReceived() > bytesBefore) {
        timeouts++;
      }
      return timeouts >= MAX_TIMEOUTS;
    }

    private double bytesReceived() {
      return metric("incoming-byte-total");
    }

    private double metric(String name) {
      return producer.metrics().entrySet().stream()
          .filter(metric -> metric.getKey().group().equals("producer-metrics"))
          .filter(metric -> metric.getKey().name().equals(name))
          .mapToDouble(metric -> ((Number) metric.getValue().metricValue()).doubleValue())
          .sum();
    }
  }
}
