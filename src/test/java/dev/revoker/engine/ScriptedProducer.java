package dev.revoker.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.metrics.Gauge;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;

/**
 * Kafka's MockProducer, made as strict as the real one: after a commit or an abort that timed out
 * it takes nothing but the same call, and after a failed send only an abort. What is committed goes
 * to a store that outlives it, as the broker does.
 */
public final class ScriptedProducer extends MockProducer<byte[], byte[]> {
  /** What all producers of one test share: the broker. */
  public static final class Store {
    public final List<ProducerRecord<byte[], byte[]>> results = new ArrayList<>();
    public final Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    public int transactions;
    public int maxValueBytes = Integer.MAX_VALUE;

    /** As above, but the broker refuses it, which is known once it is waited for. */
    public int brokerMaxValueBytes = Integer.MAX_VALUE;
  }

  /** How a commit ends, if not well. */
  public enum Commit {
    /** It times out, and is not done yet: the next call does it. */
    LATE,
    /** It times out, and is done all the same. */
    DONE_UNANSWERED,
    /** The producer is fenced; nothing is committed. */
    FENCED,
    /** The producer is fenced; it is committed all the same. */
    DONE_FENCED,
    /** It is committed, and the producer throws what no producer should. */
    DONE_BUG
  }

  public final Deque<Commit> commits = new ArrayDeque<>();
  public final List<String> calls = new ArrayList<>();

  /** Thrown by the next call of that name, once. */
  public final Map<String, RuntimeException> failures = new HashMap<>();

  public boolean lateAbort;

  /** Whether anything comes back from whom it is connected to. */
  public boolean answers = true;

  /** Done to what is said of each record. */
  public UnaryOperator<Future<RecordMetadata>> eachOutcome = UnaryOperator.identity();

  /** Runs inside each commit. */
  public Runnable duringCommit = () -> {};

  /**
   * What is sent from now on no broker has taken until {@link #take}. A commit waits for it, but as
   * the real one may, it leaves out what was sent after the last offsets, and says nothing.
   */
  public boolean holds;

  /**
   * An abort leaves in the producer what no broker has taken, and what was given to it in its error
   * state: it goes out with the next transaction.
   */
  public boolean abortForgets;

  /** How long it was given to close. */
  public Duration closedWithin = Duration.ZERO;

  private record Held(
      ProducerRecord<byte[], byte[]> record, CompletableFuture<RecordMetadata> outcome) {}

  private final Store store;
  private final List<Held> held = new ArrayList<>();

  /** The sender thread has had its turn since the last record was held. */
  private boolean senderKnowsHeld;

  /** The broker refuses what is held once it is waited for. */
  private boolean refusesHeld;

  /** Given to it in its error state: it is appended, and the call throws. */
  private final List<ProducerRecord<byte[], byte[]>> stranded = new ArrayList<>();

  private final List<ProducerRecord<byte[], byte[]>> leftBehind = new ArrayList<>();
  private String pending = "";
  private boolean pendingDone;

  /** MockProducer flushes there, too. */
  private boolean ending;

  private RuntimeException poison;
  private int connected;
  private long heard;

  public ScriptedProducer(Store store) {
    super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    this.store = store;
    connections(1);
  }

  /** What its metric says of connections to brokers: one by default. */
  public final void connections(int count) {
    connected = count;
    metric("producer-metrics", "connection-count", count);
    // What else there is says nothing of it.
    metric("producer-metrics", "connection-creation-total", 7);
    metric("admin-client-metrics", "connection-count", 7);
  }

  private void answer() {
    heard += connected > 0 && answers ? 1 : 0;
    metric("producer-metrics", "incoming-byte-total", heard);
  }

  private void metric(String group, String metric, double value) {
    MetricName name = new MetricName(metric, group, "", Map.of());
    setMockMetrics(
        name,
        new KafkaMetric(
            new Object(),
            name,
            (Gauge<Double>) (config, now) -> value,
            new MetricConfig(),
            Time.SYSTEM));
  }

  @Override
  public void initTransactions() {
    calls.add("init");
    fail("init");
    super.initTransactions();
  }

  @Override
  public void beginTransaction() {
    call("begin");
    super.beginTransaction();
  }

