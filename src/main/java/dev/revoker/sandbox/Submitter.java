package dev.revoker.sandbox;

import dev.revoker.model.Secret;
import dev.revoker.model.Source;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Sends requests for the demo and for tests. */
public final class Submitter implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final KafkaProducer<byte[], byte[]> producer;

  /** Connects when the first request is sent. */
  public Submitter(String bootstrapServers) {
    producer =
        new KafkaProducer<>(
            Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** The JSON of a request for this key, with additional fields. */
  public static String request(Secret key, Map<String, ?> fields) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("api_securekey", key.reveal());
    all.putAll(fields);
    return JSON.writeValueAsString(all);
  }

  /**
   * Sends records and waits until the broker has acknowledged them.
   *
   * @return the coordinates of each record
   */
  public List<Source> send(String topic, List<@Nullable String> values) {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (String value : values) {
      byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
      sent.add(producer.send(new ProducerRecord<>(topic, bytes)));
    }
    producer.flush();
    List<Source> sources = new ArrayList<>();
    for (Future<RecordMetadata> one : sent) {
      RecordMetadata at = one.resultNow();
      sources.add(new Source(at.topic(), at.partition(), at.offset()));
    }
    return sources;
  }

  @Override
  public void close() {
    producer.close();
  }
}
