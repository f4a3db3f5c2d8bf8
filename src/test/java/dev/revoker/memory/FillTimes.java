package dev.revoker.memory;

import dev.revoker.message.Fingerprints;
import dev.revoker.model.Secret;
import dev.revoker.sandbox.LocalStack;
import dev.revoker.sandbox.Submitter;
import dev.revoker.sandbox.WorkerProcess;
import dev.revoker.time.SystemTime;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Measures what memory costs with many results in the topic: the time until they are read, the
 * worker's resident memory, whether the first result waits for that, and how long a remembered key
 * takes. After {@code mvn test-compile}, with {@code CP} from {@code mvn dependency:build-classpath
 * -Dmdep.includeScope=test -Dmdep.outputFile=...}:
 *
 * <pre>java -cp target/test-classes:target/classes:$CP dev.revoker.memory.FillTimes 1000000</pre>
 */
public final class FillTimes {
  private static final Fingerprints FINGERPRINTS = new Fingerprints(null);

  private FillTimes() {}

  /** The argument is the number of results. */
  public static void main(String[] arguments) throws Exception {
    int keys = Integer.parseInt(arguments[0]);
    try (SystemTime time = new SystemTime();
        LocalStack stack = LocalStack.start(time);
        Submitter submitter = new Submitter(stack.broker().bootstrapServers());
        KafkaConsumer<byte[], byte[]> results =
            new KafkaConsumer<>(
                Map.of(
                    "bootstrap.servers",
                    stack.broker().bootstrapServers(),
                    "isolation.level",
                    "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        HttpClient http = HttpClient.newHttpClient()) {
      long bytes = seed(stack.broker().bootstrapServers(), keys);
      System.out.printf("%d results of %d bytes in the topic%n", keys, bytes / keys);
      List<TopicPartition> partitions =
          List.of(
              new TopicPartition(LocalStack.RESULTS, 0), new TopicPartition(LocalStack.RESULTS, 1));
      results.assign(partitions);
      results.seekToEnd(partitions);
      partitions.forEach(results::position);
      Secret fresh = stack.api().generateKeys(LocalStack.ACCOUNT, 1).getFirst();
      submitter.send(LocalStack.URGENT, List.of(Submitter.request(fresh, Map.of())));
      submitter.send(LocalStack.URGENT, List.of(Submitter.request(key(7), Map.of())));

      long start = System.nanoTime();
      WorkerProcess worker = stack.startWorker("worker", Map.of());
      await(results, "\"outcome\":\"revoked\"");
      System.out.printf("the first result: %d ms after the start%n", millis(start));
      long lowest = 0;
      // Beyond remember.max.keys a part of the oldest is dropped.
      while (remembered(http, worker) < 0.99 * keys) {
        lowest = Math.max(lowest, resident(worker));
        results.poll(Duration.ofMillis(50)).forEach(FillTimes::print);
      }
      System.out.printf(
          "all are remembered: %d ms after the start; %d MB resident at most%n",
          millis(start), Math.max(lowest, resident(worker)) >> 10);
      for (int i = 0; i < 3; i++) {
        long asked = System.nanoTime();
        submitter.send(LocalStack.URGENT, List.of(Submitter.request(key(keys / 2 + i), Map.of())));
        await(results, "\"outcome\":\"already_revoked\"");
        System.out.printf("already_revoked: %d ms after it was sent%n", millis(asked));
      }
    }
  }

  private static void print(ConsumerRecord<byte[], byte[]> result) {
    String text = new String(result.value(), StandardCharsets.UTF_8);
    System.out.println("meanwhile: " + text.replaceAll(".*\"outcome\":\"([a-z_]+)\".*", "$1"));
  }

  private static long seed(String brokers, int keys) {
    long bytes = 0;
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", brokers, "linger.ms", 20, "batch.size", 200_000),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      String at = Instant.now().toString();
      for (int i = 0; i < keys; i++) {
        byte[] value = result(i, at).getBytes(StandardCharsets.UTF_8);
        bytes += value.length;
        producer.send(
            new ProducerRecord<>(
                LocalStack.RESULTS,
                i % 2,
                ("request-" + i).getBytes(StandardCharsets.UTF_8),
                value));
      }
    }
    return bytes;
  }

  private static Secret key(int number) {
    return Secret.of(String.format(Locale.ROOT, "%032x", number));
  }

  private static String result(int number, String at) {
    return "{\"request_id\":\"request-"
        + number
        + "\",\"status\":\"success\",\"outcome\":\"revoked\",\"key_state\":\"inactive\","
        + "\"key_fingerprint\":\""
        + FINGERPRINTS.of(key(number))
        + "\",\"account\":\"main\",\"lane\":\"standard\",\"reason\":\"offboarding\","
        + "\"requested_by\":\"hr\",\"labels\":{\"batch\":\"2026-11\"},\"requested_at\":null,"
        + "\"http_status\":204,\"error\":null,\"retriable\":false,\"attempts\":1,"
        + "\"uncertain_attempts\":0,\"verification\":null,\"received_at\":\""
        + at
        + "\",\"completed_at\":\""
        + at
        + "\",\"source\":{\"topic\":\"t\",\"partition\":0,\"offset\":"
        + number
        + "},\"worker\":\"a-worker-1d1f7a3e-6e1b-4f0a-8f0b-0f9d6a3c2b11\"}";
  }

  private static void await(KafkaConsumer<byte[], byte[]> results, String part) {
    while (true) {
      for (ConsumerRecord<byte[], byte[]> one : results.poll(Duration.ofMillis(100))) {
        print(one);
        if (new String(one.value(), StandardCharsets.UTF_8).contains(part)) {
          return;
        }
      }
    }
  }

  private static double remembered(HttpClient http, WorkerProcess worker)
      throws InterruptedException {
    try {
      return http.send(
              HttpRequest.newBuilder(worker.ops().resolve("/metrics")).build(),
              HttpResponse.BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith("revoker_remembered_keys "))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
          .sum();
    } catch (IOException notNow) {
      return 0;
    }
  }

  /** In KB. */
  private static long resident(WorkerProcess worker) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(worker.pid()), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }

  private static long millis(long sinceNanos) {
    return (System.nanoTime() - sinceNanos) / 1_000_000;
  }
}
