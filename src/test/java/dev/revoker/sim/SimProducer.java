package dev.revoker.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.IllegalGenerationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * A transactional producer: the states of Kafka's TransactionManager and which exception each call
 * throws in them.
 */
final class SimProducer {
  private enum State {
    NEW,
    READY,
    IN_TRANSACTION,
    COMMITTING,
    ABORTING,
    ABORTABLE_ERROR,
    FATAL_ERROR,
    CLOSED
  }

  private final SimProcess process;
  private final World world;
  private final SimBrokers cluster;
  private final Scenario scenario;
  private final String id;
  private final List<ProducerRecord<byte[], byte[]>> unsent = new ArrayList<>();
  private final List<Outcome> outcomes = new ArrayList<>();

  private State state = State.NEW;
  private int epoch;
  private @Nullable KafkaException lastError;
  private @Nullable Rpc<Long> delivery;
  private @Nullable Rpc<Boolean> offsets;
  private @Nullable Rpc<Integer> end;
  private long deliverUntilNanos;
  private long heard;

  SimProducer(SimProcess process, SimBrokers cluster, Scenario scenario, String id) {
    this.process = process;
    this.world = process.world;
    this.cluster = cluster;
    this.scenario = scenario;
    this.id = id;
  }

  // ---- the methods of Producer that the engine uses

  void initTransactions() {
    process.pass();
    require(State.NEW);
    Rpc<Integer> init = new Rpc<>(process, cluster, "init", () -> cluster.initProducer(id));
    process.await(init::done, maxBlock());
    if (!init.done()) {
      init.cancel();
      throw new TimeoutException("Timeout expired while awaiting InitProducerId");
    }
    epoch = init.value() == null ? 0 : init.value();
    state = State.READY;
  }

