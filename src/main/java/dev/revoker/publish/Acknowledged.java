package dev.revoker.publish;

import dev.revoker.model.Source;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The results that were acknowledged last, and what became of them. A broker that leaves out the
 * markers of a commit lets the end of the next transaction decide over its records too, so that an
 * abort takes away what was acknowledged (docs/DESIGN.md, "What is not obvious"). After an abort
 * they are looked for, and those that are gone are owed: sent once more. Used by one thread.
 */
final class Acknowledged {
  private static final Logger LOG = LoggerFactory.getLogger(Acknowledged.class);

  /** They outlast the restart of a broker. */
  private static final int LOOKS = 10;

  /**
   * The end of one transaction may decide over several before it. Those whose markers a broker left
   * out are the ones just before its restart; more would only cost memory, of which a worker has
   * little.
   */
  private static final int MOST = 500;

  private static final int MOST_BYTES = 1 << 20;

  /** Nor any from long before: who looks for them would read all that others wrote in between. */
  private static final long LONGEST_MS = 10_000;

  /**
   * A result that was sent, as it was sent: what is kept holds nothing of the request but what was
   * published, least of all its key.
   */
  record Sent(
      Source source, ProducerRecord<byte[], byte[]> record, Future<RecordMetadata> outcome) {
    int bytes() {
      return record.value().length;
    }

    /** By the clock that the topic goes by; only once it is acknowledged, as what follows. */
    long timestampMs() {
      return outcome.resultNow().timestamp();
    }

    TopicPartition partition() {
      return new TopicPartition(outcome.resultNow().topic(), outcome.resultNow().partition());
    }

    long offset() {
      return outcome.resultNow().offset();
    }
  }

  private final ResultsView view;
  private final Deque<Sent> last = new ArrayDeque<>();
  private final List<Sent> suspects = new ArrayList<>();
  private final List<Sent> owed = new ArrayList<>();
  private int lastBytes;
  private int looks;

  Acknowledged(ResultsView view) {
    this.view = view;
  }

  /** These were acknowledged, and with them all that was owed. */
  void committed(List<Sent> sent) {
    for (Sent one : sent) {
      last.addLast(one);
      lastBytes += one.bytes();
      while (last.size() > MOST
          || lastBytes > MOST_BYTES
          || last.getFirst().timestampMs() < one.timestampMs() - LONGEST_MS) {
        lastBytes -= last.removeFirst().bytes();
      }
    }
    owed.clear();
  }

  /** A transaction that had sent results was aborted, or is going to be. */
  void doubt() {
    suspects.addAll(last);
    last.clear();
    lastBytes = 0;
    looks = 0;
  }

  /** These requests get another result. */
  void forget(Predicate<Source> carriedOutAgain) {
    last.removeIf(one -> carriedOutAgain.test(one.source()));
    lastBytes = last.stream().mapToInt(Sent::bytes).sum();
    suspects.removeIf(one -> carriedOutAgain.test(one.source()));
    owed.removeIf(one -> carriedOutAgain.test(one.source()));
  }

  /** Whether they are to be looked for. */
  boolean doubted() {
    return !suspects.isEmpty();
  }

  /** To be sent with the next transaction. */
  List<Sent> owed() {
    return owed;
  }

  /**
   * Looks for them.
   *
   * @param answered whether the request counts as answered: one that does not is carried out again,
   *     and gets its result by that
   * @return why it can't be told yet, or null
   */
  @Nullable String look(Predicate<Source> answered) {
    suspects.removeIf(one -> !answered.test(one.source()));
    if (suspects.isEmpty()) {
      return null;
    }
    try {
      Map<TopicPartition, Set<Long>> aborted = view.aborted(offsets());
      List<Sent> gone =
          suspects.stream()
              .filter(one -> aborted.getOrDefault(one.partition(), Set.of()).contains(one.offset()))
              .toList();
      if (!gone.isEmpty()) {
        LOG.atWarn()
            .addKeyValue("results", gone.size())
            .log("the broker has lost results that it had acknowledged: they are sent again");
        owed.addAll(gone);
      }
      suspects.clear();
      return null;
    } catch (KafkaException failed) {
      if (!(failed instanceof AuthorizationException) && ++looks < LOOKS) {
        return "the last results cannot be looked for: " + failed.getMessage();
      }
      LOG.atInfo()
          .addKeyValue("results", suspects.size())
          .addKeyValue("cause", failed.toString())
          .log("whether the results before an aborted transaction are there could not be seen");
      suspects.clear();
      return null;
    }
  }

  private Map<TopicPartition, Set<Long>> offsets() {
    return suspects.stream()
        .collect(
            Collectors.groupingBy(
                Sent::partition, Collectors.mapping(Sent::offset, Collectors.toSet())));
  }
}
