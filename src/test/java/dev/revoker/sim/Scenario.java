package dev.revoker.sim;

import dev.revoker.config.ApiConfig;
import dev.revoker.config.Config;
import dev.revoker.config.EncryptionConfig;
import dev.revoker.config.KafkaConfig;
import dev.revoker.message.Encryption;
import dev.revoker.model.Credentials;
import dev.revoker.model.Secret;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What a seed determines: the configuration, the load, the rates of faults and the disturbances of
 * the workers. Each kind of fault occurs in some seeds and not in others, so that each is tested
 * alone and together with every other.
 */
final class Scenario {
  /** A disturbance at a time. */
  record Action(long atMs, Kind kind) {}

  /** The disturbances. Each ends by itself, or when the faults end. */
  enum Kind {
    START,
    STOP,
    STOP_IN_REBALANCE,
    CRASH,
    FREEZE,
    UNLINK,
    BROKERS_AWAY,
    API_OUTAGE,
    API_SLOW,
    EXPIRE_SESSIONS,
    REFUSE_LOGINS,
    CLOCK_JUMP
  }

  /** The kinds of scenarios. */
  enum Weather {
    ANY,
    /** 24 hours with all kinds of disturbances, at a steady rate. */
    A_DAY,
    /** No faults, but hostile records that are slow to read fill the lanes. */
    ATTACK
  }

  private enum Shape {
    USUAL,
    /** More requests at once than a worker may admit. */
    FLOOD,
    /** So many requests in back-off that the offset's metadata is near its limit. */
    SCATTERED
  }

  static final String RESULTS = "key-revocations.results";

  final Config config;
  final int partitionsPerTopic;
  final int workers;
  final int requests;
  final long durationMs;
  final int maxPollRecords;
  final double holes;
  final double brokerLatencyMs;
  final double lostBrokerAnswers;
  final double producerFaults;
  final long transactionTimeoutMs = 10_000;
  final long maxBlockMs;
  final double apiLatencyMs;
  final double apiFaults;
  final double apiThrottles;
  final double malformed;
  final double duplicates;
  final double ownTokens;
  final double notAfter;
  final double urgent;
  final boolean bursts;
  final List<Action> actions = new ArrayList<>();

  /** Whether the scenario lasts a day. */
  final boolean lasting;

  /** Another account's key answers ITEM_NOT_FOUND, else ACCOUNT_UNPRIVILEGED. */
  final boolean hidesForeignKeys;

  /** The number of hostile records. */
  final int hostileRecords;

  /** The mean time to read a record that is made to be slow; 0 is no time. */
  final double slowReadMs;

  /** Whether a worker asks the results topic what was revoked before. */
  final boolean memory;

  /** How many removals take effect only after a while. */
  final double lateRemovals;

  /** Decides for each request whether it is encrypted; null if none is. */
  private final @Nullable SplittableRandom encryption;

  private final Config.Verify verify;
  private final boolean anyAccount;

  /** The rate limit, if there is one, is what keeps the workers back. */
  private final boolean tightRate;

  private final boolean attack;
  private final boolean gentle;
  private final Shape shape;
  private boolean faultsOver;

  private final SplittableRandom random;

  Scenario(long seed) {
    this(seed, Weather.ANY);
  }