  void beginTransaction() {
    process.pass();
    failIfError();
    require(State.READY);
    state = State.IN_TRANSACTION;
  }

  Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
    if (state == State.ABORTABLE_ERROR || state == State.FATAL_ERROR) {
      throw new KafkaException("Cannot perform send because of an error", lastError);
    }
    require(State.IN_TRANSACTION);
    unsent.add(record);
    Outcome outcome = new Outcome();
    outcomes.add(outcome);
    return outcome;
  }

  /** The future of a record. Waiting for it lets virtual time pass. */
  private final class Outcome implements Future<RecordMetadata> {
    private @Nullable Rpc<Long> produced;
    private int index;

    /** Never sent, because the transaction is aborted. */
    private boolean dropped;

    @Override
    public boolean isDone() {
      return dropped || (produced != null && produced.done());
    }

    @Override
    public RecordMetadata get(long timeout, TimeUnit unit)
        throws ExecutionException, java.util.concurrent.TimeoutException {
      deliver();
      try {
        delivered(world.nanos() + unit.toNanos(timeout));
      } catch (KafkaException refused) {
        // The producer is in its error state now, and this says why below.
      }
      if (!isDone()) {
        throw new java.util.concurrent.TimeoutException();
      }
      return get();
    }

    @Override
    public RecordMetadata get() throws ExecutionException {
      if (dropped) {
        throw new ExecutionException(new TransactionAbortedException());
      }
      Rpc<Long> of = produced;
      if (of == null || !of.done()) {
        throw new IllegalStateException("nobody may wait for ever here");
      }
      Long first = of.value();
      if (of.error() != null || first == null) {
        throw new ExecutionException(of.error());
      }
      return new RecordMetadata(SimBrokers.RESULTS, first, index, 0, 0, 0);
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
      return false;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }
  }

  void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> added, ConsumerGroupMetadata member) {
    process.pass();
    deliver();
    failIfError();
    require(State.IN_TRANSACTION);
    Map<TopicPartition, OffsetAndMetadata> copy = new LinkedHashMap<>();
    SimGroup.sorted(added.keySet()).forEach(partition -> copy.put(partition, added.get(partition)));
    int ofEpoch = epoch;
    Rpc<Boolean> rpc =
        new Rpc<>(
            process,
            cluster,
            "offsets " + copy,
            faulty(
                () -> {
                  cluster.addOffsets(id, ofEpoch, copy, member);
                  return true;
                }));
    offsets = rpc;
    process.await(rpc::done, maxBlock());
    if (!rpc.done()) {
      throw new TimeoutException("Timeout expired while awaiting AddOffsetsToTxn");
    }
    KafkaException error = rpc.error();
    if (error != null) {
      throw failed(
          error instanceof UnknownMemberIdException || error instanceof IllegalGenerationException
              ? new CommitFailedException("the group has moved on: " + error.getMessage())
              : error);
    }
  }

  /** The futures have the result of each record. */
  void flush() {
    process.pass();
    deliver();
    Rpc<Long> rpc = delivery;
    if (rpc != null) {
      process.await(rpc::done, deliverUntilNanos);
    }
  }

  void commitTransaction() {
    process.pass();
    if (state != State.COMMITTING) {
      failIfError();
      require(State.IN_TRANSACTION);
      if (!unsent.isEmpty() && world.chance(0.01)) {
        // Kafka's sender looks for records and then for a commit. It misses a record that arrives
        // in
        // between and commits without it (docs/kafka-notes.md).
        unsent.clear();
        outcomes.clear();
      }
      deliver();
      state = State.COMMITTING;
    }
    end(true);
  }

  void abortTransaction() {
    process.pass();
    if (state != State.ABORTING) {
      if (state != State.ABORTABLE_ERROR) {
        failIfError();
        require(State.IN_TRANSACTION);
      }
      outcomes.forEach(outcome -> outcome.dropped = true);
      unsent.clear();
      outcomes.clear();
      if (delivery != null) {
        delivery.fail(new TransactionAbortedException());
      }
      state = State.ABORTING;
    }
    end(false);
  }

  /** Whether there is a connection, and whether it brought an answer. */
  Map<MetricName, Metric> metrics() {
    boolean reachable = cluster.reachable(process);
    heard += reachable ? 1 : 0;
    Map<MetricName, Metric> metrics = new HashMap<>();
    metric(metrics, "connection-count", reachable ? 1 : 0);
    metric(metrics, "incoming-byte-total", heard);
    return metrics;
  }

  private static void metric(Map<MetricName, Metric> metrics, String metric, double value) {
    MetricName name = new MetricName(metric, "producer-metrics", "", Map.of());
    metrics.put(
        name,
        new KafkaMetric(
            new Object(), name, (Gauge<Double>) (c, t) -> value, new MetricConfig(), Time.SYSTEM));
  }

  void close(Duration timeout) {
    for (Rpc<?> rpc : new Rpc<?>[] {delivery, offsets, end}) {
      if (rpc != null) {
        rpc.cancel();
      }
    }
    state = State.CLOSED;
  }

  // ----

  private long maxBlock() {
    return world.nanos() + scenario.maxBlockMs * World.MS;
  }

  /** Sends the batch, which must arrive within delivery.timeout.ms. */
  private void deliver() {
    if (unsent.isEmpty()) {
      return;
    }
    List<ProducerRecord<byte[], byte[]>> batch = List.copyOf(unsent);
    int ofEpoch = epoch;
    Supplier<Long> produce = () -> cluster.produce(id, ofEpoch, batch);
    Rpc<Long> rpc = new Rpc<>(process, cluster, "produce " + batch.size(), faulty(produce));
    for (int i = 0; i < outcomes.size(); i++) {
      outcomes.get(i).produced = rpc;
      outcomes.get(i).index = i;
    }
    unsent.clear();
    outcomes.clear();
    delivery = rpc;
    deliverUntilNanos = world.nanos() + scenario.transactionTimeoutMs * World.MS;
  }

  private void end(boolean commit) {
    long until = maxBlock();
    if ((commit && !delivered(until)) || !offsetsSent(until)) {
      throw new TimeoutException("Timeout expired while awaiting EndTxn(" + commit + ")");
    }
    if (end == null) {
      int ofEpoch = epoch;
      end =
          new Rpc<>(
              process, cluster, "end " + commit, faulty(() -> cluster.end(id, ofEpoch, commit)));
    }
    Rpc<Integer> rpc = end;
    process.await(rpc::done, until);
    if (!rpc.done()) {
      throw new TimeoutException("Timeout expired while awaiting EndTxn(" + commit + ")");
    }
    end = null;
    KafkaException error = rpc.error();
    Integer next = rpc.value();
    if (error != null || next == null) {
      throw failed(error == null ? new KafkaException("no epoch") : error);
    }
    delivery = null;
    offsets = null;
    epoch = next;
    state = State.READY;
  }

  /** The end of a transaction waits until earlier records are sent, also for an abort. */
  private boolean offsetsSent(long until) {
    Rpc<Boolean> rpc = offsets;
    if (rpc == null) {
      return true;
    }
    process.await(rpc::done, until);
    return rpc.done();
  }

  /** Waits for the records; false after max.block.ms. */
  private boolean delivered(long until) {
    Rpc<Long> rpc = delivery;
    if (rpc == null) {
      return true;
    }
    process.await(rpc::done, Math.min(until, deliverUntilNanos));
    if (!rpc.done() && world.nanos() >= deliverUntilNanos) {
      rpc.fail(new TimeoutException("Expiring records: too long since batch creation"));
    }
    KafkaException error = rpc.error();
    if (error != null) {
      // As in Kafka's: the waiting call gets the bare error, each later one a wrapped one.
      throw failed(error);
    }
    return rpc.done();
  }

  private KafkaException failed(KafkaException error) {
    boolean fatal =
        error instanceof ProducerFencedException || error instanceof OutOfOrderSequenceException;
    // After a refused abort the producer cannot abort again.
    state = fatal || state == State.ABORTING ? State.FATAL_ERROR : State.ABORTABLE_ERROR;
    lastError = error;
    return error;
  }

  private void failIfError() {
    KafkaException error = lastError;
    if ((state != State.ABORTABLE_ERROR && state != State.FATAL_ERROR) || error == null) {
      return;
    }
    if (error instanceof ProducerFencedException) {
      throw new ProducerFencedException("fenced before");
    }
    if (error instanceof InvalidProducerEpochException) {
      throw new InvalidProducerEpochException("epoch refused before");
    }
    throw new KafkaException(
        "Cannot execute transactional method because we are in an error state", error);
  }

  private void require(State needed) {
    if (state != needed) {
      throw new IllegalStateException("Invalid call in state " + state);
    }
  }

  /** A request that the broker refuses sometimes. */
  private <T> Supplier<T> faulty(Supplier<T> request) {
    return () -> {
      if (scenario.faulty() && world.chance(scenario.producerFaults)) {
        KafkaException fault =
            switch (world.between(0, 3)) {
              case 0 -> new ProducerFencedException("a fault");
              case 1 -> new InvalidProducerEpochException("a fault");
              case 2 -> new OutOfOrderSequenceException("a fault");
              default -> new TransactionAbortableException("a fault");
            };
        boolean tooLate = world.chance(0.3);
        world.trace(
            "%s FAULT %s %s"
                .formatted(
                    process.name, fault.getClass().getSimpleName(), tooLate ? "after" : "before"));
        if (tooLate && !(fault instanceof TransactionAbortableException)) {
          // A fatal error of the producer does not say whether the brokers committed.
          request.get();
        }
        throw fault;
      }
      return request.get();
    };
  }
}
