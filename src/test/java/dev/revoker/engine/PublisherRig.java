package dev.revoker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.ResultWriter;
import dev.revoker.model.Echo;
import dev.revoker.model.Request;
import dev.revoker.model.Result;
import dev.revoker.model.ResultError;
import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** A publisher whose producers are scripted, and what it publishes. */
final class PublisherRig {
  static final TopicPartition PARTITION = new TopicPartition("requests", 0);

  /** Little, for what a scripted producer holds does not come by itself. */
  private static final long MAX_BLOCK_MS = 5;

  final ScriptedProducer.Store store = new ScriptedProducer.Store();
  final List<ScriptedProducer> made = new ArrayList<>();
  final Publisher publisher = publisher(this::next);

  /** Done to each producer that is made. */
  Consumer<ScriptedProducer> eachProducer = producer -> {};

  ScriptedProducer next() {
    ScriptedProducer producer = new ScriptedProducer(store);
    made.add(producer);
    eachProducer.accept(producer);
    return producer;
  }

  static Publisher publisher(Supplier<ScriptedProducer> producers) {
    return new Publisher(
        producers::get, new ResultWriter("w-1", "revoker"), "results", MAX_BLOCK_MS);
  }

  void open() {
    assertThat(publisher.open()).isInstanceOf(Publication.Committed.class);
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

  static Batch batch(int... offsets) {
    return batch(IntStream.of(offsets).mapToObj(i -> result(i, Map.of())).toArray(Result[]::new));
  }

  static Batch batch(Result... results) {
    long next = results[results.length - 1].request().source().offset() + 1;
    return new Batch(
        List.of(results),
        Map.of(PARTITION, new OffsetAndMetadata(next, "")),
        new MockConsumer<byte[], byte[]>("earliest").groupMetadata());
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
