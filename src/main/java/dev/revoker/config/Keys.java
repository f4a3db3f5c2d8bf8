package dev.revoker.config;

import java.util.List;

/** Every configuration key of Revoker with its default and range; nothing else defines one. */
final class Keys {
  private static final long HOUR_MS = 3_600_000;
  private static final long DAY_MS = 24 * HOUR_MS;

  static final Key.Text BOOTSTRAP_SERVERS =
      new Key.Text("bootstrap.servers", "required", "host:port, one or more, separated by commas");
  static final Key.Text GROUP_ID =
      new Key.Text("group.id", "revoker", "1 to 255 printable ASCII characters");

  static final Key.Text LANES =
      new Key.Text(
          "lanes",
          "urgent,standard",
          "1 to 16 different names of a-z, 0-9, - and _, separated by commas");
  static final Key.Text LANE_TOPIC =
      new Key.Text(
          "lane.<name>.topic",
          "key-revocations.urgent for urgent, key-revocations for standard",
          TopicKeys.LEGAL);
  static final Key.Text LANE_RESERVED =
      new Key.Text(
          "lane.<name>.reserved",
          "a quarter of max.in.flight for the first of several lanes, 0 for the others",
          "a whole number from 0 to max.in.flight - 1, all of them together no more than that");
  static final Key.Text RESULTS_TOPIC =
      new Key.Text("results.topic", "key-revocations.results", TopicKeys.LEGAL);
  static final Key.Flag CREATE_TOPICS = new Key.Flag("create.topics", false);

  static final Key.Text API_BASE_URL =
      new Key.Text("api.base.url", "https://api.cielo24.com", BaseUrl.ALLOWED);
  static final Key.Flag API_ALLOW_HTTP = new Key.Flag("api.allow.http", false);
  static final Key.Whole API_CONNECT_TIMEOUT_MS =
      new Key.Whole("api.connect.timeout.ms", 5_000, 1, HOUR_MS);
  static final Key.Whole API_REQUEST_TIMEOUT_MS =
      new Key.Whole("api.request.timeout.ms", 10_000, 1, HOUR_MS);

  static final Key.Text ACCOUNTS =
      new Key.Text(
          "accounts", "none", "different names of A-Z, a-z, 0-9, - and _, separated by commas");
  static final Key.Text ACCOUNT_USERNAME =
      new Key.Text("account.<name>.username", "none", Accounts.HEADER_TEXT);
  static final Key.Text ACCOUNT_PASSWORD =
      new Key.Text("account.<name>.password", "none", Accounts.HEADER_TEXT);
  static final Key.Text ACCOUNT_SECUREKEY =
      new Key.Text("account.<name>.securekey", "none", Accounts.HEADER_TEXT);
  static final Key.Text ACCOUNT_API_TOKEN =
      new Key.Text("account.<name>.api.token", "none", Accounts.HEADER_TEXT);
  static final Key.Text DEFAULT_ACCOUNT =
      new Key.Text("default.account", "the only account", "one of accounts");

  static final Key.Whole MAX_IN_FLIGHT = new Key.Whole("max.in.flight", 64, 1, 10_000);
  static final Key.Whole RATE_LIMIT_PER_SECOND =
      new Key.Whole("rate.limit.per.second", 0, 0, 100_000);
  static final Key.Whole RETRY_MAX_ATTEMPTS = new Key.Whole("retry.max.attempts", 6, 1, 1_000);
  static final Key.Whole RETRY_INITIAL_BACKOFF_MS =
      new Key.Whole("retry.initial.backoff.ms", 250, 1, DAY_MS);
  static final Key.Whole RETRY_MAX_BACKOFF_MS =
      new Key.Whole("retry.max.backoff.ms", 30_000, 1, DAY_MS);
  static final Key.Whole RETRY_AFTER_MAX_MS =
      new Key.Whole("retry.after.max.ms", 300_000, 1, DAY_MS);

  static final Key.Decimal BREAKER_FAILURE_RATE_THRESHOLD =
      new Key.Decimal("breaker.failure.rate.threshold", 50, 1, 100);
  static final Key.Whole BREAKER_SLIDING_WINDOW_SIZE =
      new Key.Whole("breaker.sliding.window.size", 50, 1, 10_000);
  static final Key.Whole BREAKER_MINIMUM_CALLS =
      new Key.Whole("breaker.minimum.calls", 5, 1, 10_000);
  static final Key.Whole BREAKER_OPEN_WAIT_MS =
      new Key.Whole("breaker.open.wait.ms", 10_000, 1, DAY_MS);
  static final Key.Whole BREAKER_HALF_OPEN_CALLS =
      new Key.Whole("breaker.half.open.calls", 3, 1, 1_000);

  static final Key.Whole HOLD_MAX_MS = new Key.Whole("hold.max.ms", 0, 0, 366 * DAY_MS);
  static final Key.Whole LOGIN_RETRY_MS = new Key.Whole("login.retry.ms", 60_000, 1, DAY_MS);
  static final Key.Text FINGERPRINT_SECRET =
      new Key.Text("fingerprint.secret", "none", "at least 16 characters");
  static final Key.Text PROTECTED_FINGERPRINTS =
      new Key.Text("protected.fingerprints", "none", ProtectedFingerprints.ALLOWED);
  static final Key.Text OPS_LISTEN = new Key.Text("ops.listen", "127.0.0.1:9464", HostPort.ALLOWED);
  static final Key.Whole DRAIN_TIMEOUT_MS = new Key.Whole("drain.timeout.ms", 10_000, 0, HOUR_MS);

  private Keys() {}

  /**
   * All of them, in the order of the documentation; {@code <name>} stands for a lane or account.
   */
  static List<Key> all() {
    return List.of(
        BOOTSTRAP_SERVERS,
        GROUP_ID,
        LANES,
        LANE_TOPIC,
        LANE_RESERVED,
        RESULTS_TOPIC,
        CREATE_TOPICS,
        API_BASE_URL,
        API_ALLOW_HTTP,
        API_CONNECT_TIMEOUT_MS,
        API_REQUEST_TIMEOUT_MS,
        ACCOUNTS,
        ACCOUNT_USERNAME,
        ACCOUNT_PASSWORD,
        ACCOUNT_SECUREKEY,
        ACCOUNT_API_TOKEN,
        DEFAULT_ACCOUNT,
        MAX_IN_FLIGHT,
        RATE_LIMIT_PER_SECOND,
        RETRY_MAX_ATTEMPTS,
        RETRY_INITIAL_BACKOFF_MS,
        RETRY_MAX_BACKOFF_MS,
        RETRY_AFTER_MAX_MS,
        BREAKER_FAILURE_RATE_THRESHOLD,
        BREAKER_SLIDING_WINDOW_SIZE,
        BREAKER_MINIMUM_CALLS,
        BREAKER_OPEN_WAIT_MS,
        BREAKER_HALF_OPEN_CALLS,
        HOLD_MAX_MS,
        LOGIN_RETRY_MS,
        FINGERPRINT_SECRET,
        PROTECTED_FINGERPRINTS,
        OPS_LISTEN,
        DRAIN_TIMEOUT_MS);
  }
}
