package dev.revoker.chaos;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.revoker.model.Source;
import dev.revoker.sim.CommittedProgress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Each request that the committed offsets and metadata call answered has a result, which was in the
 * results topic when they were read. At the end they call everything answered.
 */
final class NothingPassedOver extends ChaosGuarantee {
  private static final long PATIENCE_SECONDS = 5;

  private final Stage stage;

  /** The first time that a request was called answered, and the end of the results just after. */
  private final Map<Source, Map<Integer, Long>> claims = new HashMap<>();

  NothingPassedOver(Stage stage, Evidence evidence) {
    super(evidence);
    this.stage = stage;
  }

  @Override
  void sample() throws Exception {
    try {
      Map<TopicPartition, CommittedProgress> committed = committed();
      Map<Integer, Long> ends = resultEnds();
      for (SentRequest one : evidence.requests()) {
        if (!claims.containsKey(one.source()) && answered(committed, one.source())) {
          claims.put(one.source(), ends);
        }
      }
    } catch (ExecutionException | TimeoutException unavailable) {
      // The broker does not answer; a later check is enough.
    }
  }

  @Override
  void atEnd() throws Exception {
    claims.forEach(
        (asked, ends) -> {
          String source = asked.toString();
          List<ObservedResult> answers = evidence.answers().getOrDefault(source, List.of());
          askOf(
              source,
              answers.stream().anyMatch(one -> one.offset() < ends.get(one.partition())),
              () ->
                  "committed as answered while its result was not there; results ended at " + ends);
        });
    Map<TopicPartition, CommittedProgress> committed = committed();
    for (SentRequest one : evidence.requests()) {
      askOf(
          one.source().toString(),
          answered(committed, one.source()),
          () -> "has a result, and would be asked for again");
    }
  }

  private static boolean answered(Map<TopicPartition, CommittedProgress> committed, Source source) {
    CommittedProgress progress =
        committed.get(new TopicPartition(source.topic(), source.partition()));
    return progress != null && progress.answered(source.offset());
  }

  private Map<TopicPartition, CommittedProgress> committed()
      throws ExecutionException, TimeoutException, InterruptedException {
    Map<TopicPartition, OffsetAndMetadata> offsets =
        stage
            .admin()
            .listConsumerGroupOffsets(
                Map.of(stage.name(), new ListConsumerGroupOffsetsSpec()),
                new ListConsumerGroupOffsetsOptions().requireStable(true))
            .partitionsToOffsetAndMetadata(stage.name())
            .get(PATIENCE_SECONDS, SECONDS);
    return offsets.entrySet().stream()
        .filter(entry -> entry.getValue() != null)
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry ->
                    CommittedProgress.read(
                        entry.getValue().offset(), entry.getValue().metadata())));
  }

  private Map<Integer, Long> resultEnds()
      throws ExecutionException, TimeoutException, InterruptedException {
    Map<TopicPartition, OffsetSpec> latest =
        stage.resultPartitions().stream()
            .collect(Collectors.toMap(one -> one, one -> OffsetSpec.latest()));
    return stage
        .admin()
        .listOffsets(latest)
        .all()
        .get(PATIENCE_SECONDS, SECONDS)
        .entrySet()
        .stream()
        .collect(
            Collectors.toMap(
                entry -> entry.getKey().partition(), entry -> entry.getValue().offset()));
  }
}
