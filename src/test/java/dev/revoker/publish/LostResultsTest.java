package dev.revoker.publish;

import static dev.revoker.publish.PublisherRig.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Result;
import dev.revoker.model.Source;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lone broker can take away results that it has acknowledged: they are sent again. */
class LostResultsTest {
  private final ScriptedProducer.Store store = new ScriptedProducer.Store();
  private final ScriptedProducer producer = new ScriptedProducer(store);
  private final Deque<KafkaException> failures = new ArrayDeque<>();
  private final Set<Long> asked = new HashSet<>();
  private Function<Set<Long>, Set<Long>> gone = offsets -> Set.of();
  private final Publisher publisher = PublisherRig.publisher(() -> producer, this::aborted);

  private Map<TopicPartition, Set<Long>> aborted(Map<TopicPartition, Set<Long>> offsets) {
    if (!failures.isEmpty()) {
      throw failures.poll();
    }
    Map<TopicPartition, Set<Long>> aborted = new HashMap<>();
    offsets.forEach(
        (partition, those) -> {
          asked.addAll(those);
          aborted.put(partition, gone.apply(those));
        });
    return aborted;
  }

  private void publish(int... offsets) {
    assertThat(publisher.publish(batch(offsets))).isInstanceOf(Publication.Committed.class);
  }

  private void abort(String step, int offset) {
    producer.failures.put(step, new TransactionAbortableException("aborted"));
    assertThat(publisher.publish(batch(offset))).isInstanceOf(Publication.Aborted.class);
  }

  private List<String> results() {
    return store.results.stream().map(record -> new String(record.key())).toList();
  }

  @BeforeEach
  void open() {
    assertThat(publisher.open()).isInstanceOf(Publication.Committed.class);
  }

  /** All that was acknowledged is taken away, by the abort of a result of this request. */
  private void takenAwayWith(int offset) {
    abort("commit", offset);
    gone = offsets -> offsets;
    store.results.clear();
  }

  @Test
  void whatAnAbortTookAwayIsSentAgainWithTheNextTransaction() {
    publish(0, 1);
    takenAwayWith(2);
    assertThat(publisher.doubts()).isTrue();

    assertThat(publisher.look(source -> true)).isNull();

    assertThat(publisher.doubts()).isFalse();
    assertThat(publisher.owes()).isTrue();
    publish(2);
    assertThat(results()).containsExactly("r-0", "r-1", "r-2");
    assertThat(publisher.owes()).isFalse();
  }

  /** Its readers know it by ce_id, and may have been told of it: nothing in it may differ. */
  @Test
  void itIsTheVerySameRecord() {
    publish(0);
    ProducerRecord<byte[], byte[]> first = store.results.getFirst();
    takenAwayWith(1);
    publisher.look(source -> true);
    publish(1);

    assertThat(store.results.getFirst()).isEqualTo(first);
    assertThat(store.results.getFirst().headers()).isEqualTo(first.headers());
  }

  @Test
  void itIsOwedUntilItIsCommitted() {
    publish(0);
    takenAwayWith(1);
    publisher.look(source -> true);
    abort("commit", 1);

    assertThat(publisher.owes()).isTrue();
    publish(1);
    assertThat(results()).containsExactly("r-0", "r-1");
  }

  @Test
  void aTransactionOfNothingElseWillDo() {
    publish(0);
    takenAwayWith(1);
    publisher.look(source -> true);
    producer.calls.clear();

    Publisher.Batch nothing = new Publisher.Batch(List.of(), Map.of(), batch(0).group());
    assertThat(publisher.publish(nothing)).isInstanceOf(Publication.Committed.class);

    assertThat(producer.calls).containsExactly("begin", "send", "commit");
    assertThat(results()).containsExactly("r-0");
  }

  @Test
  void whatIsThereIsLeftAlone() {
    publish(0, 1);
    abort("commit", 2);

    assertThat(publisher.look(source -> true)).isNull();

    assertThat(asked).hasSize(2);
    assertThat(publisher.owes()).isFalse();
  }

  /** It has reached no partition of results, so it decides over none. */
  @Test
  void anAbortWithoutResultsIsNoReasonToLook() {
    publish(0);
    abort("offsets", 1);

    assertThat(publisher.doubts()).isFalse();
  }

  @Test
  void aLostProducerIsAReason() {
    publish(0);
    producer.commits.add(ScriptedProducer.Commit.FENCED);
    assertThat(publisher.publish(batch(1))).isInstanceOf(Publication.ProducerLost.class);

    assertThat(publisher.doubts()).isTrue();
  }

