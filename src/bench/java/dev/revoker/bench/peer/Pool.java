package dev.revoker.bench.peer;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What most teams write: poll a batch, let a pool call the API with retries, wait for all, send the
 * results, commit. With the argument {@code transactional}, results and offsets in one transaction.
 * Further arguments make it break a rule, to prove that the harness notices it.
 */
final class Pool {
  /**
   * A batch is several rounds of the pool; with smaller batches more threads would wait for its
   * end.
   */
  private static final int ROUNDS_A_BATCH = 16;

  private final Settings settings;
  private final boolean transactional;
  private final Decoy decoy;
  private final AccountClient api;
  private final Retry retry;

  private Pool(Settings settings, List<String> arguments) throws Exception {
    this.settings = settings;
    transactional = arguments.contains("transactional");
    decoy = Decoy.of(arguments);
    api = new AccountClient(settings);
    retry = retry();
  }

  public static void main(String[] arguments) throws Exception {
    Settings settings = Settings.read();
    new Pool(settings, List.of(arguments)).run();
  }

  private void run() throws Exception {
    int batch = ROUNDS_A_BATCH * settings.concurrency();
    Map<String, String> transaction =
        transactional ? Map.of("transactional.id", "bench-" + UUID.randomUUID()) : Map.of();
    try (KafkaConsumer<byte[], byte[]> consumer =
            settings.consumer(Map.of("max.poll.records", batch));
        KafkaProducer<byte[], byte[]> producer = settings.producer(transaction);
        ExecutorService pool =
            Executors.newFixedThreadPool(decoy.threads(settings.concurrency()))) {
      if (transactional) {
        producer.initTransactions();
      }
      consumer.subscribe(settings.requests());
      while (true) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
        if (!records.isEmpty()) {
          publish(consumer, producer, decoy.distort(results(pool, records)), records);
        }
      }
    }
  }

  private List<ProducerRecord<byte[], byte[]>> results(
      ExecutorService pool, ConsumerRecords<byte[], byte[]> records)
      throws InterruptedException, ExecutionException {
    List<Future<ProducerRecord<byte[], byte[]>>> calls = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      calls.add(pool.submit(() -> revoke(record)));
    }
    List<ProducerRecord<byte[], byte[]>> results = new ArrayList<>();
    for (Future<ProducerRecord<byte[], byte[]>> call : calls) {
      results.add(call.get());
    }
    return results;
  }

  private ProducerRecord<byte[], byte[]> revoke(ConsumerRecord<byte[], byte[]> record)
      throws Exception {
    Messages.Request request = Messages.read(record.value());
    int status = retry.executeCallable(() -> api.remove(request.key()));
    return Messages.result(settings.results(), request, status);
  }

  private void publish(
      KafkaConsumer<byte[], byte[]> consumer,
      KafkaProducer<byte[], byte[]> producer,
      List<ProducerRecord<byte[], byte[]>> results,
      ConsumerRecords<byte[], byte[]> records) {
    if (transactional) {
      producer.beginTransaction();
      results.forEach(producer::send);
      producer.sendOffsetsToTransaction(records.nextOffsets(), consumer.groupMetadata());
      producer.commitTransaction();
    } else {
      results.forEach(producer::send);
      producer.flush();
      consumer.commitSync();
    }
  }

  /** With the worker's default retries and time-outs. */
  private static Retry retry() {
    return Retry.of(
        "remove",
        RetryConfig.<Integer>custom()
            .maxAttempts(6)
            .intervalFunction(IntervalFunction.ofExponentialRandomBackoff(250, 2.0, 0.5, 30_000))
            .retryOnResult(status -> status == 429 || status >= 500)
            .build());
  }
}
