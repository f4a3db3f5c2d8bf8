package dev.revoker.resilience;

import dev.revoker.config.ApiConfig;
import dev.revoker.config.Config;
import dev.revoker.config.EncryptionConfig;
import dev.revoker.config.KafkaConfig;
import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The worker's defaults, and what a test changes of them. Accounts: {@code given} brings a token,
 * {@code acme} and {@code other} log in.
 */
final class Settings {
  static final String GIVEN_TOKEN = "9111111111111111111111111111aa01";
  static final String PASSWORD = "Hunter2/&A+ secret";

  /** What {@code other} logs in with. */
  static final String OTHERS_KEY = "07e4abcd";

  private List<Config.Lane> lanes = lanes(16, 0);
  private int maxInFlight = 64;
  private int ratePerSecond = 0;
  private int maxAttempts = 6;
  private long initialBackoffMs = 250;
  private long retryAfterMaxMs = 300_000;
  private int minimumCalls = 5;
  private int halfOpenCalls = 3;
  private long openWaitMs = 10_000;
  private long holdMaxMs = 0;
  private long loginRetryMs = 60_000;
  private Config.Verify verify = Config.Verify.OFF;
  private Secret fingerprintSecret;
  private Set<String> protectedFingerprints = Set.of();

  /** Lanes urgent, standard and bulk, as many as there are numbers. */
  static List<Config.Lane> lanes(int... reserved) {
    List<String> names = List.of("urgent", "standard", "bulk");
    return IntStream.range(0, reserved.length)
        .mapToObj(i -> new Config.Lane(names.get(i), names.get(i), reserved[i]))
        .toList();
  }

  Settings reserved(int... slots) {
    lanes = lanes(slots);
    return this;
  }

  Settings maxInFlight(int slots) {
    maxInFlight = slots;
    return this;
  }

  Settings ratePerSecond(int calls) {
    ratePerSecond = calls;
    return this;
  }

  Settings maxAttempts(int attempts) {
    maxAttempts = attempts;
    return this;
  }

  Settings initialBackoffMs(long ms) {
    initialBackoffMs = ms;
    return this;
  }

  Settings retryAfterMaxMs(long ms) {
    retryAfterMaxMs = ms;
    return this;
  }

  Settings minimumCalls(int calls) {
    minimumCalls = calls;
    return this;
  }

  Settings halfOpenCalls(int calls) {
    halfOpenCalls = calls;
    return this;
  }

  Settings openWaitMs(long ms) {
    openWaitMs = ms;
    return this;
  }

  Settings holdMaxMs(long ms) {
    holdMaxMs = ms;
    return this;
  }

  Settings loginRetryMs(long ms) {
    loginRetryMs = ms;
    return this;
  }

  Settings verify(Config.Verify when) {
    verify = when;
    return this;
  }

  Settings fingerprintSecret(Secret secret) {
    fingerprintSecret = secret;
    return this;
  }

  Settings protectedFingerprints(String... fingerprints) {
    protectedFingerprints = Set.of(fingerprints);
    return this;
  }

  List<Config.Lane> lanes() {
    return lanes;
  }

  private static Map<String, Credentials> accounts() {
    Map<String, Credentials> accounts = new LinkedHashMap<>();
    accounts.put("given", new Credentials.ApiToken(Secret.of(GIVEN_TOKEN)));
    accounts.put("acme", new Credentials.Password("acme-user", Secret.of(PASSWORD)));
    accounts.put("other", new Credentials.SecureKey("other-user", Secret.of(OTHERS_KEY)));
    return accounts;
  }

  Config build() {
    return new Config(
        new KafkaConfig("revoker", Map.of(), Map.of(), Map.of()),
        lanes,
        "results",
        false,
        new ApiConfig(URI.create("http://127.0.0.1:1"), 5_000, 10_000),
        accounts(),
        "given",
        new Config.Limits(maxInFlight, ratePerSecond),
        new Config.Retry(maxAttempts, initialBackoffMs, 30_000, retryAfterMaxMs),
        new Config.Breaker(50, 50, minimumCalls, openWaitMs, halfOpenCalls),
        holdMaxMs,
        loginRetryMs,
        verify,
        new Config.Memory(0, 1),
        0,
        fingerprintSecret,
        protectedFingerprints,
        EncryptionConfig.NONE,
        new Config.Listen("127.0.0.1", 0),
        10_000);
  }
}
