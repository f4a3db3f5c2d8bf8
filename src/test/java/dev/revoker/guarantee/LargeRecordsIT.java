package dev.revoker.guarantee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.revoker.model.Secret;
import dev.revoker.sandbox.Broker;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.ResultLog;
import dev.revoker.sandbox.SharedBroker;
import dev.revoker.sandbox.Submitter;
import dev.revoker.sandbox.WorkerProcess;
import dev.revoker.time.SystemTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The largest records that a producer can write to an uncompressed topic with the broker's default
 * limits, read with the heap that {@code bin/revoker} gives a worker.
 */
@Timeout(300)
class LargeRecordsIT {
  private static final int PARTITIONS = 4;

  /** The most that fit into 1 MiB: an empty key and no value take two bytes. */
  private static final int MOST_HEADERS = 520_000;

  private final Broker broker = SharedBroker.get();
  private final String name = "large" + UUID.randomUUID().toString().substring(0, 8);
  private final AtomicInteger sent = new AtomicInteger();

  @Test
  void noRecordThatTheBrokerTakesEndsTheWorker() throws Exception {
    try (SystemTime time = new SystemTime();
        LocalStack stack = LocalStack.start(time, broker)) {
      for (String topic : List.of(name + "-urgent", name)) {
        broker.createTopic(topic, PARTITIONS, Map.of("compression.type", "uncompressed"));
        writeTheLargest(topic, stack);
      }
      broker.createTopic(name + "-results", 1, Map.of());

      WorkerProcess worker = stack.startWorker("large", settings());
      long pid = worker.pid();
      try (ResultLog results = new ResultLog(broker.bootstrapServers(), name + "-results")) {
        await()
            .atMost(Duration.ofSeconds(200))
            .until(() -> !worker.alive() || results.count() == sent.get());
        assertThat(worker.alive()).isTrue();
        assertThat(worker.pid()).isEqualTo(pid);
        assertThat(results.bySource()).hasSize(sent.get());
      }
      assertThat(worker.stop()).isZero();
    }
  }

  private Map<String, String> settings() {
    return Map.of(
        "group.id",
        name,
        "lane.urgent.topic",
        name + "-urgent",
        "lane.standard.topic",
        name,
        "results.topic",
        name + "-results");
  }

  /** In each partition: values of 1 MB, valid requests with as many headers as fit, a request. */
  private void writeTheLargest(String topic, LocalStack stack) throws Exception {
    Map<String, Object> settings =
        new HashMap<>(
            Map.of("bootstrap.servers", broker.bootstrapServers(), "max.request.size", 2_000_000));
    Header[] headers = new Header[MOST_HEADERS];
    Arrays.fill(headers, new RecordHeader("", null));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        for (int i = 0; i < 3; i++) {
          send(producer, new ProducerRecord<>(topic, partition, null, new byte[1_048_000]));
          send(
              producer,
              new ProducerRecord<>(
                  topic, partition, null, null, request(stack), new RecordHeaders(headers)));
        }
        send(producer, new ProducerRecord<>(topic, partition, null, request(stack)));
      }
    }
  }

  private void send(KafkaProducer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record)
      throws Exception {
    var unused = producer.send(record).get();
    sent.incrementAndGet();
  }

  private static byte[] request(LocalStack stack) {
    Secret key = stack.api().generateKeys(LocalStack.ACCOUNT, 1).getFirst();
    return Submitter.request(key, Map.of()).getBytes(StandardCharsets.UTF_8);
  }
}