  Scenario(long seed, Weather weather) {
    // A separate generator, so that the rest of a seed's scenario does not depend on it.
    SplittableRandom apart = new SplittableRandom(seed * 37 + 11);
    attack = weather == Weather.ATTACK;
    hidesForeignKeys = apart.nextBoolean();
    hostileRecords =
        attack ? apart.nextInt(300, 500) : apart.nextInt(3) == 0 ? apart.nextInt(1, 80) : 0;
    slowReadMs = attack ? 50 : 0;
    verify =
        attack || apart.nextBoolean()
            ? Config.Verify.OFF
            : apart.nextBoolean() ? Config.Verify.AFTER : Config.Verify.FULL;
    anyAccount = !attack && apart.nextInt(3) == 0;
    memory = !attack && apart.nextBoolean();
    lateRemovals = verify != Config.Verify.OFF && apart.nextBoolean() ? 0.3 : 0;
    tightRate = apart.nextInt(2) == 0;
    encryption = apart.nextBoolean() ? new SplittableRandom(seed * 43 + 7) : null;
    random = new SplittableRandom(seed * 31 + 17);
    lasting = weather == Weather.A_DAY;
    boolean any = weather == Weather.ANY;
    shape = any && chance(0.02) ? (chance(0.5) ? Shape.FLOOD : Shape.SCATTERED) : Shape.USUAL;
    boolean wide = shape != Shape.USUAL;
    gentle = attack || (any && !wide && chance(0.15));
    partitionsPerTopic = shape == Shape.SCATTERED ? 1 : between(wide ? 3 : 1, 3);
    workers = wide ? 1 : lasting ? 2 : between(1, 4);
    requests = wide ? between(2_500, 3_500) : lasting ? 8_000 : between(10, 250);
    durationMs =
        attack
            ? 45_000
            : wide ? between(1_000, 4_000) : lasting ? 24 * 3_600_000 : between(5_000, 60_000);
    maxPollRecords = wide || attack ? 500 : between(1, 60);
    holes = shape == Shape.SCATTERED ? 0.5 : chance(0.5) ? random.nextDouble() * 0.5 : 0;
    brokerLatencyMs = attack ? 2 : 0.3 + random.nextDouble() * (!wide && chance(0.3) ? 40 : 4);
    lostBrokerAnswers = chance(0.4) ? random.nextDouble() * 0.1 : 0;
    producerFaults = chance(0.4) ? random.nextDouble() * 0.08 : 0;
    maxBlockMs = chance(0.5) ? 60_000 : between(1_000, 20_000);
    apiLatencyMs =
        switch (shape) {
          case USUAL -> attack ? 20 : 1 + random.nextDouble() * (chance(0.3) ? 2_000 : 100);
          case FLOOD -> 50 + random.nextDouble() * 100;
          case SCATTERED -> 2;
        };
    apiFaults =
        shape == Shape.SCATTERED
            ? 0.75
            : chance(0.5) ? random.nextDouble() * (chance(0.2) ? 0.7 : 0.2) : 0;
    apiThrottles = !wide && chance(0.3) ? random.nextDouble() * 0.1 : 0;
    malformed = !wide && chance(0.5) ? 0.1 : 0;
    duplicates = chance(0.5) ? 0.15 : 0;
    ownTokens = chance(0.5) ? 0.15 : 0;
    notAfter = !wide && chance(0.5) ? 0.3 : 0;
    urgent = wide ? 1 : random.nextDouble();
    bursts = wide || chance(0.5);
    config = config();
    if (attack) {
      return;
    }
    if (gentle) {
      rollingRestarts();
      return;
    }
    if (lasting) {
      aDay();
      return;
    }
    for (Kind kind : Kind.values()) {
      if (chance(0.35)) {
        int times = between(1, 3);
        for (int i = 0; i < times; i++) {
          actions.add(new Action(between(0, (int) durationMs), kind));
        }
      }
    }
  }

  /** Workers start and stop at nearly the same times, so that drains overlap with rebalances. */
  private void rollingRestarts() {
    for (int i = between(2, 6); i > 0; i--) {
      long atMs = between(2_000, (int) durationMs);
      actions.add(new Action(atMs, Kind.START));
      actions.add(new Action(atMs, chance(0.7) ? Kind.STOP_IN_REBALANCE : Kind.STOP));
    }
  }

  /** A disturbance every ten minutes, with as many starts as stops. */
  private void aDay() {
    Kind[] kinds = Kind.values();
    for (long atMs = 600_000; atMs < durationMs; atMs += 600_000) {
      actions.add(new Action(atMs + between(0, 300_000), kinds[between(0, kinds.length - 1)]));
    }
  }

  /** No faults except the given disturbances. */
  Scenario faultsOver() {
    faultsOver = true;
    return this;
  }

  /** No faults; workers start and stop gracefully. */
  boolean gentle() {
    return gentle;
  }

  /** With which key the next request is encrypted; null if it is in the clear. */
  @Nullable Encryption encryption() {
    if (encryption == null || encryption.nextInt(3) > 0) {
      return null;
    }
    return encryption.nextInt(10) == 0 ? SimKeys.UNKNOWN : SimKeys.KNOWN;
  }

  /** A request without an account is tried with every account. */
  boolean anyAccount() {
    return Config.ANY_ACCOUNT.equals(config.defaultAccount());
  }