  @Override
  public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
    try {
      call("send");
      failIfPoisoned();
    } catch (RuntimeException failed) {
      stranded.add(record);
      throw failed;
    }
    if (record.value().length > store.maxValueBytes) {
      poison = new RecordTooLargeException("larger than max.request.size");
      return CompletableFuture.failedFuture(poison);
    }
    if (record.value().length > store.brokerMaxValueBytes) {
      refusesHeld = true;
      return hold(record);
    }
    if (holds) {
      return hold(record);
    }
    return eachOutcome.apply(super.send(record));
  }

  private Future<RecordMetadata> hold(ProducerRecord<byte[], byte[]> record) {
    held.add(new Held(record, new CompletableFuture<>()));
    senderKnowsHeld = false;
    return held.getLast().outcome();
  }

  /** The broker takes what is held. */
  public void take() {
    holds = false;
    for (Held one : held) {
      one.outcome().complete(super.send(one.record()).resultNow());
    }
    held.clear();
  }

  /** The first of what is held has had its time; the producer is in its error state then. */
  public void refuseFirst(RuntimeException why) {
    held.removeFirst().outcome().completeExceptionally(why);
    poison = why;
  }

  /** The broker refuses one of those that are held; Kafka's producer blames the others, too. */
  public void refuseTooLarge() {
    refusesHeld = false;
    var tooLarge = new RecordTooLargeException("larger than max.message.bytes");
    poison = tooLarge;
    refuse(tooLarge);
  }

  /** The broker, or the time that it had, refuses what is held. */
  public void refuse(RuntimeException why) {
    held.forEach(one -> one.outcome().completeExceptionally(why));
    held.clear();
  }

  @Override
  public void sendOffsetsToTransaction(
      Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
    call("offsets");
    failIfPoisoned();
    super.sendOffsetsToTransaction(offsets, group);
    senderKnowsHeld = true;
  }

  @Override
  public synchronized void flush() {
    if (!ending) {
      call("flush");
    }
    super.flush();
  }

  @Override
  public void commitTransaction() {
    if (!pending.equals("commit")) {
      call("commit");
    } else {
      calls.add("commit");
    }
    duringCommit.run();
    if (poison != null && pending.equals("commit")) {
      // As Kafka's: the call that waits gets the bare error, each later one a wrapped one.
      pending = "";
      throw poison;
    }
    failIfPoisoned();
    if (senderKnowsHeld && !held.isEmpty()) {
      if (refusesHeld) {
        refuseTooLarge();
        throw new KafkaException("an error state", poison);
      }
      pending = "commit";
      throw new TimeoutException("Timeout expired while awaiting EndTxn(true)");
    }
    Commit how = commits.poll();
    if (how == null) {
      finish();
      pending = "";
      return;
    }
    switch (how) {
      case LATE -> {
        pending = "commit";
        throw new TimeoutException("Timeout expired while awaiting EndTxn(true)");
      }
      case DONE_UNANSWERED -> {
        finish();
        pending = "commit";
        pendingDone = true;
        throw new TimeoutException("Timeout expired while awaiting EndTxn(true)");
      }
      case FENCED -> {
        fenceProducer();
        super.commitTransaction();
      }
      case DONE_BUG -> {
        finish();
        throw new ArithmeticException("a bug");
      }
      case DONE_FENCED -> {
        finish();
        fenceProducer();
        super.commitTransaction();
      }
    }
  }

  @Override
  public void abortTransaction() {
    if (!pending.equals("abort")) {
      call("abort");
    } else {
      answer();
      calls.add("abort");
    }
    if (lateAbort) {
      pending = "abort";
      throw new TimeoutException("Timeout expired while awaiting EndTxn(false)");
    }
    pending = "";
    poison = null;
    if (abortForgets) {
      held.forEach(one -> leftBehind.add(one.record()));
      leftBehind.addAll(stranded);
      held.clear();
    }
    stranded.clear();
    refuse(new TransactionAbortedException());
    ending = true;
    super.abortTransaction();
    ending = false;
  }

  @Override
  public void close(Duration timeout) {
    closedWithin = timeout;
    super.close(timeout);
  }

  private void finish() {
    if (pendingDone) {
      pendingDone = false;
      return;
    }
    store.results.addAll(leftBehind);
    leftBehind.clear();
    store.results.addAll(uncommittedRecords());
    uncommittedOffsets().values().forEach(store.offsets::putAll);
    store.transactions++;
    ending = true;
    super.commitTransaction();
    ending = false;
  }

  private void call(String name) {
    answer();
    calls.add(name);
    if (!pending.isEmpty()) {
      throw new IllegalStateException(
          "Cannot attempt `" + name + "` because `" + pending + "` timed out and must be retried");
    }
    fail(name);
  }

  private void fail(String name) {
    RuntimeException failure = failures.remove(name);
    if (failure != null) {
      throw failure;
    }
  }

  private void failIfPoisoned() {
    if (poison != null) {
      throw new KafkaException("Cannot execute transactional method: an error state", poison);
    }
  }
}
