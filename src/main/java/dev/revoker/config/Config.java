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
 * The whole configuration, valid and with its defaults filled in. Only {@link ConfigLoader} makes
 * one. Prints no secret.
 *
 * @param lanes most urgent first; at least one
 * @param accounts by name, in the order of the file
 * @param defaultAccount for requests that name none; null where there is none
 * @param holdMaxMs how long a request may wait out an outage in all; 0 means without end
 * @param loginRetryMs a refused login is not tried again sooner
 * @param fingerprintSecret makes fingerprints HMACs where set
 * @param protectedFingerprints of keys that are never removed, in lower case; the keys that
 *     accounts log in with are protected besides
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
   * Complete settings for each Kafka client, as its constructor takes them (serializers and
   * transactional.id excepted, which the code sets). Values are strings, and Kafka's {@code
   * Password} where Kafka hides the setting; settings of plug-ins may be secret all the same, so
   * {@link #toString()} shows names only.
   */
  public record Kafka(
      String groupId,
      Map<String, Object> consumer,
      Map<String, Object> producer,
      Map<String, Object> admin) {
    /** How long a call of the producer's may block. */
    public long maxBlockMs() {
      return Long.parseLong(
          Objects.requireNonNull(producer.get(ProducerConfig.MAX_BLOCK_MS_CONFIG)).toString());
    }

    /** The text without what it shares with a secret among the settings. For Kafka's errors. */
    public String redact(@Nullable String text) {
      return Redaction.redact(String.valueOf(text), secrets());
    }

    /** The settings' values that are secret, in the pieces in which an error may quote them. */
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
   * A request topic and its place in the order.
   *
   * @param reserved how many of {@code max.in.flight} slots the less urgent lanes may not take
   */
  public record Lane(String name, String topic, int reserved) {}

  /** The upstream API. {@code baseUrl} has no trailing slash. */
  public record Endpoint(URI baseUrl, long connectTimeoutMs, long requestTimeoutMs) {}

  /**
   * What the API is asked to bear.
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
