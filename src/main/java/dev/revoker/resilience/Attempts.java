package dev.revoker.resilience;

import dev.revoker.api.ApiAnswer;
import dev.revoker.config.Config;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;

/**
 * Resilience4j's Retry, asked and not run: each request has an async context, which counts the
 * attempts that were spent and gives the delay before the next, or -1 when they are used up.
 * Nothing sleeps.
 */
final class Attempts {
  private final RetryRegistry registry;
  private final Retry retry;

  Attempts(Config.Retry config, Backoff backoff) {
    RetryConfig retryConfig =
        RetryConfig.<ApiAnswer>custom()
            .maxAttempts(config.maxAttempts())
            // The judge has told what may pass before an answer comes here.
            .retryOnResult(answer -> true)
            .intervalBiFunction(
                (failures, answer) -> backoff.delayMs(failures, Judge.retryAfterMs(answer.get())))
            .build();
    this.registry = RetryRegistry.of(retryConfig);
    this.retry = registry.retry("api");
  }

  /** The count of one request. */
  Retry.AsyncContext<ApiAnswer> begin() {
    return retry.asyncContext();
  }

  RetryRegistry registry() {
    return registry;
  }
}
