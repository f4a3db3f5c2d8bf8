package dev.revoker.config;

import static dev.revoker.config.SettingsReader.DAY_MS;
import static dev.revoker.config.SettingsReader.HOUR_MS;

import dev.revoker.message.RequestReader;
import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration, valid and with its defaults filled in: a tree of records, each of which
 * declares and checks its own keys in its method {@code read}. {@link ConfigLoader} makes it.
 * {@code toString} shows no secret.
 *
 * @param lanes most urgent first; at least one
 * @param accounts by name, in the order of the file
 * @param defaultAccount for requests that name no account: a name, or {@link #ANY_ACCOUNT}; null if
 *     they must name one
 * @param holdMaxMs how long a request may wait during outages, in total; 0 means without limit
 * @param loginRetryMs a refused login is not tried again sooner
 * @param verify when the worker logs in with a key itself
 * @param fingerprintSecret the HMAC key of fingerprints; without it they are plain SHA-256
 * @param purgeAnsweredAfterMs request records are deleted so long after their offset was committed;
 *     0 means never
 * @param protectedFingerprints of keys that are never removed, in lower case; the accounts' own
 *     secure keys are always protected too
 */
public record Config(
    KafkaConfig kafka,
    List<Lane> lanes,
    String resultsTopic,
    boolean createTopics,
    ApiConfig api,
    Map<String, Credentials> accounts,
    @Nullable String defaultAccount,
    Limits limits,
    Retry retry,
    Breaker breaker,
    long holdMaxMs,
    long loginRetryMs,
    Verify verify,
    Memory memory,
    long purgeAnsweredAfterMs,
    @Nullable Secret fingerprintSecret,
    Set<String> protectedFingerprints,
    EncryptionConfig encryption,
    Listen opsListen,
    long drainTimeoutMs) {

  /** The default account that means every account, in the order of {@code accounts}. */
  public static final String ANY_ACCOUNT = RequestReader.ANY_ACCOUNT;

  /** Valid only if no mistake was reported. */
  static Config read(SettingsReader in, boolean withAccounts) {
    KafkaConfig kafka = KafkaConfig.read(in);
    Limits limits = Limits.read(in);
    Lanes lanes = Lanes.read(in, limits.maxInFlight());
    boolean createTopics = in.flag("create.topics", false);
    ApiConfig api = ApiConfig.read(in);
    Accounts accounts = withAccounts ? Accounts.read(in) : Accounts.NONE;
    Retry retry = Retry.read(in);
    Breaker breaker = Breaker.read(in, retry.maxAttempts());
    String secret = in.optional(SECRET, "at least 16 characters", text -> text.length() >= 16);
    return new Config(
        kafka,
        lanes.all(),
        lanes.resultsTopic(),
        createTopics,
        api,
        accounts.byName(),
        accounts.byDefault(),
        limits,
        retry,
        breaker,
        in.whole("hold.max.ms", 0, 0, 366 * DAY_MS),
        in.whole("login.retry.ms", 60_000, 1, DAY_MS),
        Verify.read(in),
        Memory.read(in),
        in.whole("purge.answered.after.ms", 0, 0, 366 * DAY_MS),
        secret == null ? null : Secret.of(secret),
        protectedFingerprints(in),
        EncryptionConfig.read(in, withAccounts),
        Listen.read(in),
        in.whole("drain.timeout.ms", 10_000, 0, HOUR_MS));
  }

  /** The group whose workers purge the request topics; null if none does. */
  public @Nullable String purgingGroup() {
    return purgeAnsweredAfterMs == 0 ? null : kafka.groupId();
  }

  private static final String SECRET = "fingerprint.secret";
  private static final Pattern FINGERPRINT = Pattern.compile("(hmac-)?sha256:[0-9a-f]{64}");

  private static Set<String> protectedFingerprints(SettingsReader in) {
    String key = "protected.fingerprints";
    Set<String> fingerprints =
        in.read(
            key,
            "key_fingerprint values as results show them, separated by commas: sha256: or"
                + " hmac-sha256:, then 64 hex digits",
            SettingsReader.NONE,
            Set.of(),
            Config::fingerprints);
    Setting setting = in.take(key);
    if (setting != null
        && !in.has(SECRET)
        && fingerprints.stream().anyMatch(one -> one.startsWith("hmac-"))) {
      in.wrong(
          setting, "has an hmac-sha256: fingerprint, which cannot be compared without " + SECRET);
    }
    return fingerprints;
  }

  private static @Nullable Set<String> fingerprints(String text) {
    Set<String> all =
        Stream.of(text.split(",", -1))
            .map(one -> one.strip().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    return all.stream().allMatch(one -> FINGERPRINT.matcher(one).matches()) ? all : null;
  }

  /**
   * A lane: a request topic and the slots that are reserved for it.
   *
   * @param reserved how many of {@code max.in.flight} slots the less urgent lanes may not take
   */
  public record Lane(String name, String topic, int reserved) {}

  /**
   * The load that the worker may put on the API.
   *
   * @param maxInFlight API calls at a time, over all lanes
   * @param ratePerSecond API calls a second of the whole group, over all lanes; 0 means without
   *     limit
   */
  public record Limits(int maxInFlight, int ratePerSecond) {
    static Limits read(SettingsReader in) {
      return new Limits(
          in.integer("max.in.flight", 64, 1, 10_000),
          in.integer("rate.limit.per.second", 0, 0, 100_000));
    }
  }

  /**
   * Which keys count as revoked before.
   *
   * @param days how far back results are read; 0 means that nothing is remembered
   * @param maxKeys how many keys are remembered at most, the latest ones
   */
  public record Memory(int days, int maxKeys) {
    static Memory read(SettingsReader in) {
      return new Memory(
          in.integer("remember.days", 30, 0, 3_650),
          in.integer("remember.max.keys", 1_000_000, 1, 100_000_000));
    }
  }

  /**
   * Attempts, the first included, and the back-off between them.
   *
   * @param retryAfterMaxMs no Retry-After counts for longer
   */
  public record Retry(
      int maxAttempts, long initialBackoffMs, long maxBackoffMs, long retryAfterMaxMs) {
    static Retry read(SettingsReader in) {
      int attempts = in.integer("retry.max.attempts", 6, 1, 1_000);
      String longest = "retry.max.backoff.ms";
      long maxMs = in.whole(longest, 30_000, 1, DAY_MS);
      return new Retry(
          attempts,
          in.atMost(longest, maxMs, "retry.initial.backoff.ms", 250, DAY_MS),
          maxMs,
          in.whole("retry.after.max.ms", 300_000, 1, DAY_MS));
    }
  }

  /** In Resilience4j's terms; the threshold is a percentage. */
  public record Breaker(
      float failureRateThreshold,
      int slidingWindowSize,
      int minimumCalls,
      long openWaitMs,
      int halfOpenCalls) {
    static Breaker read(SettingsReader in, int maxAttempts) {
      float threshold = in.percent("breaker.failure.rate.threshold", 50);
      String size = "breaker.sliding.window.size";
      int window = in.integer(size, 50, 1, 10_000);
      String key = "breaker.minimum.calls";
      // Resilience4j would silently lower the minimum to the window size.
      int minimum = (int) in.atMost(size, window, key, 5, 10_000);
      if (minimum >= maxAttempts) {
        in.warn(
            key,
            "is not less than retry.max.attempts: a single request uses up its attempts before"
                + " the breaker opens");
      }
      return new Breaker(
          threshold,
          window,
          minimum,
          in.whole("breaker.open.wait.ms", 10_000, 1, DAY_MS),
          in.integer("breaker.half.open.calls", 3, 1, 1_000));
    }
  }

  /** When the worker logs in with a key to see whether it is active. */
  public enum Verify {
    OFF,
    /** After a 204. */
    AFTER,
    /** Before the first removal, and after the removals. */
    FULL;

    static Verify read(SettingsReader in) {
      return in.read("verify", "off, after or full", "off", OFF, Verify::of);
    }

    private static @Nullable Verify of(String text) {
      return Stream.of(values())
          .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(text))
          .findFirst()
          .orElse(null);
    }
  }

  /** An address to listen on, an IPv6 one without brackets; port 0 means any free one. */
  public record Listen(String host, int port) {
    private static final Pattern ADDRESS =
        Pattern.compile(
            "(?:([A-Za-z0-9_][A-Za-z0-9._-]{0,252})"
                + "|\\[([0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9._-]+)?)\\]):([0-9]{1,5})");

    static Listen read(SettingsReader in) {
      Listen byDefault = new Listen("127.0.0.1", 9464);
      return in.read(
          "ops.listen",
          "HOST:PORT, as 0.0.0.0:9464 or [::1]:9464; port 0 takes a free one",
          byDefault.toString(),
          byDefault,
          Listen::parse);
    }

    /** {@code HOST:PORT}, with an IPv6 address in brackets; null if the text is another. */
    static @Nullable Listen parse(String text) {
      Matcher matcher = ADDRESS.matcher(text);
      if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > 65_535) {
        return null;
      }
      String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      return new Listen(host, Integer.parseInt(matcher.group(3)));
    }

    @Override
    public String toString() {
      return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
  }
}
