package dev.revoker.config;

import static dev.revoker.config.Loading.valid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.revoker.model.Credentials;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The defaults are part of the contract. */
class DefaultsTest {
  @Test
  void areThoseOfTheContract() {
    Config config = valid().config();

    assertThat(config)
        .isEqualTo(
            new Config(
                config.kafka(),
                List.of(
                    new Config.Lane("urgent", "key-revocations.urgent", 16),
                    new Config.Lane("standard", "key-revocations", 0)),
                "key-revocations.results",
                false,
                new ApiConfig(URI.create("https://api.cielo24.com"), 5_000, 10_000),
                Map.<String, Credentials>of(),
                null,
                new Config.Limits(64, 0),
                new Config.Retry(6, 250, 30_000, 300_000),
                new Config.Breaker(50, 50, 5, 10_000, 3),
                0,
                60_000,
                Config.Verify.OFF,
                new Config.Memory(30, 1_000_000),
                0,
                null,
                Set.of(),
                EncryptionConfig.NONE,
                new Config.Listen("127.0.0.1", 9464),
                10_000));
    assertThat(config.kafka().groupId()).isEqualTo("revoker");
  }

  @Test
  void arePrintedAsThoseOfTheContract() {
    assertThat(valid().lines())
        .filteredOn(line -> !line.startsWith("consumer.") && !line.startsWith("producer."))
        .containsExactly(
            "accounts = none (default)",
            "api.allow.http = false (default)",
            "api.base.url = https://api.cielo24.com (default)",
            "api.connect.timeout.ms = 5000 (default)",
            "api.proxy = none (default)",
            "api.proxy.password = none (default)",
            "api.proxy.username = none (default)",
            "api.request.timeout.ms = 10000 (default)",
            "api.ssl.key.password = none (default)",
            "api.ssl.keystore.location = none (default)",
            "api.ssl.keystore.password = none (default)",
            "api.ssl.keystore.type = JKS (default)",
            "api.ssl.truststore.location = none (default)",
            "api.ssl.truststore.password = none (default)",
            "api.ssl.truststore.type = JKS (default)",
            "bootstrap.servers = localhost:9092 (file)",
            "breaker.failure.rate.threshold = 50 (default)",
            "breaker.half.open.calls = 3 (default)",
            "breaker.minimum.calls = 5 (default)",
            "breaker.open.wait.ms = 10000 (default)",
            "breaker.sliding.window.size = 50 (default)",
            "create.topics = false (default)",
            "decryption.keys.location = none (default)",
            "default.account = none (default)",
            "drain.timeout.ms = 10000 (default)",
            "encryption.key.location = none (default)",
            "encryption.required = false (default)",
            "fingerprint.secret = none (default)",
            "group.id = revoker (default)",
            "hold.max.ms = 0 (default)",
            "lane.standard.reserved = 0 (default)",
            "lane.standard.topic = key-revocations (default)",
            "lane.urgent.reserved = 16 (default)",
            "lane.urgent.topic = key-revocations.urgent (default)",
            "lanes = urgent,standard (default)",
            "login.retry.ms = 60000 (default)",
            "max.in.flight = 64 (default)",
            "ops.listen = 127.0.0.1:9464 (default)",
            "protected.fingerprints = none (default)",
            "purge.answered.after.ms = 0 (default)",
            "rate.limit.per.second = 0 (default)",
            "remember.days = 30 (default)",
            "remember.max.keys = 1000000 (default)",
            "results.topic = key-revocations.results (default)",
            "retry.after.max.ms = 300000 (default)",
            "retry.initial.backoff.ms = 250 (default)",
            "retry.max.attempts = 6 (default)",
            "retry.max.backoff.ms = 30000 (default)",
            "verify = off (default)");
  }

  @Test
  void followWhatWasSetRatherThanContradictIt() {
    Config config =
        valid(
                "api.request.timeout.ms=1000",
                "retry.max.backoff.ms=100",
                "breaker.sliding.window.size=3")
            .config();

    assertThat(config.api().connectTimeoutMs()).isEqualTo(1000);
    assertThat(config.retry().initialBackoffMs()).isEqualTo(100);
    assertThat(config.breaker().minimumCalls()).isEqualTo(3);
  }

  @Test
  void protectedFingerprintsAreComparedInLowerCase() {
    String upper = "SHA256:" + "AB".repeat(32);
    String hmac = "hmac-sha256:" + "0".repeat(64);
    assertThat(
            valid(
                    "fingerprint.secret=sixteen-letters-",
                    "protected.fingerprints=" + upper + " , " + hmac)
                .config()
                .protectedFingerprints())
        .containsExactlyInAnyOrder(upper.toLowerCase(java.util.Locale.ROOT), hmac);
  }

  @Test
  void everyValueCanBeSet() {
    Config config =
        valid(
                "create.topics=true",
                "api.connect.timeout.ms=1",
                "retry.max.attempts=2",
                "breaker.failure.rate.threshold=12.5",
                "breaker.minimum.calls=1",
                "breaker.open.wait.ms=4",
                "breaker.half.open.calls=6",
                "hold.max.ms=7",
                "login.retry.ms=8",
                "ops.listen=[::1]:0",
                "drain.timeout.ms=0")
            .config();

    assertThat(config.createTopics()).isTrue();
    assertThat(config.api().connectTimeoutMs()).isEqualTo(1);
    assertThat(config.retry().maxAttempts()).isEqualTo(2);
    assertThat(config.breaker()).isEqualTo(new Config.Breaker(12.5f, 50, 1, 4, 6));
    assertThat(config.holdMaxMs()).isEqualTo(7);
    assertThat(config.loginRetryMs()).isEqualTo(8);
    assertThat(config.opsListen()).isEqualTo(new Config.Listen("::1", 0)).hasToString("[::1]:0");
    assertThat(config.drainTimeoutMs()).isZero();
  }

  @Test
  void aBreakerThatASingleRequestCanNotTripIsWarnedOf() {
    assertThat(valid("retry.max.attempts=5").warnings())
        .contains(
            "breaker.minimum.calls: is not less than retry.max.attempts: a single request uses up"
                + " its attempts before the breaker opens");
    assertThat(valid("retry.max.attempts=6").warnings()).noneMatch(w -> w.startsWith("breaker"));
  }
}
