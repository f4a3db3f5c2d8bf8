package dev.revoker.publish;

import static dev.revoker.publish.PublisherRig.batch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Result;
import dev.revoker.model.Source;
import java.util.ArrayDeque;
import java.util.Collections;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    assertThat(publisher.acknowledged().doubted()).isTrue();

    assertThat(publisher.acknowledged().look(source -> true)).isNull();

    assertThat(publisher.acknowledged().doubted()).isFalse();
    assertThat(publisher.acknowledged().owes()).isTrue();
    publish(2);
    assertThat(results()).containsExactly("r-0", "r-1", "r-2");
    assertThat(publisher.acknowledged().owes()).isFalse();
  }

  /** Its readers know it by ce_id, and may have been told of it: nothing in it may differ. */
  @Test
  void itIsTheVerySameRecord() {
    publish(0);
    ProducerRecord<byte[], byte[]> first = store.results.getFirst();
    takenAwayWith(1);
    publisher.acknowledged().look(source -> true);
    publish(1);

    ProducerRecord<byte[], byte[]> second = store.results.getFirst();
    assertThat(second.key()).isEqualTo(first.key());
    assertThat(second.value()).isEqualTo(first.value());
    assertThat(second.headers()).isEqualTo(first.headers());
  }

  @Test
  void itIsOwedUntilItIsCommitted() {
    publish(0);
    takenAwayWith(1);
    publisher.acknowledged().look(source -> true);
    abort("commit", 1);

    assertThat(publisher.acknowledged().owes()).isTrue();
    publish(1);
    assertThat(results()).containsExactly("r-0", "r-1");
  }

  @Test
  void aTransactionOfNothingElseWillDo() {
    publish(0);
    takenAwayWith(1);
    publisher.acknowledged().look(source -> true);
    producer.calls.clear();

    Batch nothing = new Batch(List.of(), Map.of(), batch(0).group());
    assertThat(publisher.publish(nothing)).isInstanceOf(Publication.Committed.class);

    assertThat(producer.calls).containsExactly("begin", "send", "commit");
    assertThat(results()).containsExactly("r-0");
  }

  @Test
  void whatIsThereIsLeftAlone() {
    publish(0, 1);
    abort("commit", 2);

    assertThat(publisher.acknowledged().look(source -> true)).isNull();

    assertThat(asked).hasSize(2);
    assertThat(publisher.acknowledged().owes()).isFalse();
  }

  /** It has reached no partition of results, so it decides over none. */
  @Test
  void anAbortWithoutResultsIsNoReasonToLook() {
    publish(0);
    abort("offsets", 1);

    assertThat(publisher.acknowledged().doubted()).isFalse();
  }

  @Test
  void aLostProducerIsAReason() {
    publish(0);
    producer.commits.add(ScriptedProducer.Commit.FENCED);
    assertThat(publisher.publish(batch(1))).isInstanceOf(Publication.ProducerLost.class);

    assertThat(publisher.acknowledged().doubted()).isTrue();
  }

  @Test
  void whatIsCarriedOutAgainGetsItsResultByThat() {
    publish(0, 1, 2);
    takenAwayWith(3);
    publisher.acknowledged().forget(source -> source.offset() == 0);

    assertThat(publisher.acknowledged().look(source -> source.offset() != 1)).isNull();
    publish(3);

    assertThat(results()).containsExactly("r-2", "r-3");
  }

  @Test
  void whatIsOwedAndThenCarriedOutAgainIsNotSent() {
    publish(0);
    abort("commit", 1);
    gone = offsets -> offsets;
    publisher.acknowledged().look(source -> true);
    publisher.acknowledged().forget(new Source("requests", 0, 1)::equals);
    assertThat(publisher.acknowledged().owes()).as("another one").isTrue();
    publisher.acknowledged().forget(new Source("requests", 0, 0)::equals);

    assertThat(publisher.acknowledged().owes()).isFalse();
  }

  @Test
  void whatWasCarriedOutAgainBeforeIsNotLookedFor() {
    publish(0, 1);
    publisher.acknowledged().forget(new Source("requests", 0, 0)::equals);
    takenAwayWith(2);
    publisher.acknowledged().look(source -> true);
    publish(2);

    assertThat(results()).containsExactly("r-1", "r-2");
  }

  @Test
  void whatWasSentAgainIsNotSentOnceMore() {
    publish(0);
    takenAwayWith(1);
    publisher.acknowledged().look(source -> true);
    publish(1);
    abort("commit", 2);
    Set<Long> before = Set.copyOf(asked);
    gone = offsets -> offsets.stream().filter(before::contains).collect(Collectors.toSet());
    publisher.acknowledged().look(source -> true);
    publish(2);

    assertThat(results()).containsExactly("r-0", "r-1", "r-2");
  }

  @Test
  void theEndOfOneMayTakeSeveralAway() {
    IntStream.range(0, 10).forEach(this::publish);
    takenAwayWith(10);
    publisher.acknowledged().look(source -> true);

    publish(10);

    assertThat(results()).hasSize(11);
  }

  @Test
  void ofManyTheLastAreKept() {
    for (int transaction = 0; transaction < 12; transaction++) {
      publish(IntStream.range(50 * transaction, 50 * (transaction + 1)).toArray());
    }
    takenAwayWith(1_000);
    publisher.acknowledged().look(source -> true);

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
    publisher.acknowledged().look(source -> true);

    publish(1_000);

    assertThat(results()).hasSizeBetween(16, 18).contains("r-39");
  }

  /** What no broker took has no offset, and is still owed. */
  @Test
  void ofWhatWasSentAgainOnlyWhatABrokerTookIsInDoubt() {
    Acknowledged acknowledged = new Acknowledged(this::aborted);
    acknowledged.committed(List.of(sent(0, 0), sent(1, 0)));
    acknowledged.doubt();
    gone = offsets -> offsets;
    acknowledged.look(source -> true);
    asked.clear();
    Sent notTaken =
        new Sent(
            new Source("requests", 0, 1),
            new ProducerRecord<>("results", new byte[0]),
            new CompletableFuture<>());

    acknowledged.lost(List.of(sent(0, 0), notTaken, sent(2, 0)));

    assertThat(acknowledged.owed())
        .extracting(Sent::source)
        .containsExactly(new Source("requests", 0, 1));
    acknowledged.look(source -> true);
    assertThat(asked).containsExactly(0L);
  }

  /** What an idle worker sent last week is not looked for among all that came since. */
  @Test
  void whatIsFromLongBeforeTheLastIsNotKept() {
    Acknowledged acknowledged = new Acknowledged(this::aborted);
    acknowledged.committed(List.of(sent(0, 1_000)));
    acknowledged.committed(List.of(sent(1, 31_000)));
    acknowledged.committed(List.of(sent(2, 31_001)));
    acknowledged.doubt();

    assertThat(acknowledged.look(source -> true)).isNull();

    assertThat(asked).containsExactlyInAnyOrder(1L, 2L);
  }

  private static Sent sent(int offset, long timestampMs) {
    return new Sent(
        new Source("requests", 0, offset),
        new ProducerRecord<>("results", new byte[0]),
        CompletableFuture.completedFuture(
            new RecordMetadata(new TopicPartition("results", 0), offset, 0, timestampMs, 0, 0)));
  }

  /** What was sent again may be committed all the same. */
  @Test
  void afterALostProducerWhatWasSentAgainIsLookedForToo() {
    publish(0);
    takenAwayWith(1);
    publisher.acknowledged().look(source -> true);
    producer.commits.add(ScriptedProducer.Commit.DONE_FENCED);
    assertThat(publisher.publish(batch(1))).isInstanceOf(Publication.ProducerLost.class);
    assertThat(publisher.acknowledged().owes()).isFalse();
    gone = offsets -> Set.of();
    publisher.acknowledged().look(source -> true);

    assertThat(publisher.acknowledged().owes()).isFalse();
    assertThat(results()).containsExactly("r-0", "r-1");
  }

  private Set<Long> reclaimed() {
    return publisher.acknowledged().reclaim(source -> true);
  }

  @Test
  void ofLostOffsetsThoseAreToldWhoseResultsAreHeld() {
    publish(3, 5);
    takenAwayWith(6);
    publisher.acknowledged().look(source -> true);
    publish(7);

    assertThat(reclaimed()).as("sent, and sent again").containsExactlyInAnyOrder(3L, 5L, 7L);
    assertThat(publisher.acknowledged().reclaim(source -> source.partition() == 1)).isEmpty();
    publisher.acknowledged().forget(new Source("requests", 0, 3)::equals);
    assertThat(reclaimed()).containsExactlyInAnyOrder(5L, 7L);
  }

  @Test
  void whatIsOwedIsHeldToo() {
    publish(0);
    takenAwayWith(1);
    publisher.acknowledged().look(source -> true);

    assertThat(reclaimed()).containsExactly(0L);
    assertThat(publisher.acknowledged().reclaims()).as("its end is known").isFalse();
  }

  @Test
  void theirEndIsDecidedByATransactionThatIsAborted() {
    publish(0, 1, 2);
    reclaimed();
    assertThat(publisher.acknowledged().isUndecided()).isTrue();
    producer.calls.clear();

    assertThat(publisher.decide()).isInstanceOf(Publication.Aborted.class);

    assertThat(producer.calls)
        .as("one partition")
        .containsExactly("begin", "send", "flush", "abort");
    assertThat(publisher.acknowledged().isUndecided()).isFalse();
    assertThat(publisher.acknowledged().reclaims()).isTrue();
    gone = offsets -> offsets.stream().filter(offset -> offset == 1).collect(Collectors.toSet());
    assertThat(publisher.acknowledged().look(source -> true)).isNull();
    assertThat(publisher.acknowledged().reclaims()).isFalse();
    publish(3);
    assertThat(results()).containsExactly("r-0", "r-1", "r-2", "r-1", "r-3");
  }

  /** Also where the transaction before it is still being aborted. */
  @ParameterizedTest
  @ValueSource(strings = {"begin", "send", "abort"})
  void itIsNotDecidedByOneThatFails(String step) {
    publish(0);
    reclaimed();
    producer.failures.put(step, new TransactionAbortableException("aborted"));

    Publication failed = publisher.decide();
    assertThat(publisher.acknowledged().isUndecided()).isTrue();

    if (failed instanceof Publication.ProducerLost) {
      return;
    }
    assertThat(publisher.decide()).isInstanceOf(Publication.Aborted.class);
    assertThat(publisher.acknowledged().isUndecided()).isFalse();
  }

  @Test
  void anAbortThatIsUnderWayEndsFirst() {
    publish(0);
    producer.lateAbort = true;
    abort("commit", 1);
    reclaimed();

    assertThat(publisher.decide()).isInstanceOf(Publication.Aborted.class);
    assertThat(publisher.acknowledged().isUndecided()).isTrue();
    producer.lateAbort = false;
    publisher.decide();
    assertThat(publisher.acknowledged().isUndecided()).isTrue();
    publisher.decide();
    assertThat(publisher.acknowledged().isUndecided()).isFalse();
  }

  /** What was not taken by a broker has reached no partition. */
  @Test
  void norByOneThatNoBrokerTook() {
    publish(0);
    reclaimed();
    store.brokerMaxValueBytes = 0;

    publisher.decide();

    assertThat(publisher.acknowledged().isUndecided()).isTrue();
  }

  @Test
  void aSecondResultIsBetterThanNone() {
    publish(0);
    reclaimed();
    publisher.decide();
    failures.add(new TopicAuthorizationException("not authorized"));

    assertThat(publisher.acknowledged().look(source -> true)).isNull();

    assertThat(publisher.acknowledged().reclaims()).isFalse();
    publish(1);
    assertThat(results()).containsExactly("r-0", "r-0", "r-1");
  }

  /** Else its first result would become visible with the second. */
  @Test
  void whatIsCarriedOutAgainIsDecidedAllTheSame() {
    publish(0);
    reclaimed();
    publisher.acknowledged().forget(new Source("requests", 0, 0)::equals);

    assertThat(publisher.acknowledged().reclaims()).isFalse();
    assertThat(publisher.acknowledged().isUndecided()).isTrue();
  }

  @Test
  void whatIsAnotherWorkersNowIsNotSentAgain() {
    publish(0, 1);
    takenAwayWith(2);
    reclaimed();
    publisher.decide();
    publisher.acknowledged().look(source -> true);
    publisher.acknowledged().keepReclaimed(source -> source.offset() == 1);

    publish(2);

    assertThat(results()).containsExactly("r-1", "r-2");
  }

  @Test
  void norKeepsItAnythingWaiting() {
    publish(0);
    reclaimed();
    publisher.decide();
    publisher.acknowledged().keepReclaimed(source -> false);

    assertThat(publisher.acknowledged().reclaims()).isFalse();
    assertThat(publisher.acknowledged().look(source -> true)).isNull();
    assertThat(asked).isEmpty();
  }

  @Test
  void thoseWhoseOffsetsAreLostAreLookedForByThemselves() {
    publish(0, 1);
    publisher.acknowledged().reclaim(source -> source.offset() != 0);
    publisher.decide();

    assertThat(publisher.acknowledged().look(source -> true)).isNull();

    assertThat(asked).containsExactly(1L);
    assertThat(publisher.acknowledged().doubted()).as("the other").isTrue();
    assertThat(publisher.acknowledged().look(source -> true)).isNull();
    assertThat(asked).containsExactlyInAnyOrder(0L, 1L);
    assertThat(publisher.acknowledged().doubted()).isFalse();
  }

  /** No later abort can take it away. Its offsets may be lost even so. */
  @Test
  void whatWasFoundIsHeldAndNotLookedForAgain() {
    publish(0, 1);
    abort("commit", 2);
    publisher.acknowledged().look(source -> true);
    abort("commit", 2);
    assertThat(publisher.acknowledged().doubted()).isFalse();

    assertThat(reclaimed()).containsExactlyInAnyOrder(0L, 1L);
    assertThat(publisher.acknowledged().reclaims()).isFalse();
    assertThat(publisher.acknowledged().isUndecided()).isFalse();
    assertThat(publisher.acknowledged().hasReclaimed()).isTrue();
    publish(2);
    assertThat(results()).containsExactly("r-0", "r-1", "r-2");
    assertThat(publisher.acknowledged().hasReclaimed()).isFalse();
  }

  @Test
  void whatWasFoundAndIsCarriedOutAgainIsNotHeld() {
    publish(0, 1);
    abort("commit", 2);
    publisher.acknowledged().look(source -> true);
    publisher.acknowledged().forget(new Source("requests", 0, 0)::equals);

    assertThat(reclaimed()).containsExactly(1L);
  }

  @Test
  void whatCouldNotBeSeenMayBeLookedForAfterAnotherAbort() {
    publish(0);
    abort("commit", 1);
    failures.add(new TopicAuthorizationException("not authorized"));
    publisher.acknowledged().look(source -> true);
    takenAwayWith(1);
    publisher.acknowledged().look(source -> true);
    publish(1);

    assertThat(results()).containsExactly("r-0", "r-1");
  }

  /** Its offset is committed; the next owner will not send it. */
  @Test
  void whatWasSentAgainIsLookedForThoughItsPartitionHasGone() {
    publish(0);
    takenAwayWith(1);
    publisher.acknowledged().look(source -> true);
    producer.commits.add(ScriptedProducer.Commit.FENCED);
    assertThat(publisher.publish(batch(1))).isInstanceOf(Publication.ProducerLost.class);
    assertThat(publisher.acknowledged().mayOwe()).isTrue();

    publisher.acknowledged().look(source -> false);

    assertThat(publisher.acknowledged().owes()).isTrue();
    assertThat(publisher.acknowledged().mayOwe()).isFalse();
  }

  @Test
  void eachLossHasItsOwnTries() {
    publish(0);
    abort("commit", 1);
    failures.addAll(Collections.nCopies(9, new TimeoutException("not decided")));
    for (int look = 0; look < 9; look++) {
      publisher.acknowledged().look(source -> true);
    }
    reclaimed();
    publisher.decide();
    failures.add(new TimeoutException("not decided"));

    assertThat(publisher.acknowledged().look(source -> true)).isNotNull();

    assertThat(publisher.acknowledged().owes()).isFalse();
  }

  @Test
  void onceTheirOffsetsAreCommittedTheyAreAsAllOthers() {
    publish(0);
    reclaimed();
    publisher.decide();
    publisher.acknowledged().look(source -> true);
    publish(1);
    publisher.acknowledged().keepReclaimed(source -> false);

    assertThat(reclaimed()).containsExactlyInAnyOrder(0L, 1L);
  }

  /** Of what is committed as answered nothing was lost but, perhaps, the result. */
  @Test
  void whoseOffsetsAreThereIsLookedForAsEver() {
    publish(0, 1);
    assertThat(publisher.acknowledged().reclaim(source -> source.offset() != 0))
        .containsExactly(1L);
    publisher.decide();
    failures.add(new TopicAuthorizationException("not authorized"));
    publisher.acknowledged().look(source -> true);
    publish(2);

    assertThat(results()).containsExactly("r-0", "r-1", "r-1", "r-2");
  }

  /** The broker may lose the markers of that abort, too. */
  @Test
  void whatIsStillUndecidedIsDecidedAgain() {
    publish(0);
    reclaimed();
    publisher.decide();
    failures.add(new TimeoutException("not decided"));
    assertThat(publisher.acknowledged().look(source -> true)).isNotNull();

    assertThat(publisher.acknowledged().isUndecided()).isTrue();
  }

  @Test
  void nobodyDecidesForEver() {
    publish(0);
    reclaimed();
    store.brokerMaxValueBytes = 0;
    for (int time = 0; time < 10; time++) {
      assertThat(publisher.acknowledged().isUndecided()).isTrue();
      publisher.decide();
    }

    assertThat(publisher.acknowledged().isUndecided()).isFalse();
    assertThat(publisher.acknowledged().reclaims()).isFalse();
    assertThat(publisher.acknowledged().owes()).isTrue();
  }

  /**
   * What was sent again with a lost producer, and cannot be looked for, must not be lost by that.
   */
  @Test
  void whatMayHaveBeenSentAgainIsSentOnceMoreWhereNobodyCanSee() {
    publish(0);
    takenAwayWith(1);
    publisher.acknowledged().look(source -> true);
    producer.commits.add(ScriptedProducer.Commit.FENCED);
    assertThat(publisher.publish(batch(1))).isInstanceOf(Publication.ProducerLost.class);
    failures.add(new TopicAuthorizationException("not authorized"));

    publisher.acknowledged().look(source -> true);

    assertThat(publisher.acknowledged().owes()).isTrue();
  }

  @Test
  void nobodyWaitsForEverForALookThatFails() {
    publish(0);
    abort("commit", 1);
    for (int look = 1; look <= 10; look++) {
      failures.add(new TimeoutException("not decided"));
      String why = publisher.acknowledged().look(source -> true);
      assertThat(why)
          .isEqualTo(look == 10 ? null : "the last results cannot be looked for: not decided");
      assertThat(publisher.acknowledged().doubted()).isEqualTo(look < 10);
    }
    publish(1);
  }

  @Test
  void aWorkerThatMayNotReadResultsLooksOnce() {
    publish(0);
    abort("commit", 1);
    failures.add(new TopicAuthorizationException("not authorized"));

    assertThat(publisher.acknowledged().look(source -> true)).isNull();

    assertThat(publisher.acknowledged().doubted()).isFalse();
  }
}
