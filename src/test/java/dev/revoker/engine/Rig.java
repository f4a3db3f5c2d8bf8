package dev.revoker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.config.Config;
import dev.revoker.config.ConfigLoader;
import dev.revoker.config.Loaded;
import dev.revoker.message.Fingerprints;
import dev.revoker.message.RequestReader;
import dev.revoker.message.ResultWriter;
import dev.revoker.model.Result;
import dev.revoker.time.ManualTime;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TransactionAbortableException;

/** The loop with a fake broker, a fake dispatcher and a manual clock, on one thread. */
final class Rig {
  static final TopicPartition URGENT = new TopicPartition("key-revocations.urgent", 0);
  static final TopicPartition ZERO = new TopicPartition("key-revocations", 0);
  static final TopicPartition ONE = new TopicPartition("key-revocations", 1);
  static final byte[] VALID =
      "{\"api_securekey\":\"968a8b637a5040159424872fffdb895b\"}".getBytes(StandardCharsets.UTF_8);

  static final Uuid URGENT_ID = new Uuid(1, 2);
  static final Uuid STANDARD_ID = new Uuid(3, 4);

  final ManualTime time = new ManualTime();
  final ScriptedProducer.Store store = new ScriptedProducer.Store();
  final List<ScriptedProducer> producers = new ArrayList<>();
  final FakeConsumer consumer = new FakeConsumer(store);
  final FakeWork work = new FakeWork();

  /** The results that the listener received. */
  final List<Result> reported = new ArrayList<>();

  /** The durations of the transactions that the listener received. */
  final List<Long> toldNanos = new ArrayList<>();

  /** Runs while the loop waits for a signal, one for each wait. */
  final Deque<Runnable> whileWaiting = new ArrayDeque<>();

  /** Thrown by the next look-ups of topic ids, one each. */
  final Deque<KafkaException> topicIdFailures = new ArrayDeque<>();

  /** How long ago the group heard of this worker. */
  long heartbeatAgeMs;

  /** Prepares each new producer. */
  Consumer<ScriptedProducer> eachProducer = producer -> {};

  final RequestLoop loop;

  Rig() {
    this(Map.of());
  }

  Rig(Map<String, String> settings) {
    loop =
        new RequestLoop(
            config(settings),
            consumer,
            new TransactionalPublisher(
                this::newProducer, new ResultWriter("w-1", "revoker"), "results"),
            topics -> topicIds(),
            new RequestReader(Set.of("acme"), "acme", new Fingerprints(null)),
            work,
            () -> heartbeatAgeMs,
            (results, nanos) -> {
              reported.addAll(results);
              toldNanos.add(nanos);
            },
            wakeupSignal(),
            time);
    loop.begin();
  }

  private Map<String, Uuid> topicIds() {
    KafkaException failure = topicIdFailures.poll();
    if (failure != null) {
      throw failure;
    }
    return Map.of(URGENT.topic(), URGENT_ID, ZERO.topic(), STANDARD_ID);
  }

  static Config config(Map<String, String> more) {
    Map<String, String> environment = new java.util.HashMap<>(more);
    environment.putIfAbsent("REVOKER_BOOTSTRAP_SERVERS", "localhost:9092");
    environment.put("REVOKER_ACCOUNTS", "acme");
    environment.put("REVOKER_ACCOUNT_ACME_USERNAME", "revoker");
    environment.put("REVOKER_ACCOUNT_ACME_PASSWORD", "none of your business");
    return switch (ConfigLoader.load(null, environment)) {
      case Loaded.Valid valid -> valid.config();
      case Loaded.Invalid invalid -> throw new AssertionError(invalid.problems());
    };
  }

  /** A loop that owns these partitions and has read their committed offsets. */
  static Rig owning(TopicPartition... ids) {
    Rig rig = new Rig();
    rig.assign(ids);
    rig.steps(2);
    return rig;
  }

  /** A loop that has answered so many requests of {@link #ZERO}, each in its own transaction. */
  static Rig answered(int requests) {
    Rig rig = owning(ZERO, ONE);
    for (int offset = 0; offset < requests; offset++) {
      rig.append(ZERO, offset, 1);
      rig.steps(2);
      rig.work.answerAll();
      rig.step();
    }
    return rig;
  }

  /**
   * Answers all open requests and one of {@link #ONE}; the transaction of their results is aborted.
   */
  void abortOne() {
    append(ONE, 500, 1);
    steps(2);
    work.answerAll();
    failOffsets();
  }

  /** Answers one request of {@link #ONE}; the transaction of its result is aborted. */
  void abortOneAlone() {
    append(ONE, 500, 1);
    steps(2);
    work.answer("key-revocations-1-500");
    failOffsets();
  }

  /** Aborts the next transaction. */
  void failOffsets() {
    producer().failures.put("offsets", new TransactionAbortableException("aborted"));
  }

  /** An earlier worker has committed this map for {@link #ZERO}, whose log ends with the map. */
  void committed(OffsetMap map) {
    String metadata = OffsetMapCodec.encode(map, new TopicIdPartition(STANDARD_ID, ZERO));
    store.offsets.put(ZERO, new OffsetAndMetadata(map.nextOffset(), metadata));
    consumer.ends.put(ZERO, map.endOffset());
  }

  void assign(TopicPartition... ids) {
    consumer.assignAtNextPoll(ids);
    step();
  }

  void lose(TopicPartition... ids) {
    consumer.loseAtNextPoll(ids);
    step();
  }

  void append(TopicPartition id, int first, int count) {
    for (int offset = first; offset < first + count; offset++) {
      consumer.append(id, offset, VALID);
    }
  }

  void step() {
    loop.runOnce();
  }

  /** A drain waits in polls, so that a rebalance can end. */
  boolean drain() {
    consumer.whileBlocked = this::await;
    return loop.drain();
  }

  void steps(int count) {
    for (int i = 0; i < count; i++) {
      step();
    }
  }

  /** Turns, with time between them. */
  void stepsOverMs(long ms, long eachMs) {
    for (long passed = 0; passed < ms; passed += eachMs) {
      time.advanceMs(eachMs);
      step();
    }
  }

  ScriptedProducer producer() {
    return producers.getLast();
  }

  /** The ce_id of each committed result, in order. */
  List<String> results() {
    return store.results.stream()
        .map(
            record ->
                new String(record.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8))
        .toList();
  }

  void assertResults(String... ids) {
    assertThat(results()).containsExactlyInAnyOrder(ids);
  }

  private ScriptedProducer newProducer() {
    ScriptedProducer producer = new ScriptedProducer(store);
    producers.add(producer);
    eachProducer.accept(producer);
    return producer;
  }

  private WakeupSignal wakeupSignal() {
    return new WakeupSignal() {
      @Override
      public void send() {}

      @Override
      public void await(long timeoutMs) {
        Rig.this.await(timeoutMs);
      }

      @Override
      public void pauseNanos(long nanos) {
        time.advanceMs(Math.ceilDiv(nanos, 1_000_000));
      }
    };
  }

  private void await(long timeoutMs) {
    Runnable event = whileWaiting.poll();
    if (event == null) {
      time.advanceMs(Math.max(1, timeoutMs));
    } else {
      event.run();
    }
  }
}
