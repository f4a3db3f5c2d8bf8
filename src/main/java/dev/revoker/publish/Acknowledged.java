package dev.revoker.publish;

import dev.revoker.model.Result;
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

  /** A result that was sent. */
  record Sent(Result result, int bytes, Future<RecordMetadata> outcome) {}

  private final ResultsView view;
  private final Deque<Sent> last = new ArrayDeque<>();
  private final List<Sent> suspects = new ArrayList<>();
  private final List<Result> owed = new ArrayList<>();
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
      while (last.size() > MOST || lastBytes > MOST_BYTES) {
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
    last.removeIf(one -> carriedOutAgain.test(source(one)));
    lastBytes = last.stream().mapToInt(Sent::bytes).sum();
    suspects.removeIf(one -> carriedOutAgain.test(source(one)));
    owed.removeIf(result -> carriedOutAgain.test(result.request().source()));
  }

  /** Whether they are to be looked for. */
  boolean doubted() {
    return !suspects.isEmpty();
  }

  /** To be sent with the next transaction. */
  List<Result> owed() {
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
    suspects.removeIf(one -> !answered.test(source(one)));
    if (suspects.isEmpty()) {
      return null;
    }
    try {
      Map<TopicPartition, Set<Long>> missing = view.missing(offsets());
      List<Result> gone =
          suspects.stream().filter(one -> isIn(missing, one)).map(Sent::result).toList();
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
        .map(one -> one.outcome().resultNow())
        .collect(
            Collectors.groupingBy(
                sent -> new TopicPartition(sent.topic(), sent.partition()),
                Collectors.mapping(RecordMetadata::offset, Collectors.toSet())));
  }

  private static boolean isIn(Map<TopicPartition, Set<Long>> missing, Sent one) {
    RecordMetadata sent = one.outcome().resultNow();
    return missing
        .getOrDefault(new TopicPartition(sent.topic(), sent.partition()), Set.of())
        .contains(sent.offset());
  }

  private static Source source(Sent one) {
    return one.result().request().source();
  }
}
