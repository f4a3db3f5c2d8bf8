package dev.revoker.bench.peer;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The minimum CPU time of Kafka's side: consumes requests, produces results of the worker's size,
 * and commits from time to time; no transaction, no JSON, no call.
 */
final class FloorMoves {
  /** About the size of a worker's result with its headers. */
  private static final byte[] RESULT = new byte[900];

  private FloorMoves() {}

  public static void main(String[] arguments) throws Exception {
    Settings settings = Settings.read();
    int warm = Integer.parseInt(Settings.need("BENCH_WARM"));
    int total = Integer.parseInt(Settings.need("BENCH_TOTAL"));
    try (KafkaConsumer<byte[], byte[]> consumer = settings.consumer(Map.of());
        KafkaProducer<byte[], byte[]> producer = settings.producer(Map.of())) {
      consumer.subscribe(settings.requests());
      int moved = 0;
      int warmed = 0;
      double before = 0;
      while (moved < total) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
        for (ConsumerRecord<byte[], byte[]> record : records) {
          producer.send(new ProducerRecord<>(settings.results(), record.key(), RESULT));
        }
        consumer.commitAsync();
        moved += records.count();
        if (warmed == 0 && moved >= warm) {
          warmed = moved;
          before = OwnCpu.seconds();
        }
      }
      producer.flush();
      OwnCpu.report(before, moved - warmed);
    }
  }
}
