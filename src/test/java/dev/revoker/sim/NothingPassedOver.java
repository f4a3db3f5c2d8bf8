package dev.revoker.sim;

import dev.revoker.model.Source;
import java.util.List;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The requests that a commit's offset and metadata call answered are those that have a committed
 * result: no more (a request would be skipped), no less (one would be answered twice).
 */
final class NothingPassedOver extends SimGuarantee {
  private final Simulation sim;

  NothingPassedOver(Simulation sim) {
    super(sim.world);
    this.sim = sim;
  }

  @Override
  void onCommit(SimBrokers.Commit commit, List<Committed> results) {
    commit.offsets().forEach(this::check);
    for (Committed committed : results) {
      Source source = committed.made().source();
      ask(
          commit.offsets().containsKey(new TopicPartition(source.topic(), source.partition())),
          () -> "a result without its offset: " + source);
    }
  }

  private void check(TopicPartition partition, OffsetAndMetadata committed) {
    CommittedProgress progress = CommittedProgress.read(committed.offset(), committed.metadata());
    sim.ledger
        .in(partition)
        .forEach(
            (offset, made) -> {
              boolean answered = !made.results().isEmpty();
              ask(
                  progress.answered(offset) == answered,
                  () ->
                      "%s is %s, and committed is %s"
                          .formatted(made, answered ? "answered" : "not answered", progress));
            });
  }
}
