package dev.revoker.chaos;

import dev.revoker.hostile.HostileRecord;
import dev.revoker.hostile.HostileRecordGenerator;
import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.SandboxApi;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes records of every hostile kind to both lanes on its own thread, in addition to the normal
 * load.
 */
final class HostileLoad implements AutoCloseable {
  private static final long TICK_MS = 400;
  private static final int PER_TICK = 3;

  /** 80 MB of zeros are 78 KB on the wire. The worker's heap is smaller. */
  private static final int BOMB_BYTES = 80_000_000;

  private final String bootstrapServers;
  private final SandboxApi api;
  private final String prefix;
  private final KnownSecrets secrets;
  private final Random random;
  private final Consumer<SentRequest> sink;
  private final HostileRecordGenerator records;
  private final KafkaProducer<byte[], byte[]> producer;
  private @Nullable KafkaProducer<byte[], byte[]> aborting;
  private final List<String> written = new ArrayList<>();
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger aborted = new AtomicInteger();
  private final AtomicReference<@Nullable Exception> broken = new AtomicReference<>();
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("hostile-load").factory());

  /**
   * @param prefix of the lanes' topics
   * @param sink gets each acknowledged record
   */
  HostileLoad(
      String bootstrapServers,
      SandboxApi api,
      String prefix,
      KnownSecrets secrets,
      long seed,
      Consumer<SentRequest> sink) {
    this.bootstrapServers = bootstrapServers;
    this.api = api;
    this.prefix = prefix;
    this.secrets = secrets;
    this.random = new Random(seed + 1);
    this.sink = sink;
    this.records = new HostileRecordGenerator(random, LocalStack.ACCOUNT, this::key, this::victim);
    this.producer = producer(Map.of());
  }

  /**
   * @param well whether all brokers are available, so that a transaction can begin
   */
  void start(BooleanSupplier well) {
    ticker.scheduleWithFixedDelay(() -> tick(well), 0, TICK_MS, TimeUnit.MILLISECONDS);
  }

  /** Ends after the records in flight. */
  void stop() throws Exception {
    ticker.shutdown();
    if (!ticker.awaitTermination(150, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the hostile records can't be sent");
    }
    Exception failure = broken.get();
    if (failure != null) {
      throw failure;
    }
  }

  /** The number of accepted records. */
  int sent() {
    return sent.get();
  }

  /** The number of aborted records, which leave offsets without a record. */
  int aborted() {
    return aborted.get();
  }

  /**
   * Sends one compressed record that would fill the heap of every worker. The broker refuses it
   * where the topic has {@code compression.type=uncompressed}.
   *
   * @return whether it was refused
   */
  boolean bombIsRefused() throws InterruptedException {
    try (KafkaProducer<byte[], byte[]> compressing =
        producer(
            Map.of(
                ProducerConfig.COMPRESSION_TYPE_CONFIG, "gzip",
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 2 * BOMB_BYTES,
                ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * BOMB_BYTES))) {
      compressing.send(new ProducerRecord<>(prefix + "-standard", new byte[BOMB_BYTES])).get();
      return false;
    } catch (ExecutionException refused) {
      if (refused.getCause() instanceof RecordTooLargeException) {
        return true;
      }
      throw new IllegalStateException("the compressed record could not be sent", refused);
    }
  }

  private void tick(BooleanSupplier well) {
    try {
      for (int i = 0; i < PER_TICK; i++) {
        write(records.next());
      }
      if (random.nextInt(4) == 0 && well.getAsBoolean()) {
        abort();
      }
    } catch (Exception failure) {
      broken.set(failure);
      throw new IllegalStateException(failure);
    }
  }

  private void write(HostileRecord record) throws Exception {
    String lane = random.nextInt(4) == 0 ? "urgent" : "standard";
    Future<RecordMetadata> sending = producer.send(produced(lane, record));
    RecordMetadata at = sending.get();
    Source source = new Source(at.topic(), at.partition(), at.offset());
    written.add(source.toString());
    sent.incrementAndGet();
    String key = record.key();
    sink.accept(
        new SentRequest(
            source,
            lane,
            record.valid() ? SentRequest.Mix.HOSTILE : SentRequest.Mix.HOSTILE_INVALID,
            key == null ? null : Secret.of(key),
            null,
            Instant.now()));
  }

  private ProducerRecord<byte[], byte[]> produced(String lane, HostileRecord record) {
    // Kafka's own producer refuses negative timestamps, and the broker those in the future.
    Long timestampMs = record.timestampMs() == null ? null : Long.valueOf(0);
    return new ProducerRecord<>(
        prefix + "-" + lane, null, timestampMs, null, record.value(), record.headers());
  }

  /** Aborts a transaction, which leaves offsets without a committed record. */
  private void abort() {
    try {
      if (aborting == null) {
        aborting =
            producer(
                Map.of(
                    ProducerConfig.TRANSACTIONAL_ID_CONFIG, prefix + "-hostile",
                    ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 5000,
                    ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 5000,
                    ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 2500,
                    ProducerConfig.MAX_BLOCK_MS_CONFIG, 5000));
        aborting.initTransactions();
      }
      aborting.beginTransaction();
      int count = random.nextInt(1, 4);
      for (int i = 0; i < count; i++) {
        aborting.send(produced("standard", records.next()));
      }
      aborting.flush();
      aborting.abortTransaction();
      aborted.addAndGet(count);
    } catch (KafkaException unavailable) {
      // The broker aborts it when it times out, and the next producer has a new epoch.
      closeAborting();
    }
  }

  private void closeAborting() {
    if (aborting != null) {
      aborting.close(Duration.ofSeconds(5));
      aborting = null;
    }
  }

  private String key() {
    Secret key;
    if (random.nextBoolean()) {
      key = api.generateKeys(LocalStack.ACCOUNT, 1).getFirst();
    } else {
      byte[] bytes = new byte[KnownSecrets.DIGITS / 2];
      random.nextBytes(bytes);
      key = Secret.of(HexFormat.of().formatHex(bytes));
    }
    secrets.add(key);
    return key.reveal();
  }

  private @Nullable String victim() {
    return written.isEmpty() ? null : written.get(random.nextInt(written.size()));
  }

  private KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public void close() {
    ticker.shutdownNow();
    producer.close(Duration.ofSeconds(5));
    closeAborting();
  }
}
