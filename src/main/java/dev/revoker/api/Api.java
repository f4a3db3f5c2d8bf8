package dev.revoker.api;

import java.util.function.Consumer;

/**
 * The only way to the account API. Retries, back-off, breaker and rate limit are the caller's, so
 * an implementation makes exactly one HTTP exchange for each call. It repeats nothing and follows
 * no redirect.
 */
public interface Api {
  /**
   * Starts the call and returns at once.
   *
   * @param call what to ask
   * @param onAnswer receives exactly one answer, on a thread of the implementation; failures are
   *     answers
   */
  void call(ApiCall call, Consumer<ApiAnswer> onAnswer);
}
