package dev.revoker.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.message.RequestReader;
import dev.revoker.model.ResultError;
import dev.revoker.sandbox.ResultLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a suite had in its topics: every result keeps to its schema, and a request that has a result
 * was found malformed where, and only where, the schema of requests refuses it.
 */
public final class Exchange {
  private static final JsonMapper STRICT =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Exchange() {}

  /** Looks at all that is there now. */
  public static void assertAsPublished(String brokers, List<String> requestTopics, ResultLog log) {
    log.all().forEach(result -> Published.assertResult(result.value()));
    Map<String, List<ResultLog.Entry>> results = log.bySource();
    try (KafkaConsumer<byte[], byte[]> requests =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", brokers, "auto.offset.reset", "earliest"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          requestTopics.stream()
              .flatMap(topic -> requests.partitionsFor(topic).stream())
              .map(one -> new TopicPartition(one.topic(), one.partition()))
              .toList();
      requests.assign(partitions);
      Map<TopicPartition, Long> ends = requests.endOffsets(partitions);
      while (partitions.stream().anyMatch(one -> requests.position(one) < ends.get(one))) {
        for (ConsumerRecord<byte[], byte[]> request : requests.poll(Duration.ofSeconds(1))) {
          String source = request.topic() + "-" + request.partition() + "-" + request.offset();
          results.getOrDefault(source, List.of()).forEach(result -> assertAgreed(request, result));
        }
      }
    }
  }

  private static void assertAgreed(ConsumerRecord<byte[], byte[]> request, ResultLog.Entry result) {
    JsonNode json = json(request.value());
    boolean malformed =
        result.value().at("/error/type").asString("").equals(ResultError.MALFORMED_REQUEST);
    boolean refused = json == null || !Published.faultsOfRequest(json).isEmpty();
    assertThat(malformed).as("%s: %s", result.source(), json).isEqualTo(refused);
  }

  /** Null where it is no sound JSON at all, which is no schema's matter. */
  private static @Nullable JsonNode json(byte @Nullable [] value) {
    if (value == null || value.length > RequestReader.MAX_VALUE_BYTES) {
      return null;
    }
    try {
      return STRICT.readTree(value);
    } catch (JacksonException broken) {
      return null;
    }
  }
}
