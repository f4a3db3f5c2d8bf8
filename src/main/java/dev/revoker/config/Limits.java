package dev.revoker.config;

import java.net.URI;

/**
 * The limits on calls of the API: timeouts, retries and the breaker. A default that would
 * contradict the operator's setting is lowered to it, so only two explicit settings can contradict
 * each other.
 */
final class Limits {
  private Limits() {}

  static Config.Limits limits(SettingsReader in) {
    return new Config.Limits(
        (int) in.whole(Keys.MAX_IN_FLIGHT), (int) in.whole(Keys.RATE_LIMIT_PER_SECOND));
  }

  static Config.Endpoint endpoint(SettingsReader in, URI baseUrl) {
    long requestMs = in.whole(Keys.API_REQUEST_TIMEOUT_MS);
    long connectMs =
        atMost(in, Keys.API_CONNECT_TIMEOUT_MS, Keys.API_REQUEST_TIMEOUT_MS, requestMs);
    return new Config.Endpoint(baseUrl, connectMs, requestMs);
  }

  static Config.Retry retry(SettingsReader in) {
    long attempts = in.whole(Keys.RETRY_MAX_ATTEMPTS);
    long maxMs = in.whole(Keys.RETRY_MAX_BACKOFF_MS);
    long initialMs = atMost(in, Keys.RETRY_INITIAL_BACKOFF_MS, Keys.RETRY_MAX_BACKOFF_MS, maxMs);
    return new Config.Retry((int) attempts, initialMs, maxMs, in.whole(Keys.RETRY_AFTER_MAX_MS));
  }

  static Config.Breaker breaker(SettingsReader in, Config.Retry retry) {
    float threshold = in.decimal(Keys.BREAKER_FAILURE_RATE_THRESHOLD);
    long window = in.whole(Keys.BREAKER_SLIDING_WINDOW_SIZE);
    // Resilience4j would silently lower the minimum to the window size.
    long minimum = atMost(in, Keys.BREAKER_MINIMUM_CALLS, Keys.BREAKER_SLIDING_WINDOW_SIZE, window);
    if (minimum >= retry.maxAttempts()) {
      in.report()
          .warn(
              Keys.BREAKER_MINIMUM_CALLS.name(),
              "is not less than retry.max.attempts: a single request uses up its attempts before"
                  + " the breaker opens");
    }
    return new Config.Breaker(
        threshold,
        (int) window,
        (int) minimum,
        in.whole(Keys.BREAKER_OPEN_WAIT_MS),
        (int) in.whole(Keys.BREAKER_HALF_OPEN_CALLS));
  }

  private static long atMost(
      SettingsReader in, Key.Whole lower, Key.Whole higher, long higherValue) {
    long value = in.whole(lower, Math.min(lower.value(), higherValue));
    in.notMore(lower, value, higher, higherValue);
    return value;
  }
}