  /** Hostile records fill the lanes, without other faults. */
  boolean attack() {
    return attack;
  }

  boolean faulty() {
    return !faultsOver && !gentle;
  }

  List<TopicPartition> partitions() {
    List<TopicPartition> partitions = new ArrayList<>();
    for (Config.Lane lane : config.lanes()) {
      for (int i = 0; i < partitionsPerTopic; i++) {
        partitions.add(new TopicPartition(lane.topic(), i));
      }
    }
    return partitions;
  }

  @Override
  public String toString() {
    return ("workers %d lanes %s partitions %d requests %d in %d ms, in flight %d rate %d, %s, %s,"
            + " hold %d login retry %d drain %d, poll %d, broker %.1f ms lost %.3f faults %.3f"
            + " block %d, api %.0f ms faults %.2f 429 %.2f, actions %s")
        .formatted(
            workers,
            config.lanes(),
            partitionsPerTopic,
            requests,
            durationMs,
            config.limits().maxInFlight(),
            config.limits().ratePerSecond(),
            config.retry(),
            config.breaker(),
            config.holdMaxMs(),
            config.loginRetryMs(),
            config.drainTimeoutMs(),
            maxPollRecords,
            brokerLatencyMs,
            lostBrokerAnswers,
            producerFaults,
            maxBlockMs,
            apiLatencyMs,
            apiFaults,
            apiThrottles,
            actions);
  }

  private Config config() {
    boolean scattered = shape == Shape.SCATTERED;
    int slots = scattered ? 64 : chance(0.2) ? between(17, 64) : between(1, 16);
    int attempts = scattered ? 6 : between(1, 6);
    int initialMs = scattered ? 20_000 : between(1, 1_000);
    int window = between(2, 50);
    int threshold = scattered ? 100 : between(20, 100);
    int rate = shape == Shape.USUAL && !attack && chance(0.3) ? between(5, 300) : 0;
    return new Config(
        new KafkaConfig("revoker", Map.of(), Map.of(), Map.of()),
        lanes(slots),
        RESULTS,
        false,
        new ApiConfig(URI.create("http://localhost"), 5_000, 10_000),
        accounts(),
        chance(0.9) ? (anyAccount ? Config.ANY_ACCOUNT : "acme") : null,
        new Config.Limits(slots, tightRate && rate > 0 ? 3 + rate % 6 : rate),
        new Config.Retry(
            attempts, initialMs, initialMs + between(0, 30_000), between(1_000, 30_000)),
        new Config.Breaker(
            threshold,
            scattered ? 50 : window,
            scattered ? 50 : between(1, Math.min(window, 20)),
            between(500, 15_000),
            between(1, 5)),
        chance(0.3) ? between(1_000, 60_000) : 0,
        between(1_000, 60_000),
        verify,
        new Config.Memory(0, 1),
        0,
        chance(0.5) ? null : Secret.of("fp-" + Upstream.CANARY),
        Set.of(),
        EncryptionConfig.NONE,
        new Config.Listen("localhost", 0),
        between(500, 10_000));
  }

  private List<Config.Lane> lanes(int slots) {
    List<String> names =
        List.of("urgent", "standard", "bulk").subList(0, between(attack ? 2 : 1, 3));
    int left = slots - 1;
    List<Config.Lane> lanes = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      int reserved = i == names.size() - 1 || left == 0 ? 0 : between(0, Math.max(1, left / 2));
      left -= reserved;
      lanes.add(new Config.Lane(names.get(i), "requests-" + names.get(i), reserved));
    }
    return lanes;
  }

  private static Map<String, Credentials> accounts() {
    Map<String, Credentials> accounts = new LinkedHashMap<>();
    accounts.put(
        "acme", new Credentials.Password("acme-user", Secret.of("pw-" + Upstream.CANARY + "-1")));
    accounts.put(
        "other", new Credentials.SecureKey("other-user", Secret.of(Upstream.CANARY + "aa01")));
    accounts.put(
        "third", new Credentials.Password("third-user", Secret.of("pw-" + Upstream.CANARY + "-3")));
    accounts.put("given", new Credentials.ApiToken(Secret.of(Upstream.CANARY + "bb02")));
    return accounts;
  }

  private boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  private int between(int low, int high) {
    return random.nextInt(low, high + 1);
  }
}
