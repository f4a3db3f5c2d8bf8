package dev.revoker.bench.peer;

import io.confluent.parallelconsumer.PCRetriableException;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.CommitMode;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Confluent's Parallel Consumer: unordered, with the allowed concurrency, the fastest of its commit
 * modes, and its own retries, which block no thread.
 */
final class ParallelConsumer {
  private ParallelConsumer() {}

  public static void main(String[] arguments) throws Exception {
    Settings settings = Settings.read();
    AccountClient api = new AccountClient(settings);
    ParallelStreamProcessor<byte[], byte[]> processor =
        ParallelStreamProcessor.createEosStreamProcessor(
            ParallelConsumerOptions.<byte[], byte[]>builder()
                .ordering(ProcessingOrder.UNORDERED)
                .maxConcurrency(settings.concurrency())
                .commitMode(CommitMode.PERIODIC_CONSUMER_ASYNCHRONOUS)
                .retryDelayProvider(record -> backoff(record.getNumberOfFailedAttempts()))
                .consumer(settings.consumer(Map.of()))
                .producer(settings.producer(Map.of()))
                .build());
    processor.subscribe(settings.requests());
    processor.pollAndProduce(
        record -> revoke(settings, api, record.getSingleConsumerRecord().value()));
    new CountDownLatch(1).await();
  }

  private static ProducerRecord<byte[], byte[]> revoke(
      Settings settings, AccountClient api, byte[] value) {
    Messages.Request request = Messages.read(value);
    int status;
    try {
      status = api.remove(request.key());
    } catch (IOException e) {
      throw new PCRetriableException("no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PCRetriableException("stopped", e);
    }
    if (status == 429 || status >= 500) {
      throw new PCRetriableException("status " + status);
    }
    return Messages.result(settings.results(), request, status);
  }

  private static Duration backoff(int failures) {
    return Duration.ofMillis(250L << Math.min(7, Math.max(0, failures - 1)));
  }
}
