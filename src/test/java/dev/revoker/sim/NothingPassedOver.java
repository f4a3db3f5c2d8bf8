package dev.revoker.sim;

import dev.revoker.model.Source;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What a commit says of a partition, its offset and its map together, is what has a committed
 * result: no more (a request would be passed over), no less (one would be answered twice).
 */
final class NothingPassedOver extends Guarantee {
  private final Simulation sim;

  NothingPassedOver(Simulation sim) {
    super(sim.world);
    this.sim = sim;
  }

  @Override
  void onCommit(Cluster.Commit commit, List<Committed> results) {
    commit.offsets().forEach(this::check);
    for (Committed committed : results) {
      Source source = committed.made().source();
      ask(
          commit.offsets().containsKey(new TopicPartition(source.topic(), source.partition())),
          () -> "a result without its offset: " + source);
    }
  }

  private void check(TopicPartition partition, OffsetAndMetadata committed) {
    Progress progress = Progress.read(committed.offset(), committed.metadata());
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

  /** A reader of its own for the metadata, after the table in OffsetMap's documentation. */
  record Progress(long nextOffset, long endOffset, Set<Long> unanswered) {
    boolean answered(long offset) {
      return offset < nextOffset || (offset < endOffset && !unanswered.contains(offset));
    }

    static Progress read(long nextOffset, String metadata) {
      if (metadata.isEmpty()) {
        return new Progress(nextOffset, nextOffset, Set.of());
      }
      byte[] bytes = Base64.getUrlDecoder().decode(metadata.substring("1:".length()));
      int[] at = {0};
      Set<Long> unanswered = new HashSet<>();
      long end = nextOffset;
      for (long runs = varint(bytes, at); runs > 0; runs--) {
        long start = end + varint(bytes, at);
        end = start + varint(bytes, at) + 1;
        for (long offset = start; offset < end; offset++) {
          unanswered.add(offset);
        }
      }
      return new Progress(nextOffset, end + varint(bytes, at) + 1, unanswered);
    }

    private static long varint(byte[] bytes, int[] at) {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte next = bytes[at[0]++];
        value |= (next & 0x7fL) << shift;
        if (next >= 0) {
          return value;
        }
      }
    }
  }
}