  @Test
  void whatIsCarriedOutAgainGetsItsResultByThat() {
    publish(0, 1, 2);
    takenAwayWith(3);
    publisher.forget(source -> source.offset() == 0);

    assertThat(publisher.look(source -> source.offset() != 1)).isNull();
    publish(3);

    assertThat(results()).containsExactly("r-2", "r-3");
  }

  @Test
  void whatIsOwedAndThenCarriedOutAgainIsNotSent() {
    publish(0);
    abort("commit", 1);
    gone = offsets -> offsets;
    publisher.look(source -> true);
    publisher.forget(new Source("requests", 0, 1)::equals);
    assertThat(publisher.owes()).as("another one").isTrue();
    publisher.forget(new Source("requests", 0, 0)::equals);

    assertThat(publisher.owes()).isFalse();
  }

  @Test
  void whatWasCarriedOutAgainBeforeIsNotLookedFor() {
    publish(0, 1);
    publisher.forget(new Source("requests", 0, 0)::equals);
    takenAwayWith(2);
    publisher.look(source -> true);
    publish(2);

    assertThat(results()).containsExactly("r-1", "r-2");
  }

  @Test
  void whatWasSentAgainIsNotSentOnceMore() {
    publish(0);
    takenAwayWith(1);
    publisher.look(source -> true);
    publish(1);
    abort("commit", 2);
    Set<Long> before = Set.copyOf(asked);
    gone = offsets -> offsets.stream().filter(before::contains).collect(Collectors.toSet());
    publisher.look(source -> true);
    publish(2);

    assertThat(results()).containsExactly("r-0", "r-1", "r-2");
  }

  @Test
  void theEndOfOneMayTakeSeveralAway() {
    IntStream.range(0, 10).forEach(this::publish);
    takenAwayWith(10);
    publisher.look(source -> true);

    publish(10);

    assertThat(results()).hasSize(11);
  }

  @Test
  void ofManyTheLastAreKept() {
    for (int transaction = 0; transaction < 12; transaction++) {
      publish(IntStream.range(50 * transaction, 50 * (transaction + 1)).toArray());
    }
    takenAwayWith(1_000);
    publisher.look(source -> true);

    publish(1_000);

    assertThat(results()).hasSize(501).startsWith("r-100").endsWith("r-599", "r-1000");
  }

  /** A result may be as large as its request, and 500 of those would not fit into the heap. */
  @Test
  void ofLargeOnesFewerAre() {
    for (int offset = 0; offset < 40; offset++) {
      Result large = PublisherRig.result(offset, Map.of("k", "x".repeat(60_000)));
      assertThat(publisher.publish(batch(large))).isInstanceOf(Publication.Committed.class);
    }
    takenAwayWith(1_000);
    publisher.look(source -> true);

    publish(1_000);

    assertThat(results()).hasSizeBetween(16, 18).contains("r-39");
  }

  /** What an idle worker sent last week is not looked for among all that came since. */
  @Test
  void whatIsFromLongBeforeTheLastIsNotKept() {
    Acknowledged acknowledged = new Acknowledged(this::aborted);
    acknowledged.committed(List.of(sent(0, 1_000)));
    acknowledged.committed(List.of(sent(1, 11_000)));
    acknowledged.committed(List.of(sent(2, 11_001)));
    acknowledged.doubt();

    assertThat(acknowledged.look(source -> true)).isNull();

    assertThat(asked).containsExactlyInAnyOrder(1L, 2L);
  }

  private static Acknowledged.Sent sent(int offset, long timestampMs) {
    return new Acknowledged.Sent(
        new Source("requests", 0, offset),
        new ProducerRecord<>("results", new byte[0]),
        CompletableFuture.completedFuture(
            new RecordMetadata(new TopicPartition("results", 0), offset, 0, timestampMs, 0, 0)));
  }

  @Test
  void nobodyWaitsForEverForALookThatFails() {
    publish(0);
    abort("commit", 1);
    for (int look = 1; look <= 10; look++) {
      failures.add(new TimeoutException("not decided"));
      String why = publisher.look(source -> true);
      assertThat(why == null).isEqualTo(look == 10);
      assertThat(publisher.doubts()).isEqualTo(look < 10);
    }
    publish(1);
  }

  @Test
  void aWorkerThatMayNotReadResultsLooksOnce() {
    publish(0);
    abort("commit", 1);
    failures.add(new TopicAuthorizationException("not authorized"));

    assertThat(publisher.look(source -> true)).isNull();

    assertThat(publisher.doubts()).isFalse();
  }
}
