package dev.revoker.config;

import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration, valid and with its defaults filled in. Made by {@link ConfigLoader}
 * only. {@code toString} shows no secret.
 *
 * @param lanes most urgent first; at least one
 * @param accounts by name, in the order of the file
 * @param defaultAccount for requests that name no account; null if they must name one
 * @param holdMaxMs how long a request may wait during outages, in total; 0 means without limit
 * @param loginRetryMs a refused login is not tried again sooner
 * @param fingerprintSecret the HMAC key of fingerprints; without it they are plain SHA-256
 * @param protectedFingerprints of keys that are never removed, in lower case; the accounts' own
 *     secure keys are always protected too
 */
public record Config(
    Kafka kafka,
    List<Lane> lanes,
    String resultsTopic,
    boolean createTopics,
    Endpoint api,
    Map<String, Credentials> accounts,
    @Nullable String defaultAccount,
    Limits limits,
    Retry retry,
    Breaker breaker,
    long holdMaxMs,
    long loginRetryMs,
    @Nullable Secret fingerprintSecret,
    Set<String> protectedFingerprints,
    Listen opsListen,
    long drainTimeoutMs) {

  /**
   * Complete settings for each Kafka client, as its constructor takes them. Serializers and {@code
   * transactional.id} are set by the code that creates the client. Values are strings, or Kafka's
   * {@code Password} for settings that Kafka hides. Settings of plug-ins may be secret without
   * being a {@code Password}, so {@link #toString()} shows names only.
   */
  public record Kafka(
      String groupId,
      Map<String, Object> consumer,
      Map<String, Object> producer,
      Map<String, Object> admin) {
    /** How long a call of a producer method may block. */
    public long maxBlockMs() {
      return Long.parseLong(
          Objects.requireNonNull(producer.get(ProducerConfig.MAX_BLOCK_MS_CONFIG)).toString());
    }

    /** Redacts every part of a secret setting in the text of a Kafka error. */
    public String redact(@Nullable String text) {
      return Redaction.redact(String.valueOf(text), secrets());
    }

    /** The secret values among the settings, split into the parts that an error may quote. */
    Set<String> secrets() {
      Set<String> secrets = new HashSet<>();
      for (Map<String, Object> client : List.of(consumer, producer, admin)) {
        client.forEach(
            (name, value) -> {
              if (name.equals(SaslConfigs.SASL_JAAS_CONFIG)) {
                secrets.addAll(JaasCheck.secrets(((Password) value).value()));
              } else if (value instanceof Password password) {
                password
                    .value()
                    .lines()
                    .filter(line -> !line.startsWith("-----"))
                    .forEach(secrets::add);
              }
            });
      }
      return secrets;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "Kafka[groupId=%s, consumer=%s, producer=%s, admin=%s]",
          groupId,
          consumer.keySet(),
          producer.keySet(),
          admin.keySet());
    }
  }

  /**
   * A lane: a request topic and the slots that are reserved for it.
   *
   * @param reserved how many of {@code max.in.flight} slots the less urgent lanes may not take
   */
  public record Lane(String name, String topic, int reserved) {}

  /** The upstream API. {@code baseUrl} has no trailing slash. */
  public record Endpoint(URI baseUrl, long connectTimeoutMs, long requestTimeoutMs) {}

  /**
   * The load that the worker may put on the API.
   *
   * @param maxInFlight API calls at a time, over all lanes
   * @param ratePerSecond API calls a second, over all lanes; 0 means without limit
   */
  public record Limits(int maxInFlight, int ratePerSecond) {}

  /**
   * Attempts, the first included, and the back-off between them.
   *
   * @param retryAfterMaxMs no Retry-After counts for longer
   */
  public record Retry(
      int maxAttempts, long initialBackoffMs, long maxBackoffMs, long retryAfterMaxMs) {}

  /** In Resilience4j's terms; the threshold is a percentage. */
  public record Breaker(
      float failureRateThreshold,
      int slidingWindowSize,
      int minimumCalls,
      long openWaitMs,
      int halfOpenCalls) {}

  /** An address to listen on, an IPv6 one without brackets; port 0 means any free one. */
  public record Listen(String host, int port) {
    @Override
    public String toString() {
      return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
  }
}
