package dev.revoker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.ResultWriter;
import dev.revoker.model.Request;
import dev.revoker.model.Request.Echo;
import dev.revoker.model.Result;
import dev.revoker.model.ResultError;
import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** A publisher whose producers are scripted, and what it publishes. */
final class PublisherRig {
  static final TopicPartition PARTITION = new TopicPartition("requests", 0);

  final ScriptedProducer.Store store = new ScriptedProducer.Store();
  final List<ScriptedProducer> made = new ArrayList<>();
  final TransactionalPublisher publisher = publisher(this::next);

  private Producer<byte[], byte[]> current;
  private Transaction transaction;

  /** Done to each producer that is made. */
  Consumer<ScriptedProducer> eachProducer = producer -> {};

  ScriptedProducer next() {
    ScriptedProducer producer = new ScriptedProducer(store);
    made.add(producer);
    eachProducer.accept(producer);
    return producer;
  }

  static TransactionalPublisher publisher(Supplier<ScriptedProducer> producers) {
    return new TransactionalPublisher(
        producers::get, new ResultWriter("w-1", "revoker"), "results");
  }

  /** Opens a producer, unless there is one. */
  void open() {
    if (current == null) {
      assertThat(publisher.open())
          .isInstanceOfSatisfying(
              TransactionResult.Opened.class, opened -> current = opened.producer());
    }
  }

  /** Commits in a new transaction. */
  TransactionResult publish(List<TrackedRequest> requests) {
    transaction =
        new Transaction(
            Objects.requireNonNull(current),
            requests,
            List.of(),
            new MockConsumer<byte[], byte[]>("earliest").groupMetadata(),
            0);
    return resume();
  }

  /** Goes on with the transaction. */
  TransactionResult resume() {
    return noted(publisher.advance(transaction));
  }

  /** Aborts it again. */
  TransactionResult abort() {
    return noted(publisher.abort(transaction, "again"));
  }

  private TransactionResult noted(TransactionResult result) {
    if (result instanceof TransactionResult.ProducerLost) {
      current = null;
    }
    return result;
  }

  ScriptedProducer producer() {
    return made.getLast();
  }

  List<String> ids() {
    return store.results.stream()
        .map(record -> new String(record.key(), StandardCharsets.UTF_8))
        .toList();
  }

  String text(int index) {
    return new String(store.results.get(index).value(), StandardCharsets.UTF_8);
  }

  static List<TrackedRequest> batch(int... offsets) {
    return batch(IntStream.of(offsets).mapToObj(i -> result(i, Map.of())).toArray(Result[]::new));
  }

  static List<TrackedRequest> batch(Result... results) {
    Partition partition =
        new Partition(PARTITION, new Lane("standard", PARTITION.topic(), 1, false));
    partition.identity = new TopicIdPartition(Uuid.ONE_UUID, PARTITION);
    PartitionProgress progress = PartitionProgress.from(OffsetMap.none());
    partition.progress = progress;
    CompletionQueue completions = new CompletionQueue(() -> {}, WakeupSignal.betweenThreads());
    List<TrackedRequest> requests = new ArrayList<>();
    for (Result result : results) {
      TrackedRequest request = new TrackedRequest(partition, result.request(), 0, completions);
      request.answered(result);
      requests.add(request);
      progress.deliver(request.offset());
    }
    return requests;
  }

  static Result result(int offset, Map<String, String> labels) {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    Echo echo =
        new Echo("r-" + offset, null, "acme", "left", "eve", now.toString(), labels, null, null);
    return Result.rejected(
        new Request.Invalid(
            new Source("requests", 0, offset),
            "standard",
            now,
            now,
            echo,
            new ResultError(ResultError.MALFORMED_REQUEST, "why")),
        now);
  }
}
