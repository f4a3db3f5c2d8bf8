package dev.revoker.bench.peer;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.AcknowledgingMessageListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.ContainerProperties.AckMode;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.support.Acknowledgment;

/**
 * Spring Kafka's listener container with acknowledgements in any order: what a listener with an
 * asynchronous return type is. A pool of C threads calls the API.
 */
final class SpringKafka {
  private final Settings settings;
  private final AccountClient api;
  private final KafkaProducer<byte[], byte[]> producer;
  private final ExecutorService pool;
  private final Retry retry =
      Retry.of(
          "remove",
          RetryConfig.<Integer>custom()
              .maxAttempts(6)
              .intervalFunction(IntervalFunction.ofExponentialRandomBackoff(250, 2.0, 0.5, 30_000))
              .retryOnResult(status -> status == 429 || status >= 500)
              .build());

  private SpringKafka(Settings settings) throws Exception {
    this.settings = settings;
    api = new AccountClient(settings);
    producer = settings.producer(Map.of());
    pool = Executors.newFixedThreadPool(settings.concurrency());
  }

  public static void main(String[] arguments) throws Exception {
    new SpringKafka(Settings.read()).run();
    new CountDownLatch(1).await();
  }

  private void run() {
    Map<String, Object> consumer =
        settings.consumerSettings(
            Map.of(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 16 * settings.concurrency()));
    ContainerProperties properties =
        new ContainerProperties(settings.requests().toArray(String[]::new));
    properties.setAckMode(AckMode.MANUAL);
    properties.setAsyncAcks(true);
    properties.setMessageListener(
        (AcknowledgingMessageListener<byte[], byte[]>)
            (record, acknowledgment) -> pool.execute(() -> revoke(record, acknowledgment)));
    new KafkaMessageListenerContainer<>(
            new DefaultKafkaConsumerFactory<>(
                consumer, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
            properties)
        .start();
  }

  private void revoke(ConsumerRecord<byte[], byte[]> record, Acknowledgment acknowledgment) {
    Messages.Request request = Messages.read(record.value());
    int status;
    try {
      status = retry.executeCallable(() -> api.remove(request.key()));
    } catch (Exception noAnswer) {
      throw new IllegalStateException("no answer after all attempts", noAnswer);
    }
    producer.send(
        Messages.result(settings.results(), request, status),
        (sent, failed) -> acknowledgment.acknowledge());
  }
}
